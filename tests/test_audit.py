"""The audit of packages: what counts as an answer, and what as none."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from tests.app.servers import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK = {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": []}]}


@pytest.mark.parametrize(
    ("python", "npm", "code", "said"),
    [
        (None, None, 0, ["No audit of the Python packages", "No audit of the npm packages"]),
        (
            {"dependencies": [CLEAN, {"name": "local", "skip_reason": "unknown"}], "fixes": []},
            {"vulnerabilities": {}, "metadata": {}},
            0,
            ["Python packages with known weaknesses: 0", "npm packages with known weaknesses: 0"],
        ),
        (
            {"dependencies": [CLEAN, WEAK]},
            {"message": "request failed", "error": {"summary": ""}},
            1,
            ["weaknesses: 1", "pillow 1.0: CVE-1", "No audit of the npm packages"],
        ),
        (
            [],
            {"vulnerabilities": {"axe-core": {"severity": "high"}}},
            1,
            ["No audit of the Python packages", "axe-core: high"],
        ),
    ],
    ids=["no_network", "clean", "weak_python", "weak_npm"],
)
def test_only_weaknesses_that_were_found_are_errors(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    python: Any,
    npm: Any,
    code: int,
    said: list[str],
) -> None:
    monkeypatch.setattr(audit, "ask_pip_audit", lambda: python)
    monkeypatch.setattr(audit, "ask_npm", lambda: npm)
    assert audit.main() == code
    printed = capsys.readouterr().out
    for text in said:
        assert text in printed


def test_a_tool_that_is_not_there_or_says_nothing_has_asked_nobody(audit: ModuleType) -> None:
    assert audit.run(["/nowhere/pip-audit"]) is None
    assert audit.run(["true"]) is None
    assert audit.run(["echo", '{"dependencies": []}']) == {"dependencies": []}
