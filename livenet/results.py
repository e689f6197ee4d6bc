"""Results of the engine: a sweep or a search as a figure."""

from __future__ import annotations

from typing import Any

from livenet.figure import Figure
from livenet.map_figure import show_sweep
from livenet.search_figure import show_search


def show(result: Any, *, colour: str = "boundary") -> Figure:
    """Shows a sweep or a search as it stands, without a server.

    Args:
        result: an `engine.Sweep`: its networks along its axes; or an `engine.Search`: its trials,
            the best so far and a table of the best ones.
        colour: of a sweep's cells: boundary, train_loss, test_loss, train_score or test_score.

    Returns:
        What Jupyter shows as a picture, and a console as a sentence.

    Raises:
        ValueError: it is neither of them, or there is no such colour.
    """
    if hasattr(result, "grid"):
        return show_sweep(result, colour)
    if hasattr(result, "trials"):
        return show_search(result)
    raise ValueError(f"result must be a Sweep or a Search, got {type(result).__name__}")
