"""Compiled programs, which all test processes and their servers share, and the next run finds."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def _find_folder() -> Path:
    """The user's cache, not the checkout: a second clone starts with what the first compiled."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "livenet-tests" / f"jax-{version('jax')}"


FOLDER = _find_folder()


@cache
def _hash_engine() -> str:
    """Hash of the engine's source: other source may mean other programs."""
    content = hashlib.sha256()
    for path in sorted((ROOT / "engine").rglob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


@contextmanager
def compile_once(what: str) -> Iterator[None]:
    """Lets one process compile while the others wait, and then find the program on disk.

    Args:
        what: is compiled; what is on disk already is not waited for.
    """
    folder = FOLDER / "compiled" / _hash_engine()
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / what
    if done.exists():
        yield
        return
    with (folder / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        done.touch()


@cache
def share_general_programs() -> None:
    """Lets all `Programs` of this process share the compiled general programs.

    Reading one from disk takes seconds too, most of them before the disk is asked. A program keeps
    no state, and equal models give equal programs; each `Programs` still counts what it builds.
    """
    from engine.programs import tiers
    from engine.programs.models import GeneralModel

    compile_turn = tiers.compile_turn
    compile_general = cache(compile_turn)

    def compile_or_share(model: Any) -> Any:
        return (compile_general if isinstance(model, GeneralModel) else compile_turn)(model)

    tiers.compile_turn = compile_or_share
