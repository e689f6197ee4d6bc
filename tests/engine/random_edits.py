"""Random edits of every kind, for tests that no edit may break or slow down."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from engine import Spec
from engine.spec import names
from tests.engine.specs import task_of

Edit = tuple[dict[str, Any], list[Any] | None]


#: Widest layers of the first capacity; wider ones may be normalized, too.
FIRST = 8


def _layer(rng: random.Random, units: int) -> dict[str, Any]:
    layer = {
        "units": rng.randint(1, units),
        "activation": rng.choice(names.ACTIVATIONS),
        "negative_slope": round(rng.random(), 3),
        "dropout": rng.choice([0, 0, 0, 0.1, 0.5]),
        "batch_norm": units > FIRST and rng.random() < 0.2,
        "trainable": rng.random() > 0.2,
    }
    return _fit(layer, units)


def _fit(layer: dict[str, Any], units: int) -> dict[str, Any]:
    """A layer with room for so many weighted sums; a unit of maxout has two."""
    wide = layer["activation"] == "maxout" and 2 * layer["units"] > units
    return {**layer, "activation": "relu"} if wide else layer


def draw_layers(rng: random.Random, spec: Spec, layers: int, units: int) -> Edit:
    """New layers with an origin: some go, some come, units go, come and change places."""
    new: list[dict[str, Any]] = []
    origin: list[Any] = []
    for place, old in enumerate(spec.layers):
        if rng.random() < 0.25 and len(new) < layers:
            new.append(_layer(rng, units))
            origin.append([None, [None] * new[-1]["units"]])
        if rng.random() < 0.25 or len(new) == layers:
            continue
        kept: list[int | None] = list(range(old.units))
        if rng.random() < 0.5:
            rng.shuffle(kept)
            kept = kept[: rng.randint(1, len(kept))]
        while rng.random() < 0.4 and len(kept) < units:
            kept.insert(rng.randint(0, len(kept)), None)
        changed = _layer(rng, units) if rng.random() < 0.5 else old.model_dump()
        new.append(_fit({**changed, "units": len(kept)}, units))
        origin.append([place, kept])
    if rng.random() < 0.4 and len(new) < layers:
        new.append(_layer(rng, units))
        origin.append([None, [None] * new[-1]["units"]])
    return {"layers": new}, origin


def _data(rng: random.Random, spec: Spec) -> Edit:
    name = rng.choice(names.BINARY_DATASETS + names.MULTICLASS_DATASETS + names.REGRESSION_DATASETS)
    data = {
        "name": name,
        "seed": rng.randint(0, 9),
        "samples": rng.randint(50, 400),
        "noise": rng.choice([0, 0.1]),
        "classes": rng.randint(3, 5),
        "test_fraction": rng.choice([0.1, 0.37, 0.9]),
        "validation_fraction": rng.choice([0, 0, 0.25]),
    }
    return {"data": data, "loss": rng.choice([None, *names.TASK_LOSSES[task_of(name)]])}, None


def _points(rng: random.Random, spec: Spec) -> Edit:
    classes = rng.randint(2, 10)
    rows = [[rng.uniform(-6, 6), rng.uniform(-6, 6), rng.randrange(classes)]
            for _ in range(rng.randint(2, 60))]  # fmt: skip
    return {"data": {"name": "points", "points": rows}, "loss": None}, None


def _features(rng: random.Random, spec: Spec) -> Edit:
    return {"features": rng.sample(names.FEATURES, rng.randint(1, 10))}, None


def _optimizer(rng: random.Random, spec: Spec) -> Edit:
    rates = {
        "name": rng.choice(names.OPTIMIZERS),
        "learning_rate": 10 ** rng.uniform(-4, -2),
        "clip_norm": rng.choice([None, 0.5]),
        "beta_1": rng.choice([0.5, 0.9]),
    }
    return {"optimizer": rates}, None


def _schedule(rng: random.Random, spec: Spec) -> Edit:
    return {
        "schedule": {
            "name": rng.choice(names.SCHEDULES),
            "warmup_steps": rng.choice([0, 20]),
            "decay_steps": rng.randint(1, 100),
        }
    }, None


def _rest(rng: random.Random, spec: Spec) -> Edit:
    return {
        "batch_size": rng.randint(1, 256),
        "regularization": {"l1": rng.choice([0, 0.01]), "l2": rng.choice([0, 0.01])},
        "initializer": {"name": rng.choice(names.INITIALIZERS), "scale": 0.5},
    }, None


def _seed(rng: random.Random, spec: Spec) -> Edit:
    return {"seed": rng.randint(0, 9)}, None


def _guessed(rng: random.Random, spec: Spec) -> Edit:
    return {"layers": [_layer(rng, 8) for _ in range(rng.randint(0, 6))]}, None


_KINDS: list[Callable[[random.Random, Spec], Edit]] = [
    _data, _points, _features, _optimizer, _schedule, _rest, _seed, _guessed,
]  # fmt: skip


def draw_edit(rng: random.Random, spec: Spec, layers: int = 6, units: int = 8) -> Edit:
    """Returns patch and origin of a random edit; every second one changes layers."""
    if rng.random() < 0.5:
        return draw_layers(rng, spec, layers, units)
    return rng.choice(_KINDS)(rng, spec)
