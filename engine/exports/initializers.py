"""Initializers in a source: by a framework's own name, or by a variance."""

from __future__ import annotations

from dataclasses import replace

from engine.functions.initializers import INITIALIZERS, Initializer, Variance
from engine.spec import InitializerSpec

#: The square of a smaller gain is lost in rounding.
_SMALLEST = 1e-12


def find_initializer(spec: InitializerSpec) -> Initializer:
    """Returns the entry; that of zeros for scales that are as good as 0."""
    return INITIALIZERS["zeros" if spec.scale < _SMALLEST else spec.name]


def scaled_variance(spec: InitializerSpec) -> Variance | None:
    """Returns the variance that is drawn with, if it is one; a gain counts squared."""
    variance = find_initializer(spec).variance
    if variance is None:
        return None
    return replace(variance, factor=float(format(variance.factor * spec.scale**2, ".9g")))
