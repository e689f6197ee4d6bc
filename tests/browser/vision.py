"""How colours look to eyes of every kind, by coloraide.

References:
    Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
    Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1.0 (protanopia, deuteranopia).
    Brettel, Vienot and Mollon, "Computerized simulation of color appearance for dichromats",
    JOSA A 14(10), 1997 (tritanopia, for which the model of Machado et al. is known to be weak).
"""

from __future__ import annotations

from coloraide import Color

#: A kind of eyes -> coloraide's filter and its options.
_FILTERS = {
    "protanopia": ("protan", {"method": "machado"}),
    "deuteranopia": ("deutan", {"method": "machado"}),
    "tritanopia": ("tritan", {"method": "brettel"}),
    "achromatopsia": ("grayscale", {}),
}
VISIONS = ("normal", *_FILTERS)


def make_color(rgb: list[float]) -> Color:
    """Returns an sRGB colour from its parts in 0..255."""
    return Color("srgb", [part / 255 for part in rgb])


def look(rgb: list[float], vision: str) -> Color:
    """Returns the CIELAB colour (D65) that an sRGB colour looks like to a kind of eyes."""
    color = make_color(rgb)
    if vision != "normal":
        name, options = _FILTERS[vision]
        color = color.filter(name, 1, space="srgb-linear", **options).clip("srgb")
    return color.convert("lab-d65")


def contrast(one: list[float], other: list[float]) -> float:
    """Returns the contrast of two sRGB colours, 1 to 21 (WCAG 2)."""
    return make_color(one).contrast(make_color(other), method="wcag21")


def difference(one: Color, other: Color) -> float:
    """Returns CIEDE2000 of two colours."""
    return one.delta_e(other, method="2000")
