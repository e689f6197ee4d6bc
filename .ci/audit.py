"""Looks the installed packages up in the public lists of known weaknesses.

Where a list cannot be reached there is one line instead, and no error: a machine without a network
has to stay green. `python .ci/audit.py`, by the interpreter whose packages are meant.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: pip-audit brings thirty packages along, which the tests should not find.
VENV = ROOT / ".venv-audit"
PIP_AUDIT = "pip-audit==2.10.1"
#: A list that does not answer.
PATIENCE = 120


def run(command: list[str]) -> Any:
    """Runs a command and returns the JSON that it prints; None if there is none."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def list_python(answer: Any) -> list[str] | None:
    """Returns the weaknesses that pip-audit has found; None if it has asked nobody."""
    if not isinstance(answer, dict) or "dependencies" not in answer:
        return None
    return [
        f"{package['name']} {package.get('version', '')}: {weakness['id']}"
        for package in answer["dependencies"]
        for weakness in package.get("vulns", [])
    ]


def list_npm(answer: Any) -> list[str] | None:
    """Returns the weaknesses that npm has found; None if it has asked nobody."""
    if not isinstance(answer, dict) or "vulnerabilities" not in answer:
        return None
    return [f"{name}: {found['severity']}" for name, found in answer["vulnerabilities"].items()]


def ask_pip_audit() -> Any:
    """Asks about the packages of this interpreter."""
    tool = VENV / "bin" / "pip-audit"
    if not tool.exists():
        venv.create(VENV, with_pip=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PIP_AUDIT]
        subprocess.run([str(VENV / "bin" / "python"), *install], capture_output=True, check=False)
    packages = sysconfig.get_path("purelib")
    options = ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    return run([str(tool), "--path", packages, *options])


def ask_npm() -> Any:
    """Asks about what the browser tests load into pages."""
    if shutil.which("npm") is None:
        return None
    folder = str(ROOT / "tests" / "browser")
    return run(["npm", "audit", "--json", "--prefix", folder, "--package-lock-only"])


def main() -> int:
    """Prints what was found; 1 if that is anything."""
    found = 0
    asked = {"Python": list_python(ask_pip_audit()), "npm": list_npm(ask_npm())}
    for kind, weaknesses in asked.items():
        if weaknesses is None:
            print(f"No audit of the {kind} packages: the list of weaknesses cannot be reached.")
            continue
        print(f"{kind} packages with known weaknesses: {len(weaknesses)}")
        for weakness in weaknesses:
            print(f"  {weakness}")
        found += len(weaknesses)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
