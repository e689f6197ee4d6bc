"""Drawings made into images such as the network was trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats

#: Ink below this does not count as drawn.
FAINT = 8
#: Side of the box that a digit of MNIST is fitted into, of 28 pixels.
BOX = 20


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


def reduce_drawing(ink: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Makes a drawing small, and does nothing else to it.

    Args:
        ink: uint8 [height, width], 255 is ink.
        side: pixels along a side of the result.

    Returns:
        uint8 [side, side].
    """
    return _round(resize(ink.astype(np.float32), side, side))


def prepare_drawing(ink: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Prepares a drawing as the digits of MNIST were.

    What is drawn is fitted into a box (20 of 28 pixels) without changing its proportions,
    smoothed by area, and moved so that its centre of mass lies in the middle. Sets of other
    sizes than 28 are fitted into the whole image and centred by their box.

    Args:
        ink: uint8 [height, width], 255 is ink.
        side: pixels along a side of the result.

    Returns:
        uint8 [side, side]; empty if nothing is drawn.

    References:
        LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    drawn = ink >= FAINT
    if not drawn.any():
        return np.zeros((side, side), np.uint8)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    box = BOX if side == 28 else side
    longest = max(crop.shape)
    height, width = (max(1, round(length * box / longest)) for length in crop.shape)
    small = resize(crop, height, width)
    # The brightest ink is as bright as before: thin lines do not fade.
    small *= crop.max() / max(float(small.max()), 1e-6)
    top, left = (side - height) // 2, (side - width) // 2
    if box < side:
        middle = (side - 1) / 2
        mass = small.sum()
        top = round(middle - float((small.sum(axis=1) @ np.arange(height)) / mass))
        left = round(middle - float((small.sum(axis=0) @ np.arange(width)) / mass))
        top, left = min(max(top, 0), side - height), min(max(left, 0), side - width)
    image = np.zeros((side, side), np.float32)
    image[top : top + height, left : left + width] = small
    return _round(image)


def _round(image: Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)
