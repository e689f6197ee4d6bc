"""Calls of a bound program: preparation, dispatch, and the search after a divergence.

A call returns the new state to the run (`PlaneRun`), which alone holds state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.data.shuffles import order_rows
from engine.programs.bindings import Binding, aim
from engine.programs.tiers import Program
from engine.programs.training import State
from engine.programs.turns import Ranges, TurnArguments, TurnResult


@dataclass(frozen=True)
class PreparedCall:
    """A call that only has to be dispatched.

    Attributes:
        program: what is called. Calls of one program may be made together.
        call: its arguments.
    """

    program: Program
    call: TurnArguments


def prepare(
    binding: Binding,
    state: State[Any],
    counters: Counters,
    ranges: Ranges[Floats],
    steps: int,
    *,
    pictures: bool = False,
    select: tuple[int, int] | None = None,
) -> PreparedCall:
    """Lays out the arguments of a call on the host.

    Args:
        binding: the program with spec and data.
        state: in the program's layout.
        counters: where training stands.
        ranges: of the last pictures, in the network's layout.
        steps: updates; no more than fit in one call.
        pictures: whether boundary and units are painted.
        select: hidden layer and unit to look at, with a general program.
    """
    seed, batches = binding.spec.seed, binding.batches
    epochs = -(-(counters.first + steps) // batches) if steps else 0
    length = binding.model.sizes.order
    order = order_rows(seed, counters.epoch, binding.n_train, epochs, length)
    position = [seed, counters.step, counters.updates, counters.first, steps]
    layer, unit = select or (-1, 0)
    asked = pictures or select is not None
    call = (
        state,
        binding.x,
        binding.y,
        order,
        np.array(position, np.int32),
        binding.inputs,
        binding.canvas,
        binding.pack_ranges(ranges),
        np.array([asked, layer, unit], np.int32),
    )
    return PreparedCall(binding.program, TurnArguments(*cast(Any, call)))


def dispatch(prepared: PreparedCall) -> TurnResult:
    """Makes a call; JAX computes its results asynchronously."""
    return prepared.program.turn(prepared.call)


def look(
    binding: Binding,
    state: State[Any],
    counters: Counters,
    ranges: Ranges[Floats],
    select: tuple[int, int] | None = None,
) -> TurnResult:
    """Evaluates the network without training it.

    Args:
        binding: the program with spec and data.
        state: in the program's layout.
        counters: where training stands.
        ranges: of the last pictures.
        select: hidden layer and unit to look at, with a general program.
    """
    return dispatch(prepare(binding, state, counters, ranges, 0, select=select))


def predict(
    binding: Binding, state: State[Any], counters: Counters, ranges: Ranges[Floats], x: Any
) -> Floats:
    """Returns the outputs float32 [n, K] for points [n, 2].

    Raises:
        ValueError: `x` has another shape.
    """
    points = np.asarray(x, np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"x must be [n, 2], got {list(points.shape)}")
    n_outputs = binding.spec.n_outputs
    parts = [np.zeros((0, n_outputs), np.float32)]
    for start in range(0, len(points), binding.rows):
        some = points[start : start + binding.rows]
        turn = look(aim(binding, some), state, counters, ranges)
        parts.append(np.asarray(turn.outputs)[:n_outputs, : len(some)].T)
    return np.ascontiguousarray(np.concatenate(parts))


def is_finite(turn: TurnResult) -> bool:
    """Whether losses and parameters are finite after a turn."""
    summary = np.asarray(turn.summary)
    return bool(np.isfinite(summary).all() and summary[-1] == 1)


def find_last_finite(
    binding: Binding, state: State[Any], counters: Counters, ranges: Ranges[Floats], steps: int
) -> tuple[State[Any], int]:
    """Finds by halving how far training stays finite.

    Args:
        binding: the program with spec and data.
        state: where the call began.
        counters: where the call began.
        ranges: of the last pictures.
        steps: updates after which a number is not finite.

    Returns:
        The last finite state and its updates since the call began.
    """
    good, bad, kept = 0, steps, state
    while bad - good > 1:
        middle = (good + bad) // 2
        turn = dispatch(prepare(binding, state, counters, ranges, middle))
        if is_finite(turn):
            good, kept = middle, turn.state
        else:
            bad = middle
    return kept, good
