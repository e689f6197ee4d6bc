"""The documents name what there is, and their lines are short enough to be read beside code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.functions.activations import ACTIVATIONS
from engine.functions.features import FEATURES
from engine.functions.initializers import INITIALIZERS
from engine.functions.losses import HEADS
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
GLOSSARY = ROOT / "docs" / "glossary.md"
WIDTH = 100


def test_the_formulas_are_of_every_name_of_the_spec() -> None:
    text = (ROOT / "docs" / "formulas.md").read_text()
    names = [*ACTIVATIONS, *FEATURES, *INITIALIZERS, *OPTIMIZERS, *SCHEDULES]
    names += [name for head in HEADS for name in (head.task, head.loss)]
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_the_glossary_has_the_words_of_the_page() -> None:
    words = (ROOT / "static" / "i18n" / "ko.json").read_text()
    rows = re.findall(r"^\| [^|]+ \| ([^|]*[가-힣][^|]*) \|", GLOSSARY.read_text(), re.MULTILINE)
    terms = [term for row in rows if row != "한국어" for term in row.split(", ")]
    assert len(terms) > 20
    assert [term for term in terms if term not in words] == []


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
