"""Definitions of activations that a framework lacks."""

from __future__ import annotations

from collections.abc import Callable

from engine.functions.activation_registry import Activation
from engine.functions.activations import ACTIVATIONS
from engine.functions.code import Code
from engine.spec import Spec


def write_definitions(spec: Spec, code: Callable[[Activation], Code]) -> list[str]:
    """Writes what the activations of a network need and a framework lacks.

    Args:
        spec: the network.
        code: picks the framework's part of an entry.
    """
    used = {hidden.activation for hidden in spec.layers}
    found = [code(entry).definition for name, entry in ACTIVATIONS.items() if name in used]
    return [definition for definition in found if definition]
