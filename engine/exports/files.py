"""Exported files, and the archive of several."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

#: Equal contents give equal archives.
_DATE = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class File:
    """Exported file.

    Attributes:
        name: without a folder.
        content: its bytes.
        mimetype: what it is.
    """

    name: str
    content: bytes
    mimetype: str = "application/octet-stream"


def pack_files(files: Sequence[File], name: str) -> File:
    """Returns the one file, or an archive of several.

    Args:
        files: one or more.
        name: of the archive, without its ending.
    """
    if len(files) == 1:
        return files[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{name}/{file.name}", _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return File(f"{name}.zip", packed.getvalue(), "application/zip")
