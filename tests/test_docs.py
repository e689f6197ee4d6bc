"""The documents name what there is."""

from __future__ import annotations

import re
from pathlib import Path

from engine.activations import ACTIVATIONS
from engine.features import FEATURES
from engine.initializers import INITIALIZERS
from engine.losses import HEADS
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]


def test_the_formulas_are_of_every_name_of_the_spec() -> None:
    text = (ROOT / "docs" / "formulas.md").read_text()
    names = [*ACTIVATIONS, *FEATURES, *INITIALIZERS, *OPTIMIZERS, *SCHEDULES]
    names += [name for head in HEADS for name in (head.task, head.loss)]
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
