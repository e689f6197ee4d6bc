"""Registry of what a sweep can vary: one entry for each value of a spec, or of all its layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pydantic.fields import FieldInfo

from engine.base.registry import Registry
from engine.data.kinds import DATASETS
from engine.functions.optimizers import OPTIMIZERS
from engine.spec import LayerSpec, Spec
from engine.spec.names import ACTIVATIONS, INITIALIZERS
from engine.spec.names import OPTIMIZERS as OPTIMIZER_NAMES

Scale = Literal["linear", "log"]
Value = float | int | str


@dataclass(frozen=True)
class SweepAxis:
    """A value of the spec that a sweep can vary.

    Attributes:
        name: in the registry.
        path: in messages: that of a leaf of the spec, or `layers.` and what all hidden layers get.
        kind: of its values.
        change: returns the spec with another value.
        applies: why it cannot be varied for a spec; None if it can.
        low: smallest value.
        high: largest value.
        scale: along which values are usually chosen.
        usual: ends of a range that is worth looking at.
        values: of a choice.
    """

    name: str
    path: str
    kind: Literal["number", "integer", "choice"]
    change: Callable[[Spec, Any], Spec]
    applies: Callable[[Spec], str | None]
    low: float = 0.0
    high: float = 0.0
    scale: Scale = "linear"
    usual: tuple[float, float] = (0.0, 0.0)
    values: tuple[str, ...] = ()

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        told = {"path": self.path, "kind": self.kind}
        if self.kind == "choice":
            return {**told, "values": list(self.values)}
        ends = {"low": self.low, "high": self.high, "usual": list(self.usual)}
        return {**told, **ends, "scale": self.scale}


#: Every axis by its name.
SWEEP_AXES: Registry[SweepAxis] = Registry("axis")


def _always(spec: Spec) -> str | None:
    return None


def _reads_data(key: str, spec: Spec) -> str | None:
    name = spec.data.name
    return None if key in DATASETS[name].reads else f"{name} does not read it"


def _reads_optimizer(key: str, spec: Spec) -> str | None:
    name = spec.optimizer.name
    return None if key in OPTIMIZERS[name].reads else f"{name} does not read it"


def _has_layers(spec: Spec) -> str | None:
    return None if spec.layers else "there is no hidden layer"


def _change_leaf(path: tuple[str, ...], spec: Spec, value: Value) -> Spec:
    """Changes one value; the axis keeps it within the bounds that the spec has."""
    if len(path) == 1:
        return spec.model_copy(update={path[0]: value})
    part, key = path
    return spec.model_copy(update={part: getattr(spec, part).model_copy(update={key: value})})


def _change_layers(key: str, spec: Spec, value: Value) -> Spec:
    layers = tuple(layer.model_copy(update={key: value}) for layer in spec.layers)
    return spec.model_copy(update={"layers": layers})


def _change_depth(spec: Spec, value: int) -> Spec:
    first = spec.layers[0] if spec.layers else LayerSpec()
    return spec.model_copy(update={"layers": (first,) * value})


def _find_field(path: str) -> FieldInfo:
    """Returns the field of a spec, or of its layers, that has the bounds of an axis."""
    *parts, key = path.split(".")
    model: Any = Spec
    for part in parts:
        model = LayerSpec if part == "layers" else model.model_fields[part].annotation
    return model.model_fields[key]


def _number(
    path: str, usual: tuple[float, float], scale: Scale = "linear", applies: Any = _always
) -> SweepAxis:
    """Returns the axis of a number of the spec, with the bounds of its field."""
    *parts, key = path.split(".")
    field = _find_field(path)
    extra: Any = field.json_schema_extra or {}
    low, high = (
        next(getattr(rule, name) for rule in field.metadata if hasattr(rule, name))
        for name in ("ge", "le")
    )
    of_layers = parts == ["layers"]
    change = partial(_change_layers, key) if of_layers else partial(_change_leaf, (*parts, key))
    return SweepAxis(
        name="_".join([*parts, key]), path=path,
        kind="integer" if field.annotation is int else "number",
        change=change, applies=applies,
        low=low, high=extra.get("maximum", high), scale=scale, usual=usual,
    )  # fmt: skip


def _choice(path: str, values: tuple[str, ...], applies: Any = _always) -> SweepAxis:
    """Returns the axis of a choice of the spec."""
    parts = tuple(path.split("."))
    change = partial(_change_leaf, parts)
    if parts[0] == "layers":
        change = partial(_change_layers, parts[1])
    return SweepAxis(
        name="_".join(parts), path=path, kind="choice",
        change=change, applies=applies, values=values,
    )  # fmt: skip


SWEEP_AXES.register(
    _number("optimizer.learning_rate", (0.001, 1.0), "log"),
    _number("optimizer.momentum", (0.0, 0.99), applies=partial(_reads_optimizer, "momentum")),
    _choice("optimizer.name", OPTIMIZER_NAMES),
    _number("regularization.l1", (1e-5, 0.1), "log"),
    _number("regularization.l2", (1e-5, 0.1), "log"),
    _number("layers.dropout", (0.0, 0.8), applies=_has_layers),
    _number("data.noise", (0.0, 0.5), applies=partial(_reads_data, "noise")),
    _number("data.samples", (50, 2000), "log", partial(_reads_data, "samples")),
    _number("batch_size", (1, 256), "log"),
    _number("layers.units", (1, 16), applies=_has_layers),
    SweepAxis(
        "layers_count", "layers.count", "integer", _change_depth, _always,
        low=0, high=8, usual=(1, 6),
    ),
    _choice("layers.activation", ACTIVATIONS, _has_layers),
    _choice("initializer.name", INITIALIZERS),
    _number("initializer.scale", (0.1, 5.0), "log"),
    _number("seed", (1, 16)),
)  # fmt: skip


def find_axis(path: str) -> SweepAxis | None:
    """Returns the axis of a path, if there is one."""
    return next((axis for axis in SWEEP_AXES.values() if axis.path == path), None)


def describe_axes() -> list[dict[str, Any]]:
    """Returns what a sweep can vary, as JSON values for the page."""
    return [axis.describe() for axis in SWEEP_AXES.values()]
