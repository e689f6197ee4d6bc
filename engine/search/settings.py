"""Settings of a search: what is varied, what for, how, and how long."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from engine.base.errors import SearchError, SpecError
from engine.search.dimensions import PATHS, Dimension, apply_values
from engine.search.methods import METHODS
from engine.search.objectives import OBJECTIVES
from engine.search.trials import DimensionValue
from engine.spec import Spec, describe, patch_spec
from engine.spec.base import Seed, SpecPart, rule_error
from engine.spec.names import OneOf

MAX_DIMENSIONS = 8
MAX_TRIALS = 10_000
MAX_EPOCHS = 1000
#: Trials that are trained together.
MAX_BATCH = 64
#: Share of the data that is set aside for validation where the spec sets none aside.
VALIDATION_FRACTION = 0.2

MethodName = Annotated[str, OneOf(tuple(METHODS))]
ObjectiveName = Annotated[str, OneOf(tuple(OBJECTIVES))]


class SearchSettings(SpecPart):
    """Settings of a search.

    Attributes:
        spec: what is varied; part of its data is set aside for validation.
        dimensions: what varies, 1 to `MAX_DIMENSIONS`.
        method: who proposes trials, see `METHODS`.
        objectives: one, or two at once, see `OBJECTIVES`.
        trials: that are trained, at most.
        epochs: that each of them trains.
        seconds: of training after which no more are begun; None: as many as it takes.
        pruning: whether trials that fall behind are given up (Hyperband, Li et al. 2018).
        batch: trials that are proposed and trained together.
        seed: of the method.
    """

    spec: Spec
    dimensions: Annotated[
        tuple[Dimension, ...], Field(strict=False, min_length=1, max_length=MAX_DIMENSIONS)
    ]
    method: MethodName = "tpe"
    objectives: Annotated[
        tuple[ObjectiveName, ...], Field(strict=False, min_length=1, max_length=2)
    ] = ("validation_loss",)
    trials: int = Field(default=64, ge=1, le=MAX_TRIALS)
    epochs: int = Field(default=100, ge=1, le=MAX_EPOCHS)
    seconds: Annotated[float, Field(gt=0)] | None = None
    pruning: bool = False
    batch: int = Field(default=16, ge=1, le=MAX_BATCH)
    seed: Seed = 0

    @field_validator("spec")
    @classmethod
    def _set_aside(cls, spec: Spec) -> Spec:
        if spec.data.is_images:
            raise rule_error("spec", "must be of points or of a table", spec.data.name)
        if spec.data.validation_fraction > 0:
            return spec
        return patch_spec(spec, {"data": {"validation_fraction": VALIDATION_FRACTION}})

    @model_validator(mode="after")
    def _agree(self) -> Self:
        paths = [one.path for one in self.dimensions]
        if len(set(paths)) < len(paths):
            raise rule_error("dimensions", "must vary different things", paths)
        if len(set(self.objectives)) < len(self.objectives):
            raise rule_error("objectives", "must be two different ones", list(self.objectives))
        missing = "validation_accuracy" if self.spec.task == "regression" else "validation_rmse"
        if missing in self.objectives:
            rule = f"must be numbers that a {self.spec.task} network has"
            raise rule_error("objectives", rule, missing)
        if self.pruning and len(self.objectives) > 1:
            raise rule_error("pruning", "must be off: trials are given up by one objective", True)
        return self

    @classmethod
    def parse(cls, value: object) -> SearchSettings:
        """Validates JSON values as settings.

        Args:
            value: what `json.loads` gives; omitted keys take their defaults.

        Raises:
            SearchError: with the dotted path, the rule and the value at fault.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            path, message = describe(error)
            first = error.errors(include_url=False)[0]
            if first["type"] == "rule" and first["loc"][:1] == ("dimensions",) != first["loc"]:
                # A rule of a dimension names its part of it.
                place = ".".join(map(str, first["loc"]))
                path, message = f"{place}.{path}", f"{place}.{message}"
            raise SearchError(message, path) from None

    @property
    def budget(self) -> int:
        """Trials that the method proposes at most: no more than a grid has places."""
        return min(self.trials, self.n_places) if METHODS[self.method].enumerates else self.trials

    @property
    def n_places(self) -> int:
        """Places of the grid."""
        return math.prod(len(one.values) for one in self.dimensions)

    def list_places(self, start: int) -> Iterator[dict[str, DimensionValue]]:
        """Yields the places of the grid from one on; the last dimension changes fastest."""
        paths = [one.path for one in self.dimensions]
        places = itertools.product(*(one.values for one in self.dimensions))
        for values in itertools.islice(places, start, None):
            yield dict(zip(paths, values, strict=True))

    def make_spec(self, values: Mapping[str, DimensionValue]) -> Spec:
        """Returns the spec of a trial."""
        return apply_values(self.spec, values)

    def list_ends(self) -> list[Spec]:
        """Returns the specs at both ends of all dimensions, those that there are."""
        found: list[Spec] = []
        for end in (0, -1):
            with suppress(SpecError):
                found.append(self.make_spec({one.path: one.values[end] for one in self.dimensions}))
        return found

    def check_values(self, values: Mapping[str, object]) -> dict[str, DimensionValue]:
        """Returns values that were chosen by hand, one for each dimension.

        Raises:
            SearchError: one is missing, too much, or out of its range.
        """
        for path in values:
            if path not in {one.path for one in self.dimensions}:
                raise SearchError("the search does not vary this", path)
        return {one.path: one.check(values.get(one.path)) for one in self.dimensions}

    def continues(self, other: SearchSettings) -> bool:
        """Whether trials of other settings can be gone on with: all but the budget is equal."""
        budget = {"trials", "seconds", "batch"}
        return self.model_dump(exclude=budget) == other.model_dump(exclude=budget)

    def describe(self) -> dict[str, Any]:
        """Returns the settings as JSON values, see `parse`."""
        return self.model_dump(mode="json", by_alias=True)


def describe_search() -> dict[str, Any]:
    """Returns what a search can vary, how and what for, as JSON values for the page."""
    return {
        "paths": list(PATHS),
        "methods": {name: {"enumerates": one.enumerates} for name, one in METHODS.items()},
        "objectives": {name: {"direction": one.direction} for name, one in OBJECTIVES.items()},
        "limits": {
            "dimensions": MAX_DIMENSIONS,
            "trials": MAX_TRIALS,
            "epochs": MAX_EPOCHS,
            "batch": MAX_BATCH,
        },
    }
