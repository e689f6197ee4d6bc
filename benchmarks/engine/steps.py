"""Training steps and full frames against the same written by hand.

Steps run against two forms: `@` products, and multiplications and sums in a folded loop, the limit.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.engine import handwritten
from benchmarks.report import Row
from benchmarks.timing import race
from engine import FrameRequest, Programs, Trainer, parse_spec
from engine.data.shuffles import shuffle_rows
from engine.functions.features import make_grid
from engine.network import Layout

NETWORKS = {"2-4-2-1": (4, 2), "2-8x6-1": (8,) * 6}
EPOCHS = 20
BATCH = 10
RATE = 0.03
NOTHING = FrameRequest(views=())
#: How many times as fast as which rival a program's steps should be.
GOALS = (
    ("exact", "folded by hand", 0.8),
    ("exact", "@ by hand", 5.0),
    ("general", "@ by hand", 2.0),
)


def make_spec(units: tuple[int, ...]) -> Any:
    """Returns the spec that both sides train."""
    layers = [{"units": n, "activation": "tanh"} for n in units]
    return parse_spec({"layers": layers, "batch_size": BATCH})


def make_trainer(units: tuple[int, ...], programs: Programs, *, exact: bool) -> Trainer:
    """Returns a trainer bound to its exact, or to the general program."""
    trainer = Trainer(make_spec(units), programs)
    if exact:
        trainer.train(epochs=1)
    trainer.turn(epochs=1)
    return trainer


def measure_steps(programs: Programs, general_only: Programs) -> list[Row]:
    """Steps alone: many epochs in one call, shuffled by the host, nothing painted."""
    rows = []
    for name, units in NETWORKS.items():
        general = make_trainer(units, general_only, exact=False)
        exact = make_trainer(units, programs, exact=True)
        data, widths = exact.data, make_spec(units).widths
        params = handwritten.unpack_params(widths, exact.weights[: Layout(widths).n_weights])
        n = data.n_train
        x, y = jnp.asarray(data.x[:n]), jnp.asarray(data.labels[:n])
        products = handwritten.make_training(BATCH)
        folded = handwritten.make_training(BATCH, fused=True)
        rate = jnp.float32(RATE)
        state = {"epoch": 0}

        def run_by_hand(
            by_hand: Any, params: Any = params, x: Any = x, y: Any = y, n: int = n,
            state: dict[str, int] = state, rate: Any = rate,
        ) -> Any:  # fmt: skip
            first = state["epoch"]
            state["epoch"] += EPOCHS
            orders = np.stack([shuffle_rows(42, first + e, n) for e in range(EPOCHS)])
            return by_hand(params, x, y, orders, rate)

        contestants = {
            "@ by hand": lambda run=run_by_hand, by_hand=products: run(by_hand),
            "folded by hand": lambda run=run_by_hand, by_hand=folded: run(by_hand),
            "exact": lambda t=exact: t.train(epochs=EPOCHS),
            "general": lambda t=general: t.turn(epochs=EPOCHS, request=NOTHING),
        }
        best = race(contestants)
        steps = EPOCHS * -(-n // BATCH)
        figures = {kind: seconds / steps * 1e6 for kind, seconds in best.items()}
        detail = ", ".join(f"{kind} {micro:.2f} us" for kind, micro in figures.items())
        for kind, rival, goal in GOALS:
            ratio = best[rival] / best[kind]
            what = f"step, {name}, {kind} against {rival}"
            rows.append(Row(what, f"{ratio:.2f}", str(goal), ratio >= goal, detail))
    return rows


def measure_frames(programs: Programs, general_only: Programs) -> list[Row]:
    """Full frames: one epoch, both losses, boundary, every unit, copied to the host."""
    rows = []
    for name, units in NETWORKS.items():
        exact = make_trainer(units, programs, exact=True)
        general = make_trainer(units, general_only, exact=False)
        data, widths = exact.data, make_spec(units).widths
        params = handwritten.unpack_params(widths, exact.weights)
        n = data.n_train
        x, y = jnp.asarray(data.x), jnp.asarray(data.labels)
        grid, tiles = jnp.asarray(make_grid(100)), jnp.asarray(make_grid(32))
        by_hand = handwritten.make_frame(BATCH, n)
        rate = jnp.float32(RATE)
        state: dict[str, Any] = {"params": params, "epoch": 0}

        def run_by_hand(
            by_hand: Any = by_hand, x: Any = x, y: Any = y, n: int = n, grid: Any = grid,
            tiles: Any = tiles, rate: Any = rate, state: dict[str, Any] = state,
        ) -> Any:  # fmt: skip
            order = shuffle_rows(42, state["epoch"], n)
            state["epoch"] += 1
            result = by_hand(state["params"], x, y, order, rate, grid, tiles)
            state["params"] = result[0]
            return jax.tree.map(np.asarray, result)

        contestants = {
            "hand": run_by_hand,
            "exact": lambda t=exact: t.turn(epochs=1).arrays,
            "general": lambda t=general: t.turn(epochs=1).arrays,
        }
        best = race(contestants, rounds=200)
        figures = {kind: seconds * 1e3 for kind, seconds in best.items()}
        detail = ", ".join(f"{kind} {milli:.3f} ms" for kind, milli in figures.items())
        ratio = best["hand"] / best["exact"]
        rows.append(Row(f"frame, {name}, exact", f"{ratio:.2f}", "0.8", ratio >= 0.8, detail))
        ratio = best["hand"] / best["general"]
        rows.append(Row(f"frame, {name}, general", f"{ratio:.2f}"))
    return rows
