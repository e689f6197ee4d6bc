"""Previews: small pictures of the generated data sets."""

from __future__ import annotations

import numpy as np

from engine.base.arrays import Floats
from engine.data.datasets import make_dataset
from engine.spec.data import DataSpec


def preview_points(name: str, n: int = 120) -> Floats:
    """Returns a small picture of a data set.

    Args:
        name: of a generated data set, or of a table.
        n: points, 50 to 2000; of a table no more than it has.

    Returns:
        float32 [n, 3]: x1, x2, label.
    """
    data = make_dataset(DataSpec.model_validate({"name": name, "samples": n, "noise": 0.02}))
    return np.concatenate([data.places, data.labels[:, None]], axis=1)[:n]
