"""What tests of sweeps vary, and on what."""

from __future__ import annotations

from typing import Any

from engine import Spec, parse_spec

SMALL: dict[str, Any] = {"data": {"name": "xor", "samples": 100}, "batch_size": 5}


def make_spec(**changes: Any) -> Spec:
    """A small spec with some changes."""
    return parse_spec({**SMALL, **changes})


def vary(path: str, *values: Any) -> dict[str, Any]:
    """An axis with some values."""
    return {"path": path, "values": list(values)}


def span(path: str, low: float, high: float, count: int, **more: Any) -> dict[str, Any]:
    """An axis with a range."""
    return {"path": path, "low": low, "high": high, "count": count, **more}
