"""axe-core, run on the page as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.browser.page import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

#: Rules that are off unless asked for, and are kept all the same.
MORE_RULES = ("target-size",)
#: The only rule on which the scheme of colours has a bearing.
OF_COLOURS = ("color-contrast",)

CHECK = """
    const [more, only, root] = arguments;
    const { violations, passes } = await axe.run(root ?? document, {
      resultTypes: ["violations"],
      ...(only ? { runOnly: only }
        : { rules: Object.fromEntries(more.map((id) => [id, { enabled: true }])) }),
    });
    return { passed: passes.length, violations: violations.map(({ id, help, nodes }) => ({ id, help,
      nodes: nodes.map(({ html, any, all }) => ({ html,
        why: [...any, ...all].map(({ message }) => message) })) })) };
"""


def check(page: Page, where: str, only: tuple[str, ...] = (), root: str | None = None) -> None:
    """Runs axe on the page as it is, or on a part of it: every rule, or only these."""
    if not page.run("return Boolean(window.axe)"):
        assert AXE.exists(), "axe-core is not installed: make test does that"
        page.run(AXE.read_text())
    found: dict[str, Any] = page.load(CHECK, MORE_RULES, only or None, root)
    assert found["passed"] > (0 if only or root else 10)
    assert not found["violations"], f"{where}: {json.dumps(found['violations'], indent=1)}"


def check_themes(page: Page, where: str, root: str | None = None) -> None:
    for scheme, only in (("light", ()), ("dark", OF_COLOURS)):
        page.prefer(prefers_color_scheme=scheme)
        page.until("matchMedia(`(prefers-color-scheme: ${arguments[0]})`).matches", scheme, scheme)
        check(page, f"{where}, {scheme}", only, root)
