"""Takes a snapshot to another spec, or sets a weight of it by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.base.arrays import Floats
from engine.base.slices import Slices
from engine.edits.layer_mapping import Origin, match_layers, read_origin
from engine.edits.migration import NEW
from engine.edits.states import migrate_state, set_weight
from engine.programs.turns import Ranges
from engine.spec import Spec
from engine.state.initial_state import begin_restart
from engine.state.snapshots import Snapshot, no_ranges


def revise(
    now: Snapshot, new: Spec, origin: object, make_data: Callable[[Spec], Any]
) -> Slices[Snapshot]:
    """Takes a snapshot to another spec in slices, and keeps what was learned.

    Args:
        now: the snapshot.
        new: the other spec.
        origin: for each new hidden layer `[old layer or null, [old unit or null, ...]]`,
            or None.
        make_data: makes the data of a spec.

    Returns:
        The snapshot to go on from.

    Raises:
        OriginError: the origin does not fit.
        DataError: the new data cannot be made.
    """
    old = now.spec
    if origin is None:
        origins = match_layers(old.layers, new.layers)
    else:
        origins = read_origin(origin, old.layers, new.layers)
    same_rows = new.data == old.data
    if same_rows:
        # The same object again: thousands of points are kept once.
        new, data = new.model_copy(update={"data": old.data}), now.data
    elif new.data.is_table and new.data.has_rows_of(old.data):
        data, same_rows = now.data.show_over(new.data), True
    else:
        data = make_data(new)
    if new.seed != old.seed:
        return (yield from begin_restart(new, data))
    return (yield from _migrate(now, new, data, origins, same_rows=same_rows))


def carry_over(now: Snapshot, new: Spec, data: Any, origin: object) -> Slices[Snapshot]:
    """Has a network go on under another spec with the same seed, in slices, as `revise` would.

    Args:
        now: the snapshot.
        new: the spec to go on with.
        data: its data.
        origin: as of `revise`.

    Returns:
        The snapshot to go on from.

    Raises:
        OriginError: the origin does not fit.
    """
    old = now.spec
    if origin is None:
        origins = match_layers(old.layers, new.layers)
    else:
        origins = read_origin(origin, old.layers, new.layers)
    same_rows = new.data == old.data or (new.data.is_table and new.data.has_rows_of(old.data))
    return (yield from _migrate(now, new, data, origins, same_rows=same_rows))


def _migrate(
    now: Snapshot, new: Spec, data: Any, origins: tuple[Origin, ...], *, same_rows: bool
) -> Slices[Snapshot]:
    state, unit_source, counters = yield from migrate_state(
        now.state, now.spec, new, origins, now.counters
    )
    if not same_rows or new.batch_size != now.spec.batch_size:
        counters = counters.begin_epoch()
    return Snapshot(new, data, state, counters, _carry(now.ranges, new, unit_source))


def _carry(ranges: Ranges[Floats], new: Spec, unit_source: Any) -> Ranges[Floats]:
    units = no_ranges(new).units
    kept = unit_source != NEW
    units[kept] = ranges.units[unit_source[kept]]
    return Ranges(np.array(ranges.boundary), units)


def with_weight(now: Snapshot, layer: int, from_: int | str, to: int, value: float) -> Snapshot:
    """Returns the snapshot with one weight or bias set.

    Raises:
        WeightError: there is no such weight, or it cannot take the value.
    """
    return replace(now, state=set_weight(now.spec, now.state, layer, from_, to, value))
