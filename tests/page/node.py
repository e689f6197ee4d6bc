"""Node with the modules of the page: what needs no document is tested without a browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("runner.mjs")


def find_node() -> str:
    """The node on the PATH, or the one that `make test` puts beside Python."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    found = shutil.which("node", path=path)
    if found is None:
        raise FileNotFoundError("node is not installed: make test does that")
    return found


def read_words(language: str) -> dict[str, str]:
    """The catalogue of a language."""
    file = ROOT / "static" / "i18n" / f"{language}.json"
    return json.loads(file.read_text(encoding="utf-8"))


class Modules:
    """A process of Node that imports modules of the page by their bare names."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [find_node(), str(RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def load(self, script: str, *arguments: object) -> Any:
        """Runs the body of an asynchronous function and returns its value, as JSON carries it.

        It must write nothing to the console.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([script, *arguments]) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        assert "error" not in answer, answer["error"]
        assert not answer["logged"], answer["logged"]
        return answer["value"]

    def speak(self, language: str) -> None:
        """Has the page's words be those of a language."""
        self.load(
            """const { loadWords } = await import("lib/words");
               await loadWords(arguments[0], `data:application/json;base64,${arguments[1]}`);""",
            language,
            b64encode(json.dumps(read_words(language)).encode()).decode(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
