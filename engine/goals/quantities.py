"""Registry of quantities: the numbers of a run that a goal may speak of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.base.registry import Registry
from engine.spec import Spec

#: How a page writes the numbers: a share as per cent, a count without decimals.
Unit = Literal["number", "share", "count"]


@dataclass(frozen=True)
class Quantity:
    """A number of a run.

    Attributes:
        name: in goals.
        unit: of the number.
        about: what it is, as the documents say it.
        read: returns the number of a spec and its metrics; None where the run has no such number.
    """

    name: str
    unit: Unit
    about: str
    read: Callable[[Spec, Mapping[str, float]], float | None]


def _of_metrics(name: str) -> Callable[[Spec, Mapping[str, float]], float | None]:
    return lambda _, metrics: metrics.get(name)


def _measure_gap(_: Spec, metrics: Mapping[str, float]) -> float | None:
    test, train = metrics.get("test_loss"), metrics.get("train_loss")
    return None if test is None or train is None else test - train


def _of_spec(read: Callable[[Spec], Any]) -> Callable[[Spec, Mapping[str, float]], float | None]:
    return lambda spec, _: float(read(spec))


#: Every quantity by its name.
QUANTITIES: Registry[Quantity] = Registry("quantity")

for _part in ("train", "test", "validation"):
    _points = f"of the {_part} points"
    for _measure, _unit, _about in (
        ("loss", "number", f"mean loss {_points}, without the penalty"),
        ("accuracy", "share", f"share {_points} that are classified correctly, 0 to 1"),
        ("rmse", "number", f"root mean squared error {_points} (regression)"),
        ("r2", "number", f"R^2 {_points} (regression)"),
    ):
        _name = f"{_part}_{_measure}"
        QUANTITIES.register(Quantity(_name, _unit, _about, _of_metrics(_name)))  # type: ignore[arg-type]

QUANTITIES.register(
    Quantity("gap", "number", "test loss minus train loss", _measure_gap),
    Quantity("penalty", "number", "what L1 and L2 add to the loss", _of_metrics("penalty")),
    Quantity("epoch", "count", "epochs so far", _of_metrics("epoch")),
    Quantity("step", "count", "updates so far", _of_metrics("step")),
    Quantity("parameters", "count", "numbers that are trained", _of_spec(lambda s: s.n_parameters)),
    Quantity("layers", "count", "hidden layers", _of_spec(lambda s: len(s.layers))),
    Quantity(
        "units", "count", "hidden units of all layers",
        _of_spec(lambda s: sum(layer.units for layer in s.layers)),
    ),
    Quantity("features", "count", "features", _of_spec(lambda s: len(s.features))),
    Quantity("samples", "count", "points of all parts", _of_spec(lambda s: s.data.samples)),
    Quantity("batch_size", "count", "train points of an update", _of_spec(lambda s: s.batch_size)),
    Quantity(
        "learning_rate", "number", "learning rate, before its schedule",
        _of_spec(lambda s: s.optimizer.learning_rate),
    ),
    Quantity("noise", "number", "spread of the points", _of_spec(lambda s: s.data.noise)),
)  # fmt: skip
