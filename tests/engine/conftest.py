"""Fixtures: compiled programs, once per test process, and trainers that use them."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine import ImageStore, Programs, Trainer, parse_spec
from tests.engine.compilations import Compilations
from tests.mnist import need_mnist

MakeTrainer = Callable[..., Trainer]


@pytest.fixture(scope="session")
def program_folder(pytestconfig: pytest.Config) -> Path:
    """Where compiled programs are kept, for other test processes and the next run."""
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir("programs")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lets one test process compile while the others wait, and find it on disk."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def programs(program_folder: Path) -> Iterator[Programs]:
    """Programs whose first capacity, 6 layers of 8, is compiled."""
    programs = Programs(cache_dir=str(program_folder))
    with alone(program_folder):
        programs.warm()
    yield programs
    programs.close()


@pytest.fixture(scope="session")
def all_programs(programs: Programs, program_folder: Path) -> Programs:
    """Programs whose every capacity is compiled."""
    with alone(program_folder):
        programs.warm_rest()
    return programs


@pytest.fixture(scope="session")
def make_trainer(programs: Programs) -> MakeTrainer:
    """Makes a trainer of JSON values, for networks within the first capacity."""

    def make(value: dict[str, Any] | None = None) -> Trainer:
        return Trainer(parse_spec(value or {}), programs=programs)

    return make


@pytest.fixture(scope="session")
def make_wide(all_programs: Programs) -> MakeTrainer:
    """Makes a trainer of JSON values, for networks of any size."""

    def make(value: dict[str, Any] | None = None) -> Trainer:
        return Trainer(parse_spec(value or {}), programs=all_programs)

    return make


@pytest.fixture(scope="session")
def compilations() -> Compilations:
    """Counts what JAX compiles, whoever asks for it."""
    return Compilations()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Where a test may save a trainer."""
    return tmp_path / "trainer.safetensors"


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with the four files of the real MNIST."""
    return need_mnist()


@pytest.fixture(scope="session")
def mnist_programs(program_folder: Path, mnist_folder: Path) -> Iterator[Programs]:
    """Programs that train on the whole MNIST."""
    programs = Programs(str(program_folder), ImageStore(program_folder, mnist_folder, mirrors=()))
    yield programs
    programs.close()
