"""Preprocessing of drawings into images like those of the train set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats

#: Ink below this does not count as drawn.
FAINT = 8


def _average(old: int, new: int) -> Floats:
    """Weights float32 [new, old] of averaging `old` pixels into `new` ones by area."""
    edges = np.arange(new + 1) * (old / new)
    low, high = edges[:-1, None], edges[1:, None]
    pixels = np.arange(old)
    cover = np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0, None)
    return np.asarray(cover / cover.sum(axis=1, keepdims=True), np.float32)


def resize(ink: Floats, height: int, width: int) -> Floats:
    """Resizes an image by area: every new pixel is the mean of what it covers."""
    small = _average(ink.shape[0], height) @ ink @ _average(ink.shape[1], width).T
    return np.asarray(small, np.float32)


def reduce_drawing(ink: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Resizes a drawing, and does nothing else to it.

    Args:
        ink: uint8 [height, width], 255 is ink.
        shape: rows and columns of the result.

    Returns:
        uint8 [rows, columns].
    """
    return _round(resize(ink.astype(np.float32), *shape))


def prepare_drawing(
    ink: NDArray[np.uint8], shape: tuple[int, int], box: int | None = None
) -> NDArray[np.uint8]:
    """Prepares a drawing as MNIST was: cropped, scaled, centred by mass.

    What is drawn is fitted into a box (20 of 28 pixels) without changing its proportions,
    smoothed by area, and moved so that its centre of mass lies in the middle. For sets
    without a box it is fitted into the whole image, and its bounds are centred.

    Args:
        ink: uint8 [height, width], 255 is ink.
        shape: rows and columns of the result.
        box: pixels along a side of the box; None for the whole image.

    Returns:
        uint8 [rows, columns]; empty if nothing is drawn.

    References:
        LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    drawn = ink >= FAINT
    if not drawn.any():
        return np.zeros(shape, np.uint8)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    room = (box, box) if box else shape
    tight = max((0, 1), key=lambda axis: crop.shape[axis] / room[axis])
    fitted = (round(length * room[tight] / crop.shape[tight]) for length in crop.shape)
    height, width = (max(1, length) for length in fitted)
    small = resize(crop, height, width)
    # The brightest ink is as bright as before: thin lines do not fade.
    small *= crop.max() / max(float(small.max()), 1e-6)
    above, beside = shape[0] - height, shape[1] - width
    top, left = above // 2, beside // 2
    if box:
        mass = small.sum()
        down = float((small.sum(axis=1) @ np.arange(height)) / mass)
        right = float((small.sum(axis=0) @ np.arange(width)) / mass)
        top = min(max(round((shape[0] - 1) / 2 - down), 0), above)
        left = min(max(round((shape[1] - 1) / 2 - right), 0), beside)
    image = np.zeros(shape, np.float32)
    image[top : top + height, left : left + width] = small
    return _round(image)


def _round(image: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)
