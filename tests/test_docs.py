"""The documents name what there is, and their lines are short enough to be read beside code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.functions.features import FEATURES
from tests.architecture_picture import draw_architecture
from tests.doc_tables import PICTURE, TABLES, replace_table

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
WIDTH = 100


@pytest.mark.parametrize(("page", "head"), TABLES)
def test_tables_are_those_of_the_registries(page: str, head: str) -> None:
    """`python -m tests.doc_tables` writes them."""
    text = (ROOT / "docs" / page).read_text()
    assert replace_table(text, head, TABLES[page, head]()) == text


def test_the_picture_has_exactly_the_rooms_that_there_are() -> None:
    """`python -m tests.doc_tables` draws it."""
    assert PICTURE.read_text() == draw_architecture()


def test_the_formulas_are_of_every_feature() -> None:
    text = (ROOT / "docs" / "formulas.md").read_text()
    assert [name for name in FEATURES if f"`{name}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_wrap(page: Path) -> None:
    """Rows of tables, code and lines of one long word are left alone."""
    code = False
    long = []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        code ^= line.startswith("```")
        free = code or line.startswith(("|", "    ", "!["))
        if len(line) > WIDTH and not free and " " in line.strip():
            long.append(f"{page.name}:{number}")
    assert long == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
