"""Calls of a bound program: preparation, dispatch, and what is evaluated without training.

A call returns the new state to the run (`PlaneRun`), which alone holds state.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, cast

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.slices import Slices
from engine.data.shuffles import write_rows
from engine.programs.bindings import Binding, bind_points
from engine.programs.tiers import Program
from engine.programs.turns import CALL_NUMBERS, Ranges, TurnArguments, TurnResult


class PreparedCall(NamedTuple):
    """A call that only has to be dispatched.

    Attributes:
        program: what is called. Calls of one program may be made together.
        call: its arguments.
    """

    program: Program
    call: TurnArguments


def prepare(
    binding: Binding,
    state: Any,
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
        state: float32 [3, n], in the program's layout.
        counters: where training stands.
        ranges: of the last pictures, in the network's layout.
        steps: updates; no more than fit in one call.
        pictures: whether boundary and units are painted.
        select: hidden layer and unit to look at.
    """
    seed, batches = binding.spec.seed, binding.batches
    epochs = -(-(counters.first + steps) // batches) if steps else 0
    end = binding.ranges_start
    numbers = np.zeros(binding.call_length, np.int32)
    write_rows(numbers[CALL_NUMBERS:end], seed, counters.epoch, binding.n_train, epochs)
    binding.write_ranges(numbers[end:].view(np.float32), ranges)
    position = (seed, counters.step, counters.updates, counters.first, steps)
    layer, unit = select or (-1, 0)
    asked = pictures or select is not None
    numbers[:CALL_NUMBERS] = *position, asked, layer, unit
    call = (
        state,
        binding.x,
        binding.y,
        binding.inputs,
        binding.pixel_features,
        numbers,
    )
    return PreparedCall(binding.program, TurnArguments(*cast(Any, call)))


def dispatch(prepared: PreparedCall) -> TurnResult:
    """Makes a call; JAX computes its results asynchronously, `TurnResult.fetch` waits for them."""
    return prepared.program.turn(prepared.call)


def evaluate(
    binding: Binding,
    state: Any,
    counters: Counters,
    ranges: Ranges[Floats],
    select: tuple[int, int] | None = None,
) -> TurnResult:
    """Evaluates the network without training it.

    Args:
        binding: the program with spec and data.
        state: float32 [3, n], in the program's layout.
        counters: where training stands.
        ranges: of the last pictures.
        select: hidden layer and unit to look at.
    """
    return dispatch(prepare(binding, state, counters, ranges, 0, select=select))


def predict(
    binding: Binding, state: Any, counters: Counters, ranges: Ranges[Floats], points: Floats
) -> Floats:
    """Returns the outputs float32 [n, K] for rows float32 [n, width], like the data."""
    n_outputs = binding.spec.n_outputs
    parts = [np.zeros((0, n_outputs), np.float32)]
    for start in range(0, len(points), binding.rows):
        some = points[start : start + binding.rows]
        turn = evaluate(bind_points(binding, some), state, counters, ranges)
        parts.append(np.asarray(turn.predictions)[:n_outputs, : len(some)].T)
    return np.ascontiguousarray(np.concatenate(parts))


def is_finite(turn: TurnResult) -> bool:
    """Whether losses and parameters are finite after a turn."""
    summary = turn.summary().tolist()
    return summary[-1] == 1 and math.isfinite(sum(summary))


def try_updates(
    binding: Binding, state: Any, counters: Counters, ranges: Ranges[Floats], steps: int
) -> Slices[tuple[Any, bool]]:
    """Does so many updates, for a divergence search; returns the state and whether it is finite."""
    turn = dispatch(prepare(binding, state, counters, ranges, steps)).fetch()
    return turn.state, is_finite(turn)
    yield
