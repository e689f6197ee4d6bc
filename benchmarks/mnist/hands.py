"""A hundred drawn digits: two hands, and five ways in which people draw on the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from tests.browser.strokes import DIGITS, Stroke

#: How high a digit of `DIGITS` is, as a share of the paper.
_HEIGHT = 0.62

#: A second hand: closed 4, crossed 7, 1 with a serif, 2 with a loop, narrow 0, round 9.
_SECOND: dict[int, list[Stroke]] = {
    0: [
        [(0.47, 0.19), (0.40, 0.27), (0.38, 0.42), (0.39, 0.60), (0.44, 0.76), (0.52, 0.80),
         (0.59, 0.71), (0.62, 0.55), (0.61, 0.38), (0.56, 0.24), (0.47, 0.19), (0.43, 0.22)],
    ],
    1: [
        [(0.41, 0.33), (0.47, 0.26), (0.52, 0.19), (0.52, 0.35), (0.51, 0.52), (0.51, 0.68),
         (0.51, 0.80)],
    ],
    2: [
        [(0.34, 0.31), (0.40, 0.22), (0.51, 0.20), (0.60, 0.27), (0.60, 0.40), (0.53, 0.54),
         (0.43, 0.67), (0.34, 0.74), (0.32, 0.67), (0.39, 0.64), (0.49, 0.71), (0.59, 0.78),
         (0.69, 0.75)],
    ],
    3: [
        [(0.35, 0.22), (0.48, 0.21), (0.63, 0.21), (0.55, 0.32), (0.47, 0.43), (0.58, 0.45),
         (0.66, 0.55), (0.65, 0.69), (0.54, 0.79), (0.41, 0.78), (0.33, 0.71)],
    ],
    4: [
        [(0.60, 0.82), (0.60, 0.66), (0.60, 0.48), (0.60, 0.32), (0.59, 0.20), (0.51, 0.31),
         (0.42, 0.44), (0.33, 0.57), (0.43, 0.58), (0.56, 0.58), (0.72, 0.57)],
    ],
    5: [
        [(0.65, 0.21), (0.53, 0.21), (0.41, 0.22), (0.39, 0.34), (0.37, 0.45), (0.47, 0.41),
         (0.58, 0.44), (0.65, 0.54), (0.64, 0.67), (0.55, 0.77), (0.43, 0.79), (0.34, 0.72)],
    ],
    6: [
        [(0.53, 0.18), (0.45, 0.30), (0.39, 0.45), (0.37, 0.61), (0.42, 0.74), (0.52, 0.80),
         (0.62, 0.75), (0.65, 0.64), (0.60, 0.55), (0.50, 0.53), (0.41, 0.59), (0.38, 0.66)],
    ],
    7: [
        [(0.32, 0.22), (0.44, 0.22), (0.56, 0.22), (0.67, 0.21), (0.61, 0.33), (0.54, 0.48),
         (0.48, 0.64), (0.44, 0.81)],
        [(0.41, 0.52), (0.52, 0.50), (0.63, 0.49)],
    ],
    8: [
        [(0.50, 0.48), (0.41, 0.41), (0.38, 0.31), (0.43, 0.22), (0.53, 0.20), (0.61, 0.27),
         (0.60, 0.38), (0.51, 0.47), (0.41, 0.57), (0.37, 0.68), (0.42, 0.78), (0.53, 0.80),
         (0.63, 0.73), (0.62, 0.61), (0.55, 0.52), (0.50, 0.48)],
    ],
    9: [
        [(0.62, 0.36), (0.57, 0.46), (0.47, 0.48), (0.38, 0.41), (0.38, 0.29), (0.46, 0.21),
         (0.57, 0.22), (0.63, 0.33), (0.63, 0.48), (0.61, 0.63), (0.55, 0.76), (0.43, 0.80),
         (0.36, 0.75)],
    ],
}  # fmt: skip

HANDS = (DIGITS, _SECOND)

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _scaled(share: float, spread: float) -> Change:
    """Digits of a height, each somewhere else by up to `spread` from the middle."""

    def change(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return (points - 0.5) * (share / _HEIGHT) + 0.5 + random.uniform(-spread, spread, 2)

    return change


def _in_a_corner(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    corner = 0.5 + random.choice([-0.26, 0.26], 2)
    return (points - 0.5) * (0.4 / _HEIGHT) + corner


def _wobbly_and_slanted(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    slant = random.uniform(0.1, 0.35) * random.choice([-1, 1])
    x, y = (points - 0.5).T
    shaken = np.stack([x - slant * y, y], 1) + random.normal(0, 0.012, points.shape)
    return shaken + 0.5


#: Name to what becomes of the points, of which the middle of the paper is (0.5, 0.5).
KINDS: dict[str, Change] = {
    "medium": _scaled(0.62, 0.05),
    "big": _scaled(0.9, 0.01),
    "corner": _in_a_corner,
    "wobbly and slanted": _wobbly_and_slanted,
    "small": _scaled(0.22, 0.25),
}


def draw_digits(kind: str) -> Iterator[tuple[int, list[Stroke]]]:
    """Draws each digit with both hands; the same drawings each time.

    Args:
        kind: one of `KINDS`.

    Yields:
        The digit, and its strokes.
    """
    random = np.random.default_rng(list(KINDS).index(kind))
    for hand in HANDS:
        for digit, strokes in hand.items():
            lengths = np.cumsum([len(stroke) for stroke in strokes])[:-1]
            points = KINDS[kind](np.concatenate([np.array(s) for s in strokes]), random)
            # A pointer is on a pixel of a paper of 280.
            points = np.rint(np.clip(points, 0.0, 1.0) * 280) / 280
            yield digit, [[(x, y) for x, y in part.tolist()] for part in np.split(points, lengths)]
