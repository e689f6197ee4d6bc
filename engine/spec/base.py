"""Base of the spec's parts: strict frozen models, hints for controls, and errors of rules."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

SEED_MAX = 2**31 - 1

Seed = Annotated[int, Field(ge=0, le=SEED_MAX)]
Rate = Annotated[float, Field(ge=0, le=0.9999)]


class SpecPart(BaseModel):
    """Base of the spec and its parts: frozen, strict, and without extras."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=False
    )


def hint(label: str, step: float | None = None, log: bool = False, **more: Any) -> dict[str, Any]:
    """Returns the extra schema keywords that a control is made from."""
    extra: dict[str, Any] = {"label": label, **more}
    if step is not None:
        extra["step"] = step
    if log:
        extra["scale"] = "log"
    return extra


def rule_error(path: str, rule: str, value: object) -> PydanticCustomError:
    """Returns the error of a rule that spans several fields."""
    return PydanticCustomError("rule", "{rule}", {"path": path, "rule": rule, "value": value})
