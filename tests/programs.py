"""Compiled programs, which all test processes and their servers share, and the next run finds.

Most of the time of the tests is XLA's. What a program means does not depend on how far it is
optimized, so all processes leave out what takes long and gains little, and the tests' own processes
optimize nothing but the first capacity, which they share with the servers: a third of the time.
Every night all is compiled as it is for everybody.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.sizes import NIGHTLY

ROOT = Path(__file__).resolve().parents[1]
#: Without it XLA compiles for half as long again, and what it makes is hardly faster.
QUICK = "--xla_cpu_use_fusion_emitters=false"


def _find_folder() -> Path:
    """The user's cache, not the checkout: a second clone starts with what the first compiled."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "livenet-tests" / f"jax-{version('jax')}"


FOLDER = _find_folder()


@cache
def _hash_engine() -> str:
    """Hash of the engine's source and of XLA's flags: others may mean other programs."""
    content = hashlib.sha256(os.environ.get("XLA_FLAGS", "").encode())
    for path in sorted((ROOT / "engine").rglob("*.py")):
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


@contextlib.contextmanager
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


def wait_for_compilation(what: str) -> None:
    """Waits while another process compiles, so that one started now finds it on disk."""
    lock = FOLDER / "compiled" / _hash_engine() / f"{what}.lock"
    with contextlib.suppress(FileNotFoundError), lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def choose_quick_compilation() -> None:
    """Has this process and those it starts compile quickly; XLA is told before JAX begins."""
    if not NIGHTLY:
        os.environ.setdefault("XLA_FLAGS", QUICK)


@cache
def share_general_programs() -> None:
    """Lets all `Programs` of this process share the compiled general programs, compiled quickly.

    Reading one from disk takes seconds too, most of them before the disk is asked. A program keeps
    no state, and equal models give equal programs; each `Programs` still counts what it builds.
    """
    import jax

    from engine.programs import image_programs, tiers
    from engine.programs.models import ExactModel, GeneralModel

    compile_well, first = tiers.compile_turn, GeneralModel(tiers.TIERS[0])
    first_level = first.optimization_level
    quick = QUICK in os.environ.get("XLA_FLAGS", "")

    def compile_each(model: Any) -> Any:
        # Most tests run the first capacity, and some for long: it is the program of the servers.
        jax.config.update("jax_disable_most_optimizations", quick and model != first)
        try:
            return compile_well(model)
        finally:
            jax.config.update("jax_disable_most_optimizations", quick)

    compile_shared = cache(compile_each)

    def compile_or_share(model: Any) -> Any:
        return (compile_shared if isinstance(model, GeneralModel) else compile_each)(model)

    def compile_for_all(compile_one: Any) -> Any:
        # As servers compile them, so that one process alone does, for all of them.
        def compile_once_for_all(key: Any) -> Any:
            name = hashlib.sha256(repr(key).encode()).hexdigest()[:16]
            jax.config.update("jax_disable_most_optimizations", False)
            try:
                with compile_once(name):
                    return compile_one(key)
            finally:
                jax.config.update("jax_disable_most_optimizations", quick)

        return cache(compile_once_for_all)

    tiers.compile_turn = compile_or_share
    image_programs.compile_general_training = compile_for_all(
        image_programs.compile_general_training
    )
    image_programs.compile_general_views = compile_for_all(image_programs.compile_general_views)
    if quick:
        level = property(lambda model: first_level if model == first else 0)
        for kind in (ExactModel, GeneralModel):
            pytest.MonkeyPatch().setattr(kind, "optimization_level", level)
    jax.config.update("jax_disable_most_optimizations", quick)
