"""Hypothesis strategies for specs, as JSON values."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from engine.spec import names
from tests.sizes import NIGHTLY

Json = dict[str, Any]
Drawn = st.SearchStrategy[Any]

SMOOTH_ACTIVATIONS = tuple(name for name in names.ACTIVATIONS if name != "step")


def bounded(examples: int) -> settings:
    """So many examples, the same ones in every run; every night twenty times as many new ones."""
    if NIGHTLY:
        return settings(max_examples=20 * examples, deadline=None)
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def _numbers(low: float, high: float) -> Drawn:
    return st.floats(low, high, allow_nan=False).map(lambda value: float(format(value, ".6g")))


def layers(
    max_layers: int = 6,
    max_units: int = 8,
    activations: tuple[str, ...] = names.ACTIVATIONS,
    dropout: bool = True,
    batch_norm: bool = False,
    frozen: bool = False,
) -> Drawn:
    """Lists of hidden layers; none is frozen unless `frozen` says that some may be."""
    layer = st.fixed_dictionaries(
        {
            "units": st.integers(1, max_units),
            "activation": st.sampled_from(activations),
            "negative_slope": _numbers(0, 1),
            "dropout": st.just(0.0) | _numbers(0, 0.9) if dropout else st.just(0.0),
            "batch_norm": st.booleans() if batch_norm else st.just(False),
            "trainable": st.booleans() if frozen else st.just(True),
        }
    )
    return st.lists(layer.filter(_has_room), max_size=max_layers)


def _has_room(layer: Json) -> bool:
    """Whether points have room for the weighted sums of a layer."""
    return layer["activation"] != "maxout" or layer["units"] <= 16


def features() -> Drawn:
    """Lists of features without repetition, in any order."""
    return st.lists(st.sampled_from(names.FEATURES), min_size=1, unique=True)


def data(max_samples: int = 300) -> Drawn:
    """Built-in data sets."""
    every = names.BINARY_DATASETS + names.MULTICLASS_DATASETS + names.REGRESSION_DATASETS
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from(every),
            "seed": st.integers(0, 2**31 - 1),
            "samples": st.integers(50, max_samples),
            "noise": _numbers(0, 0.5),
            "label_noise": _numbers(0, 0.5),
            "class_balance": _numbers(0.1, 0.9),
            "classes": st.integers(3, 5),
            "test_fraction": _numbers(0.1, 0.9),
            "validation_fraction": _numbers(0, 0.5),
        }
    )


def task_of(dataset: str) -> str:
    """The task of a built-in data set."""
    if dataset in names.BINARY_DATASETS:
        return "binary"
    return "multiclass" if dataset in names.MULTICLASS_DATASETS else "regression"


def optimizers() -> Drawn:
    """Optimizers with every rate."""
    rate = _numbers(0, 0.9999)
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from(names.OPTIMIZERS),
            "learning_rate": _numbers(1e-5, 0.1),
            "momentum": rate,
            "rho": rate,
            "beta_1": rate,
            "beta_2": rate,
            "epsilon": _numbers(1e-10, 0.1),
            "weight_decay": _numbers(0, 1),
            "clip_norm": st.none() | _numbers(0.01, 100),
        }
    )


def schedules() -> Drawn:
    """Schedules."""
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from(names.SCHEDULES),
            "warmup_steps": st.integers(0, 100_000),
            "decay_steps": st.integers(1, 1_000_000),
            "decay_rate": _numbers(0, 1),
        }
    )


def initializers() -> Drawn:
    """Initializers."""
    return st.fixed_dictionaries(
        {"name": st.sampled_from(names.INITIALIZERS), "scale": _numbers(0, 2)}
    )


@st.composite
def specs(draw: st.DrawFn, **layer_options: Any) -> Json:
    """Whole specs; `layer_options` are those of `layers`."""
    points = draw(data())
    losses = names.TASK_LOSSES[task_of(points["name"])]
    return {
        "seed": draw(st.integers(0, 2**31 - 1)),
        "data": points,
        "features": draw(features()),
        "layers": draw(layers(**layer_options)),
        "initializer": draw(initializers()),
        "loss": draw(st.none() | st.sampled_from(losses)),
        "optimizer": draw(optimizers()),
        "schedule": draw(schedules()),
        "regularization": {"l1": draw(_numbers(0, 0.1)), "l2": draw(_numbers(0, 0.1))},
        # Never so little patience that a test's few epochs end early.
        "early_stopping": {
            "enabled": draw(st.booleans()),
            "patience": draw(st.integers(200, 1000)),
            "min_delta": draw(_numbers(0, 1)),
            "restore_best_weights": draw(st.booleans()),
        },
        "batch_size": draw(st.integers(1, 256)),
    }
