"""Difference of two specs as paths with old and new values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine import Spec

#: More changes at once are told by their number alone.
MAX_CHANGES = 3

SpecPath = tuple[str | int, ...]


def find_changed_path(old: Spec, new: Spec) -> SpecPath | None:
    """Returns the path of the only value that differs; None for none or several."""
    paths = _list_paths(old, new, ())
    return paths[0] if len(paths) == 1 else None


def _fields(value: Any) -> Any:
    fields = getattr(type(value), "model_fields", None)
    return value if fields is None else {name: getattr(value, name) for name in fields}


def _list_paths(old: Any, new: Any, path: SpecPath) -> list[SpecPath]:
    if old is new or old == new:
        return []
    old, new = _fields(old), _fields(new)
    if isinstance(old, dict):
        pairs = [(key, old[key], new[key]) for key in old]
    elif path == ("layers",) and len(old) == len(new):
        pairs = [(i, *pair) for i, pair in enumerate(zip(old, new, strict=True))]
    elif path == ("layers",):
        # A layer more or less is a step of its own, however fast they follow.
        return [path, path]
    else:
        return [path]
    return [found for key, a, b in pairs for found in _list_paths(a, b, (*path, key))]


def list_changes(old: Spec, new: Spec) -> Iterator[dict[str, Any]]:
    """Yields the first few differences as `path`, `from` and `to`.

    Layers that came or went are told by the units of all layers, custom points by
    their number.
    """
    paths = dict.fromkeys(_list_paths(old, new, ()))
    for path in [*paths][:MAX_CHANGES]:
        dotted = ".".join(map(str, path))
        yield {"path": dotted, "from": _value_at(old, path), "to": _value_at(new, path)}
    if len(paths) > MAX_CHANGES:
        yield {"more": len(paths) - MAX_CHANGES}


def _value_at(spec: Spec, path: SpecPath) -> Any:
    value: Any = spec
    for key in path:
        value = value[key] if isinstance(key, int) else getattr(value, key)
    if path == ("data", "points"):
        return None if value is None else len(value)
    if path == ("layers",):
        return [layer.units for layer in value]
    return list(value) if isinstance(value, tuple) else value
