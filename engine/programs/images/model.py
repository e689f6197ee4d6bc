"""What programs for images are keyed by: everything that changes what is compiled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from engine.functions.heads import head_index
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES
from engine.functions.update_rule import Terms
from engine.network import Layout
from engine.spec import Spec

#: Multiplications and additions of one call of training, some 40 ms of two cores; a batch of
#: 2x512, the largest network that is trained in whole batches of 512, has 2.05e9.
MOST_OPERATIONS = 2.1e9


@dataclass(frozen=True)
class Architecture:
    """A network as far as its answers go.

    Attributes:
        widths: units of every layer from the pixels to the output.
        activations: of every hidden layer.
        normalized: whether a hidden layer is.
        head: place in `losses.HEADS`.
    """

    widths: tuple[int, ...]
    activations: tuple[str, ...]
    normalized: tuple[bool, ...]
    head: int

    @classmethod
    def of(cls, spec: Spec) -> Architecture:
        """Describes the network of a spec."""
        return cls(
            widths=spec.widths,
            activations=tuple(layer.activation for layer in spec.layers),
            normalized=tuple(layer.batch_norm for layer in spec.layers),
            head=head_index(spec.task, spec.resolved_loss),
        )

    @cached_property
    def layout(self) -> Layout:
        """Places of the parameters in the flat vector."""
        return Layout(self.widths, normalized=any(self.normalized))

    @property
    def n_hidden(self) -> int:
        """Hidden layers."""
        return len(self.activations)


@dataclass(frozen=True)
class Training:
    """A network as it is trained.

    Attributes:
        architecture: the network.
        dropped: whether a hidden layer drops units.
        optimizer: the update rule's name.
        schedule: place in `schedules.SCHEDULES`.
        warmup: whether the rate warms up.
        regularized: whether there is a penalty.
        clipped: whether gradients are clipped.
        batch: rows of a batch.
        n_train: rows of an epoch.
    """

    architecture: Architecture
    dropped: tuple[bool, ...]
    optimizer: str
    schedule: int
    warmup: bool
    regularized: bool
    clipped: bool
    batch: int
    n_train: int

    @classmethod
    def of(cls, spec: Spec, n_train: int) -> Training:
        """Describes the training of a spec on so many rows."""
        return cls(
            architecture=Architecture.of(spec),
            dropped=tuple(layer.dropout > 0 for layer in spec.layers),
            optimizer=spec.optimizer.name,
            schedule=SCHEDULES.index(spec.schedule.name),
            warmup=spec.schedule.warmup_steps > 0,
            regularized=spec.regularization.l1 > 0 or spec.regularization.l2 > 0,
            clipped=spec.optimizer.clip_norm is not None,
            batch=min(spec.batch_size, n_train),
            n_train=n_train,
        )

    @property
    def terms(self) -> Terms:
        """Terms that the optimizer uses."""
        return OPTIMIZERS[self.optimizer].terms

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate depends on the step."""
        return self.schedule != SCHEDULES.index("constant") or self.warmup

    @property
    def batches(self) -> int:
        """Updates of an epoch."""
        return -(-self.n_train // self.batch)

    @property
    def rows(self) -> int:
        """Rows of a batch whose gradient one call computes: all of them, or an equal part.

        It depends on shapes alone, so that training repeats bit for bit. Batch normalization
        needs the mean and variance of the whole batch, so its batches stay whole.
        """
        operations = 6 * self.architecture.layout.n_weights * self.batch
        if any(self.architecture.normalized) or operations <= MOST_OPERATIONS:
            return self.batch
        calls = min(self.batch, math.ceil(operations / MOST_OPERATIONS))
        return -(-self.batch // calls)
