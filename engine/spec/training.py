"""Spec of training: optimizer, learning rate schedule and regularization."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.spec.base import Rate, SpecPart, hint
from engine.spec.names import OptimizerName, ScheduleName


class OptimizerSpec(SpecPart):
    """Optimizer and its hyperparameters."""

    name: OptimizerName = Field(default="sgd", json_schema_extra=hint("optimizer.name"))
    learning_rate: float = Field(
        default=0.03, ge=1e-5, le=10, json_schema_extra=hint("optimizer.learning_rate", log=True)
    )
    momentum: Rate = Field(default=0.9, json_schema_extra=hint("optimizer.momentum", 0.01))
    rho: Rate = Field(default=0.9, json_schema_extra=hint("optimizer.rho", 0.01))
    beta_1: Rate = Field(default=0.9, json_schema_extra=hint("optimizer.beta_1", 0.01))
    beta_2: Rate = Field(default=0.999, json_schema_extra=hint("optimizer.beta_2", 0.001))
    epsilon: float = Field(
        default=1e-7, ge=1e-10, le=0.1, json_schema_extra=hint("optimizer.epsilon", log=True)
    )
    weight_decay: float = Field(
        default=0.01, ge=0, le=1, json_schema_extra=hint("optimizer.weight_decay", 0.001)
    )
    clip_norm: Annotated[float, Field(ge=0.01, le=100)] | None = Field(
        default=None, json_schema_extra=hint("optimizer.clip_norm", log=True)
    )

    @property
    def rates(self) -> dict[str, float]:
        """All numbers by name; each optimizer reads those that its entry names."""
        return {name: value for name, value in self if isinstance(value, float)}


class ScheduleSpec(SpecPart):
    """How the learning rate changes with the step."""

    name: ScheduleName = Field(default="constant", json_schema_extra=hint("schedule.name"))
    warmup_steps: int = Field(
        default=0, ge=0, le=100_000, json_schema_extra=hint("schedule.warmup_steps")
    )
    decay_steps: int = Field(
        default=1000, ge=1, le=1_000_000, json_schema_extra=hint("schedule.decay_steps", log=True)
    )
    decay_rate: float = Field(
        default=0.5, ge=0, le=1, json_schema_extra=hint("schedule.decay_rate", 0.05)
    )


class EarlyStoppingSpec(SpecPart):
    """When training ends by itself: Keras's `EarlyStopping` on the validation loss.

    Without validation points it does nothing.
    """

    enabled: bool = Field(default=False, json_schema_extra=hint("early_stopping.enabled"))
    patience: int = Field(
        default=20, ge=1, le=1000, json_schema_extra=hint("early_stopping.patience", log=True)
    )
    min_delta: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=hint("early_stopping.min_delta", log=True)
    )
    restore_best_weights: bool = Field(
        default=True, json_schema_extra=hint("early_stopping.restore_best_weights")
    )


class RegularizationSpec(SpecPart):
    """Penalty l1 sum|w| + l2 sum w^2 over the kernels."""

    l1: float = Field(
        default=0.0, ge=0, le=10, json_schema_extra=hint("regularization.l1", log=True)
    )
    l2: float = Field(
        default=0.0, ge=0, le=10, json_schema_extra=hint("regularization.l2", log=True)
    )
