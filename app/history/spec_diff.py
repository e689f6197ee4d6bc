"""What differs between two specs, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine import Spec

#: More changes at once are told by their number alone.
MAX_CHANGES = 3

Place = tuple[str | int, ...]


def find_place(old: Spec, new: Spec) -> Place | None:
    """Returns the path of the one value in which two specs differ; None for none or several."""
    places = _list_places(old, new, ())
    return places[0] if len(places) == 1 else None


def _open(value: Any) -> Any:
    fields = getattr(type(value), "model_fields", None)
    return value if fields is None else {name: getattr(value, name) for name in fields}


def _list_places(old: Any, new: Any, path: Place) -> list[Place]:
    old, new = _open(old), _open(new)
    if old is new or old == new:
        return []
    if isinstance(old, dict):
        pairs = [(key, old[key], new[key]) for key in old]
    elif path == ("layers",) and len(old) == len(new):
        pairs = [(i, *pair) for i, pair in enumerate(zip(old, new, strict=True))]
    elif path == ("layers",):
        # A layer more or less is a step of its own, however fast they follow.
        return [path, path]
    else:
        return [path]
    return [place for key, a, b in pairs for place in _list_places(a, b, (*path, key))]


def list_changes(old: Spec, new: Spec) -> Iterator[dict[str, Any]]:
    """Yields what differs as `path`, `from` and `to`, the first few places.

    Layers that came or went are told by the units of all layers, points of one's own by
    their number.
    """
    places = dict.fromkeys(_list_places(old, new, ()))
    for place in [*places][:MAX_CHANGES]:
        path = ".".join(map(str, place))
        yield {"path": path, "from": _tell(old, place), "to": _tell(new, place)}
    if len(places) > MAX_CHANGES:
        yield {"more": len(places) - MAX_CHANGES}


def _tell(spec: Spec, place: Place) -> Any:
    value: Any = spec
    for key in place:
        value = value[key] if isinstance(key, int) else getattr(value, key)
    if place == ("data", "points"):
        return None if value is None else len(value)
    if place == ("layers",):
        return [layer.units for layer in value]
    return list(value) if isinstance(value, tuple) else value
