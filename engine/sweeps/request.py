"""Request of a sweep: its axes and seeds, as JSON values or as Python objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from engine.base.errors import SweepError
from engine.spec import describe
from engine.spec.base import SpecPart, rule_error
from engine.sweeps.axes import Scale, SweepAxis, Value, find_axis

#: Values of each of two axes; of one alone; and seeds of a cell.
MAX_VALUES, MAX_WALL, MAX_SEEDS = 32, 64, 16

Values = tuple[Value, ...]


class AxisRange(SpecPart):
    """What values a sweep has along one axis: a range, or a list.

    Attributes:
        path: of an entry of `SWEEP_AXES`.
        low: first value.
        high: last value.
        count: how many there are; whole numbers are rounded, and equal ones are kept once.
        scale: whether steps or ratios are equal; the axis's own if None.
        values: names of choices, or numbers, in place of a range.
    """

    path: Annotated[str, Field(max_length=100)]
    low: float | None = None
    high: float | None = None
    count: Annotated[int, Field(ge=2, le=MAX_WALL)] | None = None
    scale: Scale | None = None
    values: (
        Annotated[
            tuple[Annotated[str, Field(max_length=100)] | float, ...],
            Field(strict=False, min_length=2, max_length=MAX_WALL),
        ]
        | None
    ) = None


class SweepRequest(SpecPart):
    """One or two axes, and how many seeds each cell has."""

    axes: Annotated[tuple[AxisRange, ...], Field(strict=False, min_length=1, max_length=2)]
    seeds: Annotated[int, Field(ge=1, le=MAX_SEEDS)] = 1

    @model_validator(mode="after")
    def _axes_differ(self) -> Self:
        paths = [axis.path for axis in self.axes]
        if len(set(paths)) < len(paths):
            raise rule_error("axes.1.path", "must not be that of the first axis", paths[1])
        return self


@dataclass(frozen=True)
class ChosenAxis:
    """An axis with its values.

    Attributes:
        axis: what varies.
        values: in order, each once.
        scale: along which they were chosen.
    """

    axis: SweepAxis
    values: Values
    scale: Scale

    def describe(self) -> dict[str, Any]:
        """Returns the description for the page, as JSON values."""
        return {"path": self.axis.path, "values": list(self.values), "scale": self.scale}


def parse_sweep(value: object) -> SweepRequest:
    """Validates JSON values as a request.

    Args:
        value: `{"axes": [{"path", "low", "high", "count", "scale"}, ...], "seeds": n}`; an axis
            may have `values` in place of a range.

    Raises:
        SweepError: with the dotted path and the rule.
    """
    try:
        return SweepRequest.model_validate(value)
    except ValidationError as error:
        path, message = describe(error)
        raise SweepError(message, path) from None


def choose_values(chosen: AxisRange, place: int, most: int) -> ChosenAxis:
    """Returns an axis with its values.

    Args:
        chosen: range or list.
        place: of the axis, for errors.
        most: values there may be.

    Raises:
        SweepError: there is no such axis, or its values break a rule.
    """
    path = f"axes.{place}"
    axis = find_axis(chosen.path)
    if axis is None:
        raise _refuse(f"{path}.path", "must name a value that sweeps vary")
    if chosen.values is not None:
        values = _check_values(axis, chosen.values, path)
    elif axis.kind == "choice":
        raise _refuse(f"{path}.values", "are required for a choice")
    else:
        values = _spread_values(axis, chosen, path)
    values = tuple(dict.fromkeys(values))
    if len(values) < 2:
        raise _refuse(path, "must have 2 different values or more")
    if len(values) > most:
        raise _refuse(path, f"must have at most {most} values")
    return ChosenAxis(axis, values, chosen.scale or axis.scale)


def _check_values(axis: SweepAxis, values: Values, path: str) -> Values:
    for place, value in enumerate(values):
        here = f"{path}.values.{place}"
        if axis.kind == "choice":
            if value not in axis.values:
                raise _refuse(here, f"must be one of {', '.join(axis.values)}")
        elif isinstance(value, str):
            raise _refuse(here, "must be a number")
        else:
            _check_bounds(axis, value, here)
    return _round(axis, values)


def _spread_values(axis: SweepAxis, chosen: AxisRange, path: str) -> Values:
    if chosen.low is None or chosen.high is None or chosen.count is None:
        missing = next(key for key in ("low", "high", "count") if getattr(chosen, key) is None)
        raise _refuse(f"{path}.{missing}", "is required")
    low, high, scale = chosen.low, chosen.high, chosen.scale or axis.scale
    _check_bounds(axis, low, f"{path}.low")
    _check_bounds(axis, high, f"{path}.high")
    if low >= high:
        raise _refuse(f"{path}.high", "must be larger than low")
    if scale == "log" and low <= 0:
        raise _refuse(f"{path}.low", "must be larger than 0 on a logarithmic scale")
    spread = np.geomspace if scale == "log" else np.linspace
    values = np.clip(spread(low, high, chosen.count), low, high)
    if axis.kind == "number":
        # Six digits are what a person reads; float32 has hardly more.
        values = np.clip([float(f"{value:.6g}") for value in values], low, high)
    return _round(axis, tuple(values.tolist()))


def _check_bounds(axis: SweepAxis, value: float | int, path: str) -> None:
    if value < axis.low:
        raise _refuse(path, f"must be at least {axis.low:.10g}")
    if value > axis.high:
        raise _refuse(path, f"must be at most {axis.high:.10g}")


def _round(axis: SweepAxis, values: Values) -> Values:
    if axis.kind == "integer":
        return tuple(round(value) for value in values if not isinstance(value, str))
    return values


def _refuse(path: str, rule: str) -> SweepError:
    return SweepError(f"{path} {rule}", path)
