"""Random edits of every kind, inside the first capacity."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from engine.spec.names import ACTIVATIONS, FEATURES, INITIALIZERS, OPTIMIZERS, TASK_LOSSES
from engine.tiers import TIERS

Patch = dict[str, Any]
_DATASETS = {
    "binary": ("circle", "xor", "gauss", "spiral", "moons", "checkerboard", "rings"),
    "multiclass": ("blobs", "arms"),
    "regression": ("plane", "bumps", "ridge"),
}


class EditSource:
    """Draws edits that fit the present spec.

    Args:
        seed: equal seeds draw equal edits.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self, kind: str, spec: Patch) -> Patch:
        """Draws an edit of a kind, for a spec with all defaults."""
        return KINDS[kind](self._random, spec)


def _layer(rng: random.Random) -> Patch:
    return {
        "units": rng.randint(1, TIERS[0].units),
        "activation": rng.choice(ACTIVATIONS[:-1]),
        "dropout": rng.choice([0, 0, 0.1, 0.3]),
    }


def _all_layers(rng: random.Random, spec: Patch) -> Patch:
    return {"layers": [_layer(rng) for _ in range(rng.randint(0, TIERS[0].layers))]}


def _insert_layer(rng: random.Random, spec: Patch) -> Patch:
    layers = list(spec["layers"])[: TIERS[0].layers - 1]
    layers.insert(rng.randint(0, len(layers)), _layer(rng))
    return {"layers": layers}


def _remove_layer(rng: random.Random, spec: Patch) -> Patch:
    layers = list(spec["layers"])
    if layers:
        layers.pop(rng.randrange(len(layers)))
    return {"layers": layers}


def _change_layer(rng: random.Random, spec: Patch) -> Patch:
    layers = [dict(layer) for layer in spec["layers"]] or [_layer(rng)]
    layers[rng.randrange(len(layers))] |= _layer(rng)
    return {"layers": layers}


def _optimizer(rng: random.Random, spec: Patch) -> Patch:
    return {"optimizer": {"name": rng.choice(OPTIMIZERS), "learning_rate": 0.003}}


def _rate(rng: random.Random, spec: Patch) -> Patch:
    return {"optimizer": {"learning_rate": 10 ** rng.uniform(-4, -1.5)}}


def _data(rng: random.Random, spec: Patch) -> Patch:
    task = rng.choice(list(_DATASETS))
    data = {"name": rng.choice(_DATASETS[task]), "samples": rng.randint(50, 2000)}
    return {"data": data | {"noise": rng.uniform(0, 0.5)}, "loss": rng.choice(TASK_LOSSES[task])}


#: Every kind of edit, by name.
KINDS: dict[str, Callable[[random.Random, Patch], Patch]] = {
    "all layers": _all_layers,
    "insert layer": _insert_layer,
    "remove layer": _remove_layer,
    "change layer": _change_layer,
    "features": lambda rng, spec: {"features": rng.sample(FEATURES, rng.randint(1, 10))},
    "optimizer": _optimizer,
    "rate": _rate,
    "data": _data,
    "batch size": lambda rng, spec: {"batch_size": rng.randint(1, 256)},
    "regularization": lambda rng, spec: {"regularization": {"l2": rng.uniform(0, 0.01)}},
    "initializer": lambda rng, spec: {"initializer": {"name": rng.choice(INITIALIZERS)}},
    "clipping": lambda rng, spec: {"optimizer": {"clip_norm": rng.choice([None, 1.0])}},
    "seed": lambda rng, spec: {"seed": rng.randrange(2**31)},
    "points": lambda rng, spec: {"data": {"seed": rng.randrange(2**31)}},
}
