"""An earlier commit, which speed is compared with.

It is checked out beside the repository's own tree and runs with the same packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.report import Row

ROOT = Path(__file__).resolve().parents[2]
#: The one before small networks trained in folded loops.
COMMIT = "14de8d38dc6f5a8f050afbb25c97cd533a6f41ed"


class NoCommitError(Exception):
    """The commit is not there: this is no clone, or not the whole history."""


@contextmanager
def check_out(commit: str = COMMIT) -> Iterator[Path]:
    """Checks a commit out in a worktree, and removes that again.

    Raises:
        NoCommitError: there is no such commit here.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        try:
            _git("worktree", "add", "--detach", str(tree), commit)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NoCommitError(f"commit {commit[:7]} is not here") from error
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> None:
    subprocess.run(("git", *arguments), cwd=ROOT, check=True, capture_output=True)


def own_environment(tree: Path) -> dict[str, str]:
    """Returns the environment of a process that imports from a tree: it sets its own XLA flags."""
    inherited = {name: value for name, value in os.environ.items() if name != "XLA_FLAGS"}
    return {**inherited, "PYTHONPATH": str(tree)}


class Worker:
    """A process that measures what a script says, with the packages of a tree.

    Args:
        tree: where it imports from.
        script: reads lines, and answers each with one.
        environ: further settings.
    """

    def __init__(self, tree: Path, script: Path, **environ: str) -> None:
        env = own_environment(tree) | environ
        self._process = subprocess.Popen(
            (sys.executable, str(script)), env=env, cwd=tree, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, line: str) -> str:
        """Sends a line and returns the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the worker ended with {self._process.wait()}")
        return answer

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def describe_missing(what: str, goal: str, error: NoCommitError) -> Row:
    """Returns the row of what could not be compared."""
    return Row(what, "not measured", goal, detail=str(error))
