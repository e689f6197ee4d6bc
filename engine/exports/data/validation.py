"""Rows of an exported source that are set aside."""

from __future__ import annotations

from engine.data.datasets import Dataset


def write_validation(data: Dataset, noun: str, body: str) -> list[str]:
    """Writes `load_validation`; nothing where no rows are set aside.

    Args:
        data: whose rows they are.
        noun: what the rows are called.
        body: of the function, which reads the rows and returns them with their labels.
    """
    if not data.n_validation:
        return []
    return [
        f'''\
def load_validation():
    """Returns {noun} and labels set aside: neither trained nor tested on."""
{body}'''
    ]
