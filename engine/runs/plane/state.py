"""Training state of a run on the plane, in the layout of the program that returned it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.programs.bindings import Binding
from engine.programs.training import State


@dataclass(frozen=True, slots=True)
class PlaneState:
    """Parameters and moments, converted only when the program changes.

    Attributes:
        vectors: in the layout of the network itself, or packed by a binding on the device.
        binding: that packed them; None if none did.
    """

    vectors: Any
    binding: Binding | None = None

    def exact(self) -> State[Floats]:
        """Returns the state in the layout of the network itself, on the host."""
        return self.vectors if self.binding is None else self.binding.unpack_state(self.vectors)

    def params(self) -> Floats:
        """Returns the parameters alone in the layout of the network itself, on the host."""
        if self.binding is None or not self.binding.is_exact:
            return self.exact().params
        return np.asarray(self.vectors)[0]

    def bound(self, binding: Binding) -> Any:
        """Returns the state packed for a program, float32 [3, n]."""
        alike = self.binding is binding or (
            self.binding is not None and self.binding.packs_like(binding)
        )
        return self.vectors if alike else binding.pack_state(self.exact())
