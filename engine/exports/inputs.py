"""Input and output of the source writers."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.arrays import Floats
from engine.data.datasets import Dataset
from engine.data.image_data import ImageData
from engine.spec import Spec


@dataclass(frozen=True)
class SourceInput:
    """Input of a source writer: spec, data, weights and options.

    Attributes:
        spec: the network.
        data: its points or images.
        step: updates done.
        epoch: epochs done.
        weights: by name; None for none.
        weights_inline: whether they stand inside the source.
        data_inline: whether the data do.
    """

    spec: Spec
    data: Dataset | ImageData
    step: int
    epoch: int
    weights: dict[str, Floats] | None
    weights_inline: bool
    data_inline: bool

    @property
    def is_validated(self) -> bool:
        """Whether some points are set aside to validate on."""
        return isinstance(self.data, Dataset) and self.data.n_validation > 0

    @property
    def stops_early(self) -> bool:
        """Whether training ends by the loss of those."""
        return self.is_validated and self.spec.early_stopping.enabled


@dataclass(frozen=True)
class Source:
    """A framework's part of a source: top-level pieces, in the order in which they stand.

    Attributes:
        framework: its name.
        packages: what is to be installed.
        imports: lines that import the framework.
        before: what has to be done before that; or nothing.
        network: pieces that make the network.
        weights: pieces that load the trained weights.
        training: pieces that train.
        result: pieces that predict and score.
        train: the line that trains.
    """

    framework: str
    packages: tuple[str, ...]
    imports: tuple[str, ...]
    network: list[str]
    weights: list[str]
    training: list[str]
    result: list[str]
    before: str = ""
    train: str = "train(EPOCHS)"
