"""How colours look to eyes of every kind, and how far apart two of them are.

References:
    Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
    Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1.0 (protanopia, deuteranopia).
    Brettel, Vienot and Mollon, "Computerized simulation of color appearance for dichromats",
    JOSA A 14(10), 1997, for sRGB with the cones of Smith and Pokorny (tritanopia, for which
    the model of Machado et al. is known to be weak).
    Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula", 2005.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float64]

_PROTAN = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
_DEUTAN = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
_TRITAN = np.array(
    [
        [[1.01277, 0.13548, -0.14826], [-0.01243, 0.86812, 0.14431], [0.07589, 0.80500, 0.11911]],
        [[0.93678, 0.18979, -0.12657], [0.06154, 0.81526, 0.12320], [-0.37562, 1.12767, 0.24796]],
    ]
)
_TRITAN_PLANE = np.array([0.03901, -0.02788, -0.01113])
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
VISIONS = ("normal", "protanopia", "deuteranopia", "tritanopia", "achromatopsia")


def linear(rgb: list[float]) -> Colour:
    """Returns linear light of an sRGB colour in 0..255."""
    share = np.array(rgb) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def simulate(light: Colour, vision: str) -> Colour:
    """Returns the linear light that looks to normal eyes as `light` does to others."""
    if vision == "protanopia":
        light = _PROTAN @ light
    elif vision == "deuteranopia":
        light = _DEUTAN @ light
    elif vision == "tritanopia":
        light = _TRITAN[0 if _TRITAN_PLANE @ light >= 0 else 1] @ light
    elif vision == "achromatopsia":
        light = np.repeat(_XYZ[1] @ light, 3)
    return np.clip(light, 0, 1)


def lab(light: Colour) -> Colour:
    """Returns CIELAB (D65) of linear light."""
    t = (_XYZ @ light) / _XYZ.sum(axis=1)
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def look(rgb: list[float], vision: str) -> Colour:
    """Returns CIELAB of an sRGB colour as eyes of a kind see it."""
    return lab(simulate(linear(rgb), vision))


def contrast(one: list[float], other: list[float]) -> float:
    """Returns the contrast of two sRGB colours, 1 to 21 (WCAG 2)."""
    dark, light = sorted(float(_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def difference(one: Colour, other: Colour) -> float:
    """Returns CIEDE2000 of two CIELAB colours."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grow = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    c1, c2 = np.hypot(a1 * grow, b1), np.hypot(a2 * grow, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * grow)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = 0.0 if grey else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if grey else (h1 + turn / 2) % 360
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    dl, dc = l2 - l1, c2 - c1
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))

    def wave(times: int, shift: float) -> float:
        return float(np.cos(np.radians(times * hue + shift)))

    t = 1 - 0.17 * wave(1, -30) + 0.24 * wave(2, 0) + 0.32 * wave(3, 6) - 0.20 * wave(4, -63)
    sl = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    rotate = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    rt = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * np.sin(np.radians(rotate))
    parts = (dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh)
    return float(np.sqrt(parts))
