"""Programs of a run on the plane, bound to its spec and data."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from engine.data.datasets import Dataset
from engine.programs.bindings import Binding, bind, rebind
from engine.programs.models import ExactModel
from engine.programs.tiers import Program, Programs
from engine.spec import Spec


class PlanePrograms:
    """Chooses between the general and the exact program, and keeps what was bound to them.

    Args:
        programs: where compiled programs come from.
        spec: of the network.
        data: the points.
    """

    def __init__(self, programs: Programs, spec: Spec, data: Dataset) -> None:
        self._programs = programs
        self._bindings: dict[Any, Binding] = {}
        self._spec, self._data = spec, data
        self._exact_model: ExactModel | None = None

    def load(self, spec: Spec, data: Dataset) -> None:
        """Takes another spec; arrays on the device stay as long as the data are the same."""
        if data is not self._data:
            self._bindings.clear()
        self._spec, self._data, self._exact_model = spec, data, None

    def choose(self, tile: int) -> Program:
        """Returns the exact program if it is compiled, else the general one."""
        model = self._model(tile)
        exact = self._programs.ready_exact(model)
        if exact is not None:
            return exact
        return self.general() if self._programs.serves_general else self._programs.exact(model)

    def general(self) -> Program:
        """Returns the general program."""
        return self._programs.general(self._spec)

    def exact(self, tile: int) -> Program:
        """Returns the exact program, compiled first if need be."""
        model = self._model(tile)
        return self._programs.ready_exact(model) or self._programs.exact(model)

    def choose_shown(self, tile: int, by_exact: bool | None) -> Program:
        """Returns the program that showed a frame.

        Args:
            tile: side of the units' tiles.
            by_exact: whether an exact program did; None if it was not shown.
        """
        if by_exact is False and self._programs.serves_general:
            return self.general()
        return self.choose(tile)

    def request_exact(self, tile: int) -> bool:
        """Requests the exact program in the background; False if too many others wait."""
        return self._programs.request_exact(id(self), self._model(tile))

    def withdraw(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._programs.withdraw(id(self))

    def bind(self, program: Program, tile: int) -> Binding:
        """Returns a program's arguments for spec and data, laid out once."""
        known = self._bindings.get(program.model)
        if known is not None and known.tile == tile and known.spec is self._spec:
            return known
        if known is not None and known.tile == tile and known.serves(self._spec):
            binding = rebind(known, self._spec, self._data)
        else:
            binding = bind(program, self._spec, self._data, tile)
        if len(self._bindings) > 2:
            self._bindings.clear()
        self._bindings[program.model] = binding
        return binding

    def _model(self, tile: int) -> ExactModel:
        known = self._exact_model
        if known is None or known.tile != tile:
            known = _describe_exact(self._spec, self._data, tile)
            self._exact_model = known
        return known


def has_program(
    programs: Programs, owner: Hashable, spec: Spec, data: Dataset, tile: int, *, any_kind: bool
) -> bool:
    """Whether a program that can make a frame is compiled; requests one if not.

    Args:
        programs: where compiled programs come from.
        owner: who asks; replaces what it asked for before.
        spec: of the network.
        data: the points.
        tile: side of the units' tiles.
        any_kind: whether an exact program will do, too.
    """
    if not programs.serves_general or programs.has_general(spec):
        return True
    exact = _describe_exact(spec, data, tile)
    if any_kind and programs.ready_exact(exact) is not None:
        return True
    return not programs.needs_general(owner, spec)


def _describe_exact(spec: Spec, data: Dataset, tile: int) -> ExactModel:
    """Returns the model of the exact program of a spec and its data."""
    return ExactModel.of(spec, data.n_train, data.n, tile, data.n_validation)
