"""JSON Merge Patch on a spec (RFC 7396)."""

from __future__ import annotations

from typing import Any

from engine.base.errors import PatchError
from engine.data.kinds import DATASETS
from engine.spec.models import Spec
from engine.spec.validation import dump_spec, parse_spec

#: What of the data means columns of one table alone.
_OF_TABLE = ("columns", "axes")


def merge_patch(target: object, patch: object) -> Any:
    """Applies a JSON Merge Patch to JSON values.

    An object in the patch is merged key by key and `null` removes a key; any
    other value replaces the target.

    References:
        RFC 7396, section 2.
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def patch_spec(spec: Spec, patch: object) -> Spec:
    """Returns the spec that a merge patch makes of another.

    A patch that changes the task and names no loss gets the task's default. One that goes
    from points of the plane to images, or back, and does not name layers or batch size
    gets the defaults of those that do not fit. One that goes to another data set and names no
    columns or axes gets its own.

    Raises:
        PatchError: the patch is not an object, or nested too deeply.
        SpecError: what comes out breaks a rule; with path, rule and value.
    """
    if not isinstance(patch, dict):
        raise PatchError("a patch must be an object")
    try:
        merged = merge_patch(dump_spec(spec), patch)
    except RecursionError:
        raise PatchError("the patch is nested too deeply") from None
    merged = _fit(spec, merged, patch)
    if spec.loss is not None and "loss" not in patch:
        without_loss = parse_spec({**merged, "loss": None})
        if without_loss.task != spec.task:
            return without_loss
    return _share(spec, parse_spec(merged))


def _share(spec: Spec, patched: Spec) -> Spec:
    """Returns a patched spec in which equal parts are the same objects as before.

    Whoever compares the two then looks only into parts that differ.
    """
    before = dict(spec)
    shared = {name: before[name] for name, part in patched if part == before[name]}
    return patched.model_copy(update=shared)


def _fit(spec: Spec, merged: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Resets sizes that the new data do not allow, and columns of another table."""
    data = merged.get("data")
    name = data.get("name") if isinstance(data, dict) else None
    if not isinstance(name, str) or name not in DATASETS:
        return merged
    if name != spec.data.name and isinstance(data, dict):
        named = patch.get("data")
        named = named if isinstance(named, dict) else {}
        own = {key: value for key, value in data.items() if key not in _OF_TABLE or key in named}
        merged = {**merged, "data": own}
    data_kind = DATASETS[name].kind
    if data_kind is spec.data.entry.kind:
        return merged
    unfit = set()
    widest = max((layer.sums for layer in spec.layers), default=0)
    if len(spec.layers) > data_kind.layers[1] or widest > data_kind.units[1]:
        unfit.add("layers")
    if not data_kind.batch_size[0] <= spec.batch_size <= data_kind.batch_size[1]:
        unfit.add("batch_size")
    return {key: value for key, value in merged.items() if key in patch or key not in unfit}
