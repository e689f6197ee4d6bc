"""Training state of a run on the plane, in the layout of the program that returned it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.base.arrays import Floats
from engine.programs.bindings import Binding
from engine.programs.training import State


@dataclass(frozen=True, slots=True)
class PlaneState:
    """Parameters and moments, converted only when the program changes.

    Attributes:
        vectors: the flat vectors, on the device or the host.
        binding: whose layout they have; None for the layout of the network itself.
    """

    vectors: State[Any]
    binding: Binding | None = None

    def exact(self) -> State[Floats]:
        """Returns the state in the layout of the network itself, on the host."""
        if self.binding is None:
            return self.vectors
        return State(*(self.binding.unpack(vector) for vector in self.vectors))

    def bound(self, binding: Binding) -> State[Any]:
        """Returns the state in the layout of a program."""
        return self.vectors if self.binding is binding else binding.pack_state(self.exact())
