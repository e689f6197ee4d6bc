"""Fixtures: compiled programs, once per test process, and trainers that use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import ImageStore, Programs, Trainer, parse_spec
from tests.engine.compilations import Compilations
from tests.engine.export_cases import SourceRunner
from tests.mnist import need_mnist
from tests.programs import FOLDER, compile_once, share_general_programs

MakeTrainer = Callable[..., Trainer]

share_general_programs()


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Programs whose first capacity, 6 layers of 8, is compiled."""
    programs = Programs(cache_dir=str(FOLDER))
    with compile_once("first"):
        programs.warm()
    yield programs
    programs.close()


@pytest.fixture(scope="session")
def all_programs(programs: Programs) -> Programs:
    """Programs whose every capacity is compiled."""
    with compile_once("all"):
        programs.warm_rest()
    return programs


@pytest.fixture(scope="session")
def make_trainer(programs: Programs) -> MakeTrainer:
    """Makes a trainer of JSON values, for networks of any size.

    The capacity is compiled for the first one that needs it.
    """

    def make(value: dict[str, Any] | None = None) -> Trainer:
        return Trainer(parse_spec(value or {}), programs=programs)

    return make


@pytest.fixture(scope="session")
def compilations() -> Compilations:
    """Counts what JAX compiles, whoever asks for it."""
    return Compilations()


@pytest.fixture(scope="session")
def run_sources() -> Iterator[SourceRunner]:
    """Runs exported sources in other processes."""
    runner = SourceRunner()
    yield runner
    runner.close()


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Where a test may save a trainer."""
    return tmp_path / "trainer.safetensors"


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with the four files of the real MNIST."""
    return need_mnist()


@pytest.fixture(scope="session")
def mnist_programs(mnist_folder: Path) -> Iterator[Programs]:
    """Programs that train on the whole MNIST."""
    programs = Programs(str(FOLDER), ImageStore(FOLDER, mnist_folder, mirrors=()))
    yield programs
    programs.close()
