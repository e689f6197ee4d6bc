"""Dimensions of a search: values of the spec, and the ranges that they are searched in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, model_validator

from engine.base.errors import SearchError
from engine.data.kinds import IMAGES
from engine.search.trials import DimensionValue
from engine.spec import Spec, dump_spec, parse_spec
from engine.spec.base import SpecPart, rule_error
from engine.sweeps.axes import SWEEP_AXES, Scale, SweepAxis

#: Values of one dimension on a grid.
MAX_COUNT = 32
#: What is not searched: other data or another seed would be another problem, or luck.
_GIVEN = ("data.", "seed")


def _bounds(ends: tuple[int, int]) -> dict[str, int]:
    return {"low": ends[0], "high": ends[1]}


#: What a search can vary, by path. The depth comes first: all other values are of its layers.
PATHS: dict[str, SweepAxis] = {
    axis.path: axis
    for axis in sorted(SWEEP_AXES.values(), key=lambda axis: axis.path != "layers.count")
    if not axis.path.startswith(_GIVEN)
}
#: What is of another range on images, by path: the bounds, and what is worth looking at.
IMAGE_RANGES: dict[str, dict[str, Any]] = {
    "optimizer.learning_rate": {"usual": (0.0003, 0.3)},
    "regularization.l1": {"usual": (1e-7, 0.001)},
    "regularization.l2": {"usual": (1e-6, 0.01)},
    "batch_size": {**_bounds(IMAGES.batch_size), "usual": (32, 512)},
    "layers.units": {**_bounds(IMAGES.units), "usual": (16, 256), "scale": "log"},
    "layers.count": {**_bounds(IMAGES.layers), "usual": (1, 3)},
}
#: The same as `PATHS` on images.
IMAGE_PATHS = {path: replace(axis, **IMAGE_RANGES.get(path, {})) for path, axis in PATHS.items()}


class Dimension(SpecPart):
    """What a search varies, from `low` to `high`, or over some `values`.

    Attributes:
        path: of the value, see `PATHS`.
        low: smallest number; that which is worth looking at if None.
        high: largest number; that which is worth looking at if None.
        scale: along which numbers are spread; the usual one if None.
        count: numbers on a grid, 2 to `MAX_COUNT`.
        choices: of a choice; all if None.
    """

    path: str
    low: float | None = None
    high: float | None = None
    scale: Scale | None = None
    count: int = Field(default=4, ge=2, le=MAX_COUNT)
    choices: Annotated[tuple[str, ...], Field(strict=False, min_length=2)] | None = Field(
        default=None, alias="values"
    )

    @model_validator(mode="after")
    def _fit(self) -> Self:
        axis = PATHS.get(self.path)
        if axis is None:
            raise rule_error("path", f"must be one of {', '.join(PATHS)}", self.path)
        if axis.kind == "choice":
            return self._fit_choice(axis)
        if self.choices is not None:
            raise rule_error("values", "must be left out: it is a number", list(self.choices))
        return self

    def _fit_choice(self, axis: SweepAxis) -> Self:
        if self.low is not None or self.high is not None or self.scale is not None:
            raise rule_error("low", "must be left out: it is a choice", self.low)
        for choice in self.choices or ():
            if choice not in axis.values:
                raise rule_error("values", f"must be of {', '.join(axis.values)}", choice)
        if len(set(self.values)) < len(self.values):
            raise rule_error("values", "must not repeat one", list(self.values))
        return self

    def fit(self, place: str, images: bool) -> Dimension:
        """Returns the dimension with its ends and its scale.

        Args:
            place: path of the dimension in the settings, for what is wrong with it.
            images: whether the networks are on images, which have ranges of their own.
        """
        axis = (IMAGE_PATHS if images else PATHS)[self.path]
        if axis.kind == "choice":
            return self
        low, high = axis.usual
        low, high = low if self.low is None else self.low, high if self.high is None else self.high
        scale = self.scale or axis.scale
        for name, end in (("low", low), ("high", high)):
            if not axis.low <= end <= axis.high:
                raise rule_error(f"{place}.{name}", f"must be {axis.low:g} to {axis.high:g}", end)
        if axis.kind == "integer":
            # The whole numbers between them.
            low, high = float(math.ceil(low)), float(math.floor(high))
        if scale == "log" and low <= 0:
            raise rule_error(f"{place}.low", "must be more than 0 on a logarithmic scale", low)
        if low >= high:
            raise rule_error(f"{place}.low", f"must be less than high, {high:g}", low)
        return self.model_copy(update={"low": low, "high": high, "scale": scale})

    @property
    def axis(self) -> SweepAxis:
        """What is varied."""
        return PATHS[self.path]

    @property
    def is_log(self) -> bool:
        """Whether numbers are spread along their logarithms."""
        return (self.scale or self.axis.scale) == "log"

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest number."""
        low, high = self.axis.usual
        return (
            low if self.low is None else self.low,
            high if self.high is None else self.high,
        )

    @cached_property
    def values(self) -> tuple[DimensionValue, ...]:
        """Values on a grid: evenly along the scale, whole numbers rounded, none twice."""
        if self.axis.kind == "choice":
            return self.choices or self.axis.values
        spread = np.geomspace if self.is_log else np.linspace
        numbers = spread(*self.ends, self.count).tolist()
        if self.axis.kind == "number":
            return tuple(numbers)
        return tuple(dict.fromkeys(round(number) for number in numbers))

    def make_distribution(self, optuna: Any) -> Any:
        """Returns Optuna's distribution."""
        kinds = optuna.distributions
        if self.axis.kind == "choice":
            return kinds.CategoricalDistribution(self.values)
        low, high = self.ends
        if self.axis.kind == "integer":
            return kinds.IntDistribution(int(low), int(high), log=self.is_log)
        return kinds.FloatDistribution(low, high, log=self.is_log)

    def check(self, value: object) -> DimensionValue:
        """Returns a value that was chosen by hand.

        Raises:
            SearchError: it is missing, of another kind, or out of the range.
        """
        axis = self.axis
        if axis.kind == "choice":
            if not isinstance(value, str) or value not in self.values:
                known = ", ".join(map(str, self.values))
                raise SearchError(f"{self.path} must be of {known}", self.path)
            return value
        low, high = self.ends
        whole = axis.kind == "integer"
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or (whole and not isinstance(value, int))
            or not low <= value <= high
        ):
            kind = "a whole number" if whole else "a number"
            raise SearchError(f"{self.path} must be {kind}, {low:g} to {high:g}", self.path)
        return value


def apply_values(spec: Spec, values: Mapping[str, DimensionValue]) -> Spec:
    """Returns the spec with other values, whatever their order.

    Raises:
        SpecError: they do not go together, such as maxout layers that are too wide.
    """
    for path, axis in PATHS.items():
        if path in values:
            spec = axis.change(spec, values[path])
    return parse_spec(dump_spec(spec))
