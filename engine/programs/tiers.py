"""Tiers: the compiled programs, and which one serves a network."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from engine.base.errors import EngineError
from engine.base.loops import are_loops_folded
from engine.base.program_cache import (
    CompilationStatistics,
    ProgramCache,
    give_back_memory,
    keep_on_disk,
)
from engine.data.image_store import ImageStore
from engine.data.tables import MOST_COLUMNS
from engine.functions.initializers import compile_draws
from engine.network import Capacity
from engine.programs.image_programs import ImagePrograms
from engine.programs.models import ExactModel, GeneralModel, Model
from engine.programs.stacked import StackedModel, StackedProgram, compile_stacked
from engine.programs.stacked_pictures import PictureModel, PictureProgram, compile_pictures
from engine.programs.turns import TurnArguments, TurnResult, compile_turn
from engine.spec import Spec


@dataclass(frozen=True)
class Program:
    """A model with its compiled turn."""

    model: Model
    turn: Callable[[TurnArguments], TurnResult]


#: Capacities, smallest first; the server is ready once the first one is compiled.
TIERS = (
    Capacity(6, 8),
    Capacity(8, 32),
    Capacity(6, 8, normalized=True),
    Capacity(8, 32, normalized=True),
    # Tables of more columns than points have features.
    Capacity(8, 32, MOST_COLUMNS),
    Capacity(8, 32, MOST_COLUMNS, normalized=True),
)


class Programs:
    """Compiled turns, by model.

    Args:
        cache_dir: folder for compiled programs that outlive the process, or None.
        store: where image sets come from; the usual places if None.
    """

    def __init__(self, cache_dir: str | None = None, store: ImageStore | None = None) -> None:
        if cache_dir is not None:
            keep_on_disk(cache_dir)
        self._cache = ProgramCache()
        self.images = ImagePrograms(self._cache, store or ImageStore.of_environment())
        self._general = [GeneralModel(capacity) for capacity in TIERS]
        self._warming = False

    @classmethod
    def offline(cls) -> Programs:
        """Returns programs that download nothing: of MNIST there may be a package's part alone."""
        return cls(store=ImageStore.of_environment(mirrors=()))

    @property
    def ready(self) -> bool:
        """Whether the first capacity is compiled."""
        return self._cache.peek(self._general[0]) is not None

    @property
    def serves_general(self) -> bool:
        """Whether general programs are compiled or being compiled, so waiting for one is right."""
        return self._warming

    @property
    def builds(self) -> int:
        """How many programs have been compiled, for tests that none was."""
        return self._cache.builds

    def statistics(self) -> CompilationStatistics:
        """Returns what was compiled so far."""
        return self._cache.statistics()

    def warm(self) -> None:
        """Compiles the first capacity; returns when it is ready."""
        self._warming = True
        are_loops_folded()
        # XLA compiles without Python's lock: on a second core draws cost no time.
        with ThreadPoolExecutor(1, "compile-draws") as pool:
            draws = pool.submit(compile_draws)
            self._get(self._general[0], pinned=True)
            draws.result()

    def warm_rest(self) -> None:
        """Compiles the other capacities; from now on larger ones for images are prepared, too."""
        self.images.prepares_larger = True
        for model in self._general[1:]:
            self._get(model, pinned=True)
            give_back_memory()

    def general(self, spec: Spec) -> Program:
        """Returns the smallest general program for a network; waits if it is not compiled."""
        return self._get(self.find_general(spec), pinned=True)

    def has_general(self, spec: Spec) -> bool:
        """Whether the general program for a network is compiled, so that nobody waits for it."""
        return self._cache.peek(self.find_general(spec)) is not None

    def needs_general(self, owner: Hashable, spec: Spec) -> bool:
        """Whether the general program for a network is not compiled yet; requests it then.

        Args:
            owner: who asks; replaces what it needed before.
            spec: of the network.
        """
        model = self.find_general(spec)
        return not self._cache.need(owner, model, lambda: Program(model, compile_turn(model)))

    def exact(self, model: ExactModel) -> Program:
        """Returns an exact program; compiles it if need be."""
        return self._get(model)

    def ready_exact(self, model: ExactModel) -> Program | None:
        """Returns an exact program if it is compiled."""
        return self._cache.peek(model)

    def request_exact(self, owner: Hashable, model: ExactModel) -> bool:
        """Requests an exact program in the background; replaces the owner's last request.

        Returns:
            Whether it is there or will be; False if too many others wait for theirs.
        """
        return self._cache.request(owner, model, lambda: Program(model, compile_turn(model)))

    def stacked(self, model: StackedModel) -> StackedProgram:
        """Returns a stacked call; compiles it if need be."""
        return self._cache.get(model, lambda: compile_stacked(model))

    def pictures(self, model: PictureModel) -> PictureProgram:
        """Returns stacked pictures; compiles them if need be."""
        return self._cache.get(model, lambda: compile_pictures(model))

    def request_stacked(
        self, owner: Hashable, models: Sequence[StackedModel | PictureModel]
    ) -> dict[StackedModel | PictureModel, Any]:
        """Returns those stacked programs that are compiled; requests the others.

        Args:
            owner: who asks; replaces what it asked for before.
            models: of stacked calls and stacked pictures.

        Raises:
            EngineError: one cannot be compiled.
        """
        there = {model: self._cache.peek(model) for model in models}
        missing = [model for model, program in there.items() if program is None]
        if any(self._cache.has_failed(model) for model in missing):
            raise EngineError("a program could not be compiled")
        builds = [(model, partial(_compile_stacked, model)) for model in missing]
        self._cache.request_all(owner, builds)
        return {model: program for model, program in there.items() if program is not None}

    def insight(self, key: Hashable, build: Callable[[], Any]) -> Any:
        """Returns the program of a view into a run; compiles it if need be.

        Args:
            key: what the program is known by.
            build: compiles it.
        """
        return self._cache.get(key, build)

    def needs_insight(self, owner: Hashable, key: Hashable, build: Callable[[], Any]) -> bool:
        """Whether the program of a view is not compiled yet; has it made in the background then.

        Args:
            owner: who asks; replaces what it needed before.
            key: what the program is known by.
            build: compiles it.
        """
        return not self._cache.need(owner, key, build)

    def withdraw(self, owner: Hashable) -> None:
        """Cancels an owner's request."""
        self._cache.withdraw(owner)

    def close(self) -> None:
        """Stops compiling in the background."""
        self._cache.close()
        self.images.close()

    def find_general(self, spec: Spec) -> GeneralModel:
        """Returns the smallest capacity for a network."""
        return next(model for model in self._general if model.capacity.holds(spec))

    def _get(self, model: Model, *, pinned: bool = False) -> Program:
        build = lambda: Program(model, compile_turn(model))  # noqa: E731
        return self._cache.get(model, build, pinned=pinned)


def _compile_stacked(model: StackedModel | PictureModel) -> Any:
    return compile_stacked(model) if isinstance(model, StackedModel) else compile_pictures(model)


@cache
def default_programs() -> Programs:
    """Returns the programs that trainers share unless they are given others."""
    return Programs()
