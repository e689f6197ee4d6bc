"""Networks of a sweep, grouped by the program that trains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.base.counters import Counters
from engine.base.errors import SweepError
from engine.base.slices import Slices
from engine.data.datasets import Dataset, make_dataset
from engine.data.kinds import PLANE
from engine.edits.revisions import carry_over
from engine.network import Layout
from engine.programs.models import ExactModel
from engine.programs.models.sharing import share_models
from engine.programs.stacked import MAX_NETWORKS, StackedModel, count_order_rows
from engine.programs.stacked_pictures import SIDE, PictureModel
from engine.spec import Spec
from engine.state.initial_state import draw_state
from engine.state.snapshots import Snapshot, no_ranges
from engine.sweeps.grid import Grid

#: Programs that train the networks of one sweep: each takes about a second to compile.
MAX_PROGRAMS = 32
#: Bytes that the networks of one sweep hold.
MAX_SWEEP_BYTES = 64 << 20
#: Bytes of a network besides its arrays: its spec and its snapshot.
_OBJECTS = 4096


@dataclass(frozen=True)
class Group:
    """Networks that one program trains, at most `MAX_NETWORKS` in each call.

    Attributes:
        stacked: what their program is compiled for.
        pictures: what the program is compiled for that paints them.
        members: numbers of the networks; first all first seeds of cells, then all second ones.
    """

    stacked: StackedModel
    pictures: PictureModel
    members: tuple[int, ...]

    def split(self) -> list[tuple[int, ...]]:
        """Returns the members of each stack."""
        starts = range(0, len(self.members), MAX_NETWORKS)
        return [self.members[start : start + MAX_NETWORKS] for start in starts]


@dataclass(frozen=True)
class Networks:
    """All networks of a sweep at step 0.

    Attributes:
        snapshots: of each network, cell by cell and seed by seed.
        groups: by program.
        n_bytes: memory that they take while they train.
    """

    snapshots: tuple[Snapshot, ...]
    groups: tuple[Group, ...]
    n_bytes: int


NO_NETWORKS = Networks((), (), 0)


def begin_networks(grid: Grid) -> Slices[Networks]:
    """Draws the networks of a sweep, and groups them.

    Raises:
        SweepError: they take too many programs, too much memory, or too many units.
        DataError: their data cannot be made.
    """
    data: dict[Any, Dataset] = {}
    states: dict[Any, Any] = {}
    snapshots: list[Snapshot] = []
    models: list[ExactModel] = []
    for spec in grid.list_specs():
        _check_room(spec)
        points = data.get(spec.data) or data.setdefault(spec.data, make_dataset(spec.data))
        key = spec.seed, spec.widths, spec.layers, spec.initializer
        if key not in states:
            states[key] = yield from draw_state(spec)
        snapshots.append(Snapshot(spec, points, states[key], Counters(), no_ranges(spec)))
        counts = points.n_train, points.n
        models.append(ExactModel.of(spec, *counts, n_validation=points.n_validation))
        yield
    groups = _group(models, snapshots, grid.seeds)
    if len(groups) > MAX_PROGRAMS:
        rule = f"{len(groups)} programs would have to be compiled: at most {MAX_PROGRAMS}"
        raise SweepError(rule, "axes")
    n_bytes = _count_bytes(snapshots, groups, len(data))
    if n_bytes > MAX_SWEEP_BYTES:
        rule = f"the networks take {n_bytes >> 20} MB: at most {MAX_SWEEP_BYTES >> 20}"
        raise SweepError(rule, "axes")
    return Networks(tuple(snapshots), groups, n_bytes)


def continue_networks(
    grid: Grid, old: Sequence[Snapshot], new: Sequence[Snapshot], origin: object
) -> Slices[tuple[Snapshot, ...] | None]:
    """Has the networks of an edited sweep go on from where those before the edit are.

    Args:
        grid: of the new ones.
        old: where the old ones stand.
        new: the new ones at step 0.
        origin: of the edit; layers are matched by position where an axis varies them.

    Returns:
        Where the new ones stand; None where seeds have changed, which begins again.
    """
    pairs = list(zip(old, new, strict=True))
    if any(now.spec.seed != begun.spec.seed for now, begun in pairs):
        return None
    if any(axis.axis.path.startswith("layers.") for axis in grid.axes):
        origin = None
    found: list[Snapshot] = []
    for now, begun in pairs:
        found.append((yield from carry_over(now, begun.spec, begun.data, origin)))
    return tuple(found)


def _check_room(spec: Spec) -> None:
    """Refuses layers that no session could take up: a maxout unit takes the room of two."""
    for layer in spec.layers:
        most = PLANE.units[1] // layer.pieces
        if layer.units > most:
            raise SweepError(f"{layer.activation} layers have at most {most} units", "axes")


def _group(
    models: Sequence[ExactModel], snapshots: Sequence[Snapshot], seeds: int
) -> tuple[Group, ...]:
    """Groups networks by what their program has compiled in."""
    distinct = list(dict.fromkeys(models))
    shared = dict(zip(distinct, share_models(distinct), strict=True))
    members: dict[ExactModel, list[int]] = {}
    for index in sorted(range(len(models)), key=lambda index: index % seeds):
        members.setdefault(shared[models[index]], []).append(index)
    return tuple(_make_group(model, own, snapshots) for model, own in members.items())


def _make_group(model: ExactModel, members: list[int], snapshots: Sequence[Snapshot]) -> Group:
    n_data = n_seeds = 1
    for start in range(0, len(members), MAX_NETWORKS):
        own = [snapshots[i] for i in members[start : start + MAX_NETWORKS]]
        n_data = max(n_data, len({id(s.data) for s in own}))
        n_seeds = max(n_seeds, len({s.spec.seed for s in own}))
    n_networks = min(len(members), MAX_NETWORKS)
    stacked = StackedModel.with_room(model, n_data, n_seeds, n_networks)
    return Group(stacked, PictureModel(model.network), tuple(members))


def _count_bytes(snapshots: Sequence[Snapshot], groups: Sequence[Group], n_data: int) -> int:
    """Estimates the memory of all networks: states twice, since a call returns a new one."""
    total = n_data * max(s.data.nbytes for s in snapshots)
    for group in groups:
        model, stacks = group.stacked.model, len(group.split())
        width = len(model.features) + model.network.widths[-1]
        rows = group.stacked.n_data * model.n_rows * width
        order = group.stacked.n_seeds * count_order_rows(model)
        state = 2 * 3 * model.layout.size
        pictures = model.network.widths[-1] * SIDE * SIDE * 2
        each = 4 * (state + pictures) * MAX_NETWORKS
        total += stacks * (each + 4 * (rows + order))
    own = sum(12 * Layout.of(s.spec).size + _OBJECTS for s in snapshots)
    return total + own
