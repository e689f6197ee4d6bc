"""Style sheets and the classes of what the page makes: neither names what the other lacks."""

from __future__ import annotations

import re
from pathlib import Path

from tests.page.node import ROOT

#: What Plotly and reveal.js make.
FOREIGN = {"scatterlayer", "reveal-viewport"}
#: Where the page puts a class together of a name, such as that of a panel.
COMPOSED = ("control-", "embed-")

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTORS = re.compile(r"([^{}]+)\{")
_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
_WORD = re.compile(r"[\w-]+")
_MADE = re.compile(r'\bh\(\s*["`][a-z0-9]+((?:\.[\w-]+)+)')


def read_all(folder: str, pattern: str) -> str:
    return "\n".join(file.read_text() for file in sorted((ROOT / folder).rglob(pattern)))


def styled() -> set[str]:
    """Classes that style sheets have rules for."""
    rules = _SELECTORS.findall(_COMMENT.sub("", read_all("static/css", "*.css")))
    return {name for selectors in rules for name in _CLASS.findall(selectors)}


def words(text: str) -> set[str]:
    """What a text names: identifiers, and classes with their hyphens."""
    return set(_WORD.findall(text))


def test_every_class_with_a_rule_is_one_that_the_page_makes() -> None:
    made = words(read_all("static", "*.js") + read_all("templates", "*.html"))
    found = {name for name in styled() - FOREIGN if not name.startswith(COMPOSED)}
    assert len(found) > 200
    assert sorted(found - made) == []


def test_every_class_that_the_page_makes_is_used() -> None:
    scripts = read_all("static/js", "*.js")
    made = {name for classes in _MADE.findall(scripts) for name in _CLASS.findall(classes)}
    assert len(made) > 200
    rest = _MADE.sub("", scripts) + read_all("tests", "*.py").replace(Path(__file__).stem, "")
    used = styled() | {name for name in made if f".{name}" in rest}
    assert sorted(made - used) == []


def test_every_custom_property_is_set_and_used() -> None:
    sheets = _COMMENT.sub("", read_all("static/css", "*.css"))
    scripts = read_all("static", "*.js")
    declared = set(re.findall(r"(--[\w-]+)\s*:", sheets))
    read = set(re.findall(r"var\((--[\w-]+)", sheets))
    assert sorted(name for name in read - declared if name not in scripts) == []
    left = {name for name in declared - read if name not in scripts}
    # The palette reads these by name, and reveal.js one.
    named = words(scripts)
    by_name = {name for name in left if name.removeprefix("--") in named}
    assert sorted(left - by_name - {f"--class-{k}" for k in range(10)}) == ["--r-controls-color"]
