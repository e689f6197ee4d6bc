"""Settings of a search: what is varied, what for, how, and how long."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from engine.base.errors import SearchError, SpecError
from engine.data.image_data import VALIDATION_FRACTION as IMAGES_ASIDE
from engine.search.dimensions import (
    IMAGE_PATHS,
    IMAGE_RANGES,
    PATHS,
    Dimension,
    apply_values,
)
from engine.search.proposals.methods import METHODS
from engine.search.proposals.objectives import OBJECTIVES
from engine.search.trials import DimensionValue
from engine.spec import Spec, describe, patch_spec
from engine.spec.base import Seed, SpecPart, rule_error
from engine.spec.names import OneOf

MAX_DIMENSIONS = 8
MAX_TRIALS = 10_000
MAX_EPOCHS = 1000
#: Trials that are trained together, at most and where the settings say nothing; on images fewer.
MAX_BATCH, BATCH = 64, 16
MAX_IMAGE_BATCH, IMAGE_BATCH = 4, 1
#: Share of the points that is set aside for validation where the spec sets none aside.
VALIDATION_FRACTION = 0.2
#: A trial on images may be given up after parts of an epoch.
PARTS = 9

MethodName = Annotated[str, OneOf(tuple(METHODS))]
ObjectiveName = Annotated[str, OneOf(tuple(OBJECTIVES))]


class SearchSettings(SpecPart):
    """Settings of a search.

    Attributes:
        spec: what is varied; part of its points is set aside for validation.
        dimensions: what varies, 1 to `MAX_DIMENSIONS`.
        method: who proposes trials, see `METHODS`.
        objectives: one, or two at once, see `OBJECTIVES`.
        trials: that are trained, at most.
        epochs: that each of them trains.
        seconds: of training after which no more are begun; None: as many as it takes.
        pruning: whether trials that fall behind are given up (Hyperband, Li et al. 2018).
        batch: trials that are proposed and trained together; as many as suit the data if None.
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
    batch: Annotated[int, Field(ge=1, le=MAX_BATCH)] | None = None
    seed: Seed = 0

    @field_validator("spec")
    @classmethod
    def _set_aside(cls, spec: Spec) -> Spec:
        if spec.data.is_images or spec.data.validation_fraction > 0:
            return spec
        return patch_spec(spec, {"data": {"validation_fraction": VALIDATION_FRACTION}})

    @field_validator("dimensions")
    @classmethod
    def _fit_data(
        cls, dimensions: tuple[Dimension, ...], info: ValidationInfo
    ) -> tuple[Dimension, ...]:
        spec: Spec | None = info.data.get("spec")
        if spec is None:
            return dimensions
        images = spec.data.is_images
        return tuple(one.fit(f"dimensions.{i}", images) for i, one in enumerate(dimensions))

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
        if self.pruning and (len(self.objectives) > 1 or self.is_judged):
            raise rule_error("pruning", "must be off: trials are given up by one number", True)
        if self.spec.data.is_images and (self.batch or 1) > MAX_IMAGE_BATCH:
            raise rule_error("batch", f"must be at most {MAX_IMAGE_BATCH} on images", self.batch)
        return self

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.is_judged and len(self.objectives) > 1:
            rule = "must be one alone where it is a preference"
            raise rule_error("objectives", rule, list(self.objectives))
        if self.is_judged and self.spec.data.is_images:
            rule = "must be numbers: a preference compares boundaries, which images have not"
            raise rule_error("objectives", rule, list(self.objectives))
        method = METHODS[self.method]
        if not method.is_available:
            rule = f"must be another one: this server has no {' and '.join(method.needs)}"
            raise rule_error("method", rule, self.method)
        if method.compares and not self.is_judged:
            raise rule_error("method", "must be another one without a preference", self.method)
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
    def together(self) -> int:
        """Trials that are proposed and trained together."""
        return self.batch or (IMAGE_BATCH if self.spec.data.is_images else BATCH)

    @property
    def max_resource(self) -> int:
        """What pruning counts of a whole trial: epochs, or ninths of one on images."""
        return self.epochs * (PARTS if self.spec.data.is_images else 1)

    @property
    def validation_fraction(self) -> float:
        """Share of the points that is set aside, on images of the train images."""
        data = self.spec.data
        return IMAGES_ASIDE if data.is_images else data.validation_fraction

    @property
    def is_judged(self) -> bool:
        """Whether a person says which network is better."""
        return any(OBJECTIVES[name].is_preference for name in self.objectives)

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
        "methods": {
            name: {"enumerates": one.enumerates, "compares": one.compares}
            for name, one in METHODS.items()
            if one.is_available
        },
        "objectives": {
            name: {"direction": one.direction, "is_preference": one.is_preference}
            for name, one in OBJECTIVES.items()
        },
        "images": {path: IMAGE_PATHS[path].describe() for path in IMAGE_RANGES},
        "limits": {
            "dimensions": MAX_DIMENSIONS,
            "trials": MAX_TRIALS,
            "epochs": MAX_EPOCHS,
            "batch": MAX_BATCH,
            "image_batch": MAX_IMAGE_BATCH,
        },
    }
