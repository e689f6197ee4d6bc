"""Training steps and full frames against the same written by hand.

Steps run against `@` products, and against the fastest form by hand that is known: the limit.
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
from engine.base.devices import small_network_device
from engine.data.shuffles import order_rows, shuffle_rows
from engine.functions.features import make_grid
from engine.network import Layout

NETWORKS = {"2-4-2-1": (4, 2), "2-8x6-1": (8,) * 6}
EPOCHS = 20
BATCH = 10
RATE = 0.03
NOTHING = FrameRequest(views=())
#: How many times as fast as which rival a program's steps should be: `@` products by hand, or the
#: fastest form by hand.
PLAIN, LIMIT = "@ by hand", "the limit by hand"
GOALS = {
    "2-4-2-1": (("exact", LIMIT, 0.8), ("exact", PLAIN, 5.0)),
    "2-8x6-1": (("exact", LIMIT, 0.8), ("exact", PLAIN, 5.0), ("general", PLAIN, 2.0)),
}
#: Microseconds of a step of TensorFlow Playground's own engine in Node, on an Intel Xeon like the
#: one of docs/decisions.md: for scale, measured once.
PLAYGROUND = {"2-4-2-1": 4.3, "2-8x6-1": 42.0}
#: How far exact and general programs may differ after 25 updates.
EQUAL = 1e-5


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
        # Where the engine's own programs run, which is the fastest place known.
        device = small_network_device()
        params, x, y = jax.device_put((params, data.x[:n], data.labels[:n]), device)
        forms = {PLAIN: handwritten.PLAIN, **handwritten.FASTEST}
        by_hand = {form: handwritten.make_training(BATCH, how) for form, how in forms.items()}
        rate = jax.device_put(jnp.float32(RATE), device)
        state = {"epoch": 0}

        def run_by_hand(
            train: Any, params: Any = params, x: Any = x, y: Any = y, n: int = n,
            state: dict[str, int] = state, rate: Any = rate,
        ) -> Any:  # fmt: skip
            first = state["epoch"]
            state["epoch"] += EPOCHS
            orders = order_rows(42, first, n, EPOCHS, EPOCHS * n).reshape(EPOCHS, n)
            return train(params, x, y, orders, rate)

        contestants = {
            form: lambda run=run_by_hand, train=train: run(train) for form, train in by_hand.items()
        }
        contestants |= {
            "exact": lambda t=exact: t.train(epochs=EPOCHS),
            "general": lambda t=general: t.turn(epochs=EPOCHS, request=NOTHING),
        }
        best = race(contestants)
        steps = EPOCHS * -(-n // BATCH)
        micro = {kind: seconds / steps * 1e6 for kind, seconds in best.items()}
        detail = ", ".join(f"{kind} {figure:.2f} us" for kind, figure in micro.items())
        micro[LIMIT] = min(micro[form] for form in handwritten.FASTEST)
        for kind, rival, goal in GOALS[name]:
            ratio = micro[rival] / micro[kind]
            what = f"step, {name}, {kind} against {rival}"
            rows.append(Row(what, f"{ratio:.2f}", str(goal), ratio >= goal, detail))
        for kind in ("exact", "general"):
            ratio = PLAYGROUND[name] / micro[kind]
            what = f"step, {name}, {kind} against TensorFlow Playground's engine"
            note = f"its {PLAYGROUND[name]} us were measured once, on another Intel Xeon"
            rows.append(Row(what, f"{ratio:.1f}", detail=note))
        rows.append(_compare(name, units, programs, general_only))
    return rows


def _compare(name: str, units: tuple[int, ...], programs: Programs, general_only: Programs) -> Row:
    """How far the weights of both kinds of program are apart after 25 updates."""
    exact, general = Trainer(make_spec(units), programs), Trainer(make_spec(units), general_only)
    exact.train(steps=25)
    general.turn(batches=25, request=NOTHING)
    apart = float(np.abs(exact.weights - general.weights).max())
    what = f"25 updates, {name}, exact and general weights apart"
    return Row(what, f"{apart:.1e}", f"{EQUAL:.0e}", apart <= EQUAL)


def measure_frames(programs: Programs, general_only: Programs) -> list[Row]:
    """Full frames: one epoch, both losses, boundary, every unit, copied to the host."""
    rows = []
    for name, units in NETWORKS.items():
        exact = make_trainer(units, programs, exact=True)
        general = make_trainer(units, general_only, exact=False)
        data, widths = exact.data, make_spec(units).widths
        params = handwritten.unpack_params(widths, exact.weights)
        n = data.n_train
        pictured = data.x, data.labels, make_grid(100), make_grid(32)
        params, (x, y, grid, tiles) = jax.device_put((params, pictured), small_network_device())
        by_hand = handwritten.make_frame(BATCH, n)
        rate = jax.device_put(jnp.float32(RATE), small_network_device())
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
