"""Configuration files out of the documents: each is a block whose first line names the file."""

from __future__ import annotations

import re

from tests.app.servers import ROOT

_BLOCK = re.compile(r"^```(\w+)\n# ([^\n]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def read_files(page: str, language: str) -> dict[str, str]:
    """Returns what stands behind the name of each file, by that name.

    Args:
        page: a document, such as `deploy.md`.
        language: of the blocks.
    """
    text = (ROOT / "docs" / page).read_text()
    found = [(name, block) for kind, name, block in _BLOCK.findall(text) if kind == language]
    assert len(dict(found)) == len(found) > 0, f"{page}: no {language}, or two of one name"
    return dict(found)
