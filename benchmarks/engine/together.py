"""Turns of sessions that are due together: one call for all of them, or one after the other.

A turn is an epoch, losses, boundary and every unit, as a frame of the playground has it. Two forms
of one call: network after network in one program (`lax.map`), and side by side (`jax.vmap`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.engine.steps import NETWORKS, make_spec
from benchmarks.report import Row
from engine import Programs, Trainer
from engine.base.devices import SMALL_NETWORK_OPTIONS, small_network_device
from engine.frames.frames import TILE_DEFAULT
from engine.programs.bindings import bind
from engine.programs.calls import PreparedCall, dispatch, prepare
from engine.programs.models import ExactModel
from engine.programs.tiers import Program
from engine.programs.turns import TurnArguments, TurnResult, turn_exact

COUNTS = (4, 16)
ROUNDS = 60


def measure_together() -> list[Row]:
    """Processor time of a turn, by turns in one process."""
    programs, rows = Programs(), []
    for name, units in NETWORKS.items():
        for count in COUNTS:
            calls = [_prepare(units, programs, seed) for seed in range(count)]
            arguments = [each.call for each in calls]
            contestants: dict[str, Callable[[], Any]] = {
                "one by one": lambda calls=calls: [_read(dispatch(each).fetch()) for each in calls]
            }
            for form in ("map", "vmap"):
                run = _compile(calls[0].program, arguments, form)
                contestants[form] = lambda run=run, arguments=arguments: [
                    _read(each) for each in run(arguments)
                ]
            spent = _race(contestants)
            alone = spent["one by one"]
            best = min(spent["map"], spent["vmap"])
            detail = ", ".join(f"{who} {s / count * 1e3:.3f} ms" for who, s in spent.items())
            what = f"a turn of {name}, {count} due together, in one call against one by one"
            rows.append(Row(what, f"{best / alone:.2f} of the processor time", detail=detail))
    return rows


def _prepare(units: tuple[int, ...], programs: Programs, seed: int) -> PreparedCall:
    spec = make_spec(units).model_copy(update={"seed": seed})
    trainer = Trainer(spec, programs)
    snapshot = trainer.shown_snapshot()
    data: Any = snapshot.data
    model = ExactModel.of(spec, data.n_train, data.n, TILE_DEFAULT, data.n_validation)
    binding = bind(programs.exact(model), spec, data, TILE_DEFAULT)
    state = jax.device_put(binding.pack_state(snapshot.state), small_network_device())
    known = binding, state, snapshot.counters, snapshot.ranges
    return prepare(*known, binding.batches, pictures=True)


def _compile(program: Program, calls: list[TurnArguments], form: str) -> Any:
    """Compiles the turns of as many networks as one function of all of their arguments."""

    def turn(call: TurnArguments) -> TurnResult:
        return turn_exact(program.model, call)  # pyright: ignore[reportArgumentType]

    def run(calls: list[TurnArguments]) -> list[TurnResult]:
        together = jax.tree.map(lambda *each: jnp.stack(each), *calls)
        results = lax.map(turn, together) if form == "map" else jax.vmap(turn)(together)
        return [jax.tree.map(lambda each, i=i: each[i], results) for i in range(len(calls))]

    with jax.default_matmul_precision("highest"), jax.default_device(small_network_device()):
        options = {**SMALL_NETWORK_OPTIONS, **program.model.compiler_options}
        return jax.jit(run).lower(calls).compile(compiler_options=options)


def _read(result: TurnResult) -> Any:
    """Reads what a frame needs; the state stays where it is."""
    return [np.asarray(each) for each in (result.numbers, result.boundary, result.units)]


def _race(contestants: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Returns the median processor time of each, seconds; all threads of the process count."""
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    for run in contestants.values():
        run()
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            begun = time.process_time()
            run()
            spent[name].append(time.process_time() - begun)
    return {name: float(np.median(each)) for name, each in spent.items()}
