"""Origins: mapping from each new hidden layer and unit to the old one it continues."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.errors import OriginError
from engine.spec import LayerSpec


@dataclass(frozen=True)
class Origin:
    """Origin of a new hidden layer: the old layer and units that it continues.

    Attributes:
        layer: the old hidden layer, or None for a new one.
        units: for each unit the old unit of that layer, or None for a new one.
    """

    layer: int | None
    units: tuple[int | None, ...]


def match_layers(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> tuple[Origin, ...]:
    """Infers origins: equal layers from the front, then from the back, the rest by position."""
    front = 0
    while front < min(len(old), len(new)) and old[front] == new[front]:
        front += 1
    back = 0
    while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
        back += 1
    origins = []
    for index, layer in enumerate(new):
        if index >= len(new) - back:
            from_layer = len(old) - (len(new) - index)
        elif index < len(old) - back:
            from_layer = index
        else:
            origins.append(Origin(None, (None,) * layer.units))
            continue
        kept = min(layer.units, old[from_layer].units)
        units = (*range(kept), *(None,) * (layer.units - kept))
        origins.append(Origin(from_layer, units))
    return tuple(origins)


def read_origin(
    value: object, old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]
) -> tuple[Origin, ...]:
    """Checks an edit's `origin`.

    Args:
        value: for each new hidden layer `[old layer or null, [old unit or null, ...]]`.
        old: the layers before.
        new: the layers after.

    Raises:
        OriginError: with the path and the rule.
    """
    if not isinstance(value, list) or len(value) != len(new):
        raise OriginError(f"origin must be a list of {len(new)} layers", "origin")
    origins: list[Origin] = []
    for index, (entry, layer) in enumerate(zip(value, new, strict=True)):
        path = f"origin.{index}"
        if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[1], list):
            raise OriginError(f"{path} must be [old layer or null, [old unit or null, ...]]", path)
        from_layer, units = entry
        if len(units) != layer.units:
            raise OriginError(f"{path}.1 must list {layer.units} units, got {len(units)}", path)
        taken = [o.layer for o in origins if o.layer is not None]
        width = _check_layer(path, from_layer, old, taken)
        _check_units(path, units, width)
        origins.append(Origin(from_layer, tuple(units)))
    return tuple(origins)


def _is_index(value: object, length: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < length


def _check_layer(path: str, layer: object, old: tuple[LayerSpec, ...], taken: list[int]) -> int:
    if layer is None:
        return 0
    if not isinstance(layer, int) or not _is_index(layer, len(old)):
        raise OriginError(f"{path}.0 must be null or 0 to {len(old) - 1}", f"{path}.0")
    if layer in taken:
        raise OriginError(f"{path}.0 names layer {layer} a second time", f"{path}.0")
    return old[layer].units


def _check_units(path: str, units: list[object], width: int) -> None:
    seen: set[object] = set()
    for index, unit in enumerate(units):
        if unit is None:
            continue
        if not _is_index(unit, width):
            rule = f"must be null or 0 to {width - 1}" if width else "must be null in a new layer"
            raise OriginError(f"{path}.1.{index} {rule}", f"{path}.1.{index}")
        if unit in seen:
            unit_path = f"{path}.1.{index}"
            raise OriginError(f"{unit_path} names unit {unit} a second time", unit_path)
        seen.add(unit)
