"""Secret keys in the data folder, made when they are first needed."""

from __future__ import annotations

import contextlib
import secrets
import uuid
from pathlib import Path

KEY_BYTES = 32


def read_key(folder: Path, name: str) -> bytes:
    """Returns the key in a file of the data folder, the same after a restart.

    Where nothing can be written, a key lasts until the server stops.
    """
    path = folder / name
    with contextlib.suppress(OSError):
        key = path.read_bytes()
        if len(key) == KEY_BYTES:
            return key
    key = secrets.token_bytes(KEY_BYTES)
    part = folder / f"{uuid.uuid4().hex}.part"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            part.touch(mode=0o600, exist_ok=False)
            part.write_bytes(key)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return key
