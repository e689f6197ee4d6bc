"""The types of the page's modules, as `make lint` checks them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.page.node import ROOT, find_node

TSC = ROOT / "tests" / "browser" / "node_modules" / ".bin" / "tsc"


def check(*arguments: str) -> str:
    """What the compiler finds."""
    path = os.pathsep.join([str(Path(find_node()).parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        [str(TSC), *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PATH": path},
    )
    return done.stdout + done.stderr


def test_the_types_of_the_page_agree() -> None:
    assert check("-p", str(ROOT / "static" / "tsconfig.json")) == ""


def test_a_key_that_the_store_does_not_have_is_found(tmp_path: Path) -> None:
    module = tmp_path / "wrong.js"
    module.write_text(
        """/** @param {Store} store */
export function wrong(store) {
  store.watch(["run.speck"], ({ run }) => run.speck);
  store.set({ run: { running: 1 } });
}
"""
    )
    found = check(
        "--allowJs", "--checkJs", "--noEmit", "--target", "es2024", "--moduleResolution", "bundler",
        "--module", "esnext", "--skipLibCheck", "--lib", "es2024,dom,dom.iterable",
        str(ROOT / "static" / "types.d.ts"), str(module),
    )  # fmt: skip
    assert found.count("error TS") == 3, found
