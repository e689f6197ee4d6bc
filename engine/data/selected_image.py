"""Selected image: one of the set, or a drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Split = Literal["test", "train"]


@dataclass(frozen=True)
class Sample:
    """An image of the set.

    Attributes:
        part: test or train.
        row: its index, taken modulo the number of images.
    """

    part: Split = "test"
    row: int = 0


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing.

    Attributes:
        ink: uint8 [height, width], 255 is ink.
        prepared: whether it is prepared as the images of the set were.
    """

    ink: NDArray[np.uint8] = field(repr=False)
    prepared: bool = True


SelectedImage = Sample | Drawing
