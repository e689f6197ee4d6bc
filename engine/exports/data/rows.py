"""Names in a source for its data: points, images or rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

from engine.spec import Spec


@dataclass(frozen=True)
class RowNames:
    """Names in a source.

    Attributes:
        noun: what rows are.
        shape: of several rows.
        load: the function that loads them.
        prepare: the function that makes of them what the network sees.
        epochs: how long the source trains if the run has not been trained.
        every: epochs from one printed loss to the next.
    """

    noun: str
    shape: str
    load: str
    prepare: str
    epochs: int
    every: int


_POINTS = RowNames("points", "[n, 2]", "load_points", "compute_features", 100, 10)
_TABLE = RowNames("samples", "[n, columns]", "load_samples", "standardize", 100, 10)
_IMAGES = RowNames("images", "[n, pixels]", "load_images", "scale_pixels", 10, 1)


def name_rows(spec: Spec) -> RowNames:
    """Returns the names for the data of a spec."""
    if spec.data.is_table:
        return _TABLE
    return _IMAGES if spec.data.is_images else _POINTS
