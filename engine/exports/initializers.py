"""Initial weights as a variance: what Keras and JAX make of an initializer's name."""

from __future__ import annotations

from engine.spec import InitializerSpec

#: Name -> scale, mode and distribution of variance scaling.
VARIANCES: dict[str, tuple[float, str, str]] = {
    "glorot_normal": (1.0, "fan_avg", "truncated_normal"),
    "glorot_uniform": (1.0, "fan_avg", "uniform"),
    "he_normal": (2.0, "fan_in", "truncated_normal"),
    "he_uniform": (2.0, "fan_in", "uniform"),
    "lecun_normal": (1.0, "fan_in", "truncated_normal"),
}
#: The square of a smaller gain is lost in rounding.
_SMALLEST = 1e-12


def is_zero(spec: InitializerSpec) -> bool:
    """Whether all weights begin at 0, or as good as, which variance scaling cannot say."""
    return spec.name == "zeros" or spec.scale < _SMALLEST


def find_variance(spec: InitializerSpec) -> tuple[float, str, str]:
    """Returns scale, mode and distribution; the spec's scale is a gain, so it counts squared."""
    scale, mode, distribution = VARIANCES[spec.name]
    return float(format(scale * spec.scale**2, ".9g")), mode, distribution
