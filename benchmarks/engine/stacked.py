"""A thousand networks trained together, and as a sweep, against one program written by hand."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from benchmarks.engine import handwritten
from benchmarks.engine.steps import BATCH, NETWORKS
from benchmarks.report import Row
from benchmarks.timing import race
from engine import Programs, StackedTrainer, Sweep, parse_spec
from engine.base.devices import SMALL_NETWORK_OPTIONS, small_network_device
from engine.base.loops import FOLDING_OPTIONS
from engine.data.datasets import make_dataset
from engine.data.shuffles import order_rows
from engine.network import Layout

COUNT = 1024
EPOCHS = 20
#: Networks at a time in the fastest program by hand.
LANES = 16
#: Network-steps a second.
GOAL = 2.5e6
#: Of a sweep of as many networks.
AXES = [
    {"path": "optimizer.learning_rate", "low": 0.001, "high": 1, "count": 32},
    {"path": "initializer.scale", "low": 0.5, "high": 2, "count": 32},
]


def measure_stacked() -> list[Row]:
    """Updates of all networks a second, with learning rates from 0.001 to 1."""
    rows = []
    rates = np.geomspace(0.001, 1, COUNT)
    for name, units in NETWORKS.items():
        specs = [_make_spec(units, float(rate)) for rate in rates]
        programs = Programs()
        stacked = StackedTrainer(specs, programs)
        sweep = Sweep(_make_spec(units, 0.03), AXES, programs=programs)
        sweep.compile()
        weights = [stacked.weights(i) for i in range(COUNT)]
        by_hand, loop = _ByHand(specs, weights, LANES), _ByHand(specs, weights, 1)
        best = race(
            {
                "stacked": lambda s=stacked: s.train(EPOCHS),
                "sweep": lambda s=sweep: s.train(EPOCHS),
                "by hand": by_hand.train,
                "a loop by hand": loop.train,
            },
            rounds=5,
        )
        steps = COUNT * EPOCHS * by_hand.batches
        speeds = {who: steps / seconds for who, seconds in best.items()}
        detail = ", ".join(f"{who} {speed / 1e6:.2f} million/s" for who, speed in speeds.items())
        for who in ("stacked", "sweep"):
            if name == "2-4-2-1":
                speed = speeds[who]
                what = f"network-steps/s, {COUNT} networks, {name}, {who}"
                rows.append(Row(what, f"{speed / 1e6:.2f} million", "2.5 million", speed >= GOAL))
            for other in ("by hand", "a loop by hand"):
                ratio = speeds[who] / speeds[other]
                what = f"network-steps, {COUNT} networks, {name}, {who}, against {other}"
                rows.append(Row(what, f"{ratio:.2f}", "0.8", ratio >= 0.8, detail))
    return rows


def _make_spec(units: tuple[int, ...], rate: float) -> Any:
    layers = [{"units": n, "activation": "tanh"} for n in units]
    optimizer = {"name": "sgd", "learning_rate": rate}
    return parse_spec({"layers": layers, "batch_size": BATCH, "optimizer": optimizer})


class _ByHand:
    """Networks in a loop inside one program, some at a time along the last axis, on all cores.

    The fastest form known has 16 at a time; a plain loop one. XLA is told to use vectors of 512
    bits, and to keep its library of sums out of the loop.
    """

    def __init__(self, specs: list[Any], weights: list[np.ndarray], lanes: int) -> None:
        data, widths = make_dataset(specs[0].data), specs[0].widths
        self._n = n = data.n_train
        self.batches = -(-n // BATCH)
        self._threads = os.cpu_count() or 1
        rows = data.x[:n][..., None], data.labels[:n][..., None]
        x, y = jax.device_put(rows, small_network_device())
        size = Layout(widths).n_weights
        networks = [handwritten.unpack_params(widths, own[:size]) for own in weights]
        rates = np.array([spec.optimizer.learning_rate for spec in specs], np.float32)

        def stack(*arrays: Array) -> Array:
            """Returns [groups, ..., lanes]."""
            groups = jnp.stack(arrays).reshape(-1, lanes, *arrays[0].shape)
            return jnp.moveaxis(groups, 1, -1)

        parts = [
            (
                jax.tree.map(stack, *networks[start :: self._threads]),
                stack(*map(jnp.asarray, rates[start :: self._threads])),
            )
            for start in range(self._threads)
        ]
        # Where the engine's own programs run: each call in the thread that makes it.
        self._parts = jax.device_put(parts, small_network_device())
        form = replace(handwritten.FASTEST["sums"], options={})
        train_some = handwritten.make_training(BATCH, form)

        def train(params: Any, rates: Array, orders: Array) -> Any:
            return lax.map(lambda some: train_some(some[0], x, y, orders, some[1]), (params, rates))

        self._train = jax.jit(train, compiler_options=SMALL_NETWORK_OPTIONS | FOLDING_OPTIONS)
        self._epoch = 0

    def train(self) -> Any:
        """Trains every network for the same epochs."""
        first = self._epoch
        self._epoch += EPOCHS
        n = self._n
        orders = order_rows(42, first, n, EPOCHS, EPOCHS * n).reshape(EPOCHS, n)
        with ThreadPoolExecutor(self._threads) as pool:
            calls = [pool.submit(self._train, *part, orders) for part in self._parts]
            done = [jax.block_until_ready(call.result()) for call in calls]
        rates = [rates for _, rates in self._parts]
        self._parts = list(zip(done, rates, strict=True))
        return done
