"""Programs of a sweep: requested in the background, or compiled at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from engine.base.processors import count_processors
from engine.programs.stacked import StackedModel
from engine.programs.stacked_pictures import PictureModel
from engine.programs.tiers import Programs
from engine.sweeps.networks import Group


class SweepPrograms:
    """The programs of one sweep, as far as they are there.

    Args:
        programs: where compiled programs come from.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._keys: list[StackedModel | PictureModel] = []
        self._found: dict[Any, Any] = {}

    def use(self, groups: Sequence[Group]) -> None:
        """Sets the networks that they are for; what is there already stays."""
        found = [*{one.stacked: 0 for one in groups}, *{one.pictures: 0 for one in groups}]
        self._keys = found

    @property
    def ready(self) -> float:
        """Share of them that are there."""
        return 1.0 - len(self._missing) / len(self._keys) if self._keys else 0.0

    def has(self, group: Group) -> bool:
        """Whether those of some networks are there."""
        return group.stacked in self._found and group.pictures in self._found

    def training(self, group: Group) -> Any:
        """Returns the program that trains and measures some networks."""
        return self._found[group.stacked]

    def painting(self, group: Group) -> Any:
        """Returns the program that paints some networks."""
        return self._found[group.pictures]

    def request(self) -> None:
        """Takes those that are there, and requests the others in the background."""
        if self._missing:
            self._found |= self._programs.request_stacked(id(self), self._missing)

    def compile(self) -> None:
        """Compiles all that are missing, on all processors."""
        missing = self._missing
        with ThreadPoolExecutor(count_processors()) as pool:
            self._found |= zip(missing, pool.map(self._compile, missing), strict=True)

    def withdraw(self) -> None:
        """Cancels requests for compilation in the background."""
        self._programs.withdraw(id(self))

    @property
    def _missing(self) -> list[StackedModel | PictureModel]:
        return [key for key in self._keys if key not in self._found]

    def _compile(self, key: StackedModel | PictureModel) -> Any:
        programs = self._programs
        return programs.stacked(key) if isinstance(key, StackedModel) else programs.pictures(key)
