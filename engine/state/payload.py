"""Optional payload of a link: custom points and trained weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.errors import PayloadError
from engine.base.slices import Slices
from engine.network import Layout
from engine.spec import Spec
from engine.state.initial_state import begin_restart, restart
from engine.state.snapshots import Snapshot

Choice = Literal["none", "now", "initial"]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class LinkPayload:
    """Custom points and weights of a link.

    Attributes:
        points: `[x1, x2, label]` of custom points, as they are; None without.
        params: float32 [n], all numbers of the network rounded to float16; None without.
        counters: step and epoch of these weights.
    """

    points: tuple[Point, ...] | None = None
    params: Floats | None = None
    counters: Counters = field(default_factory=Counters)


def make_payload(now: Snapshot, initial: Snapshot, points: bool, weights: Choice) -> LinkPayload:
    """Makes the link payload of a run.

    Args:
        now: the present snapshot.
        initial: step 0 of the run.
        points: whether custom points come along.
        weights: which ones; initial weights that the seed draws anyway are left out.
    """
    own = now.spec.data.points if points and now.spec.data.name == "points" else None
    snapshot = {"none": None, "now": now, "initial": initial}[weights]
    if weights == "initial" and _equals_reset(initial):
        snapshot = None
    if snapshot is None:
        return LinkPayload(own)
    return LinkPayload(own, np.array(snapshot.state.params), snapshot.counters)


def apply_payload(payload: LinkPayload, spec: Spec, data: Any) -> Slices[Snapshot]:
    """Returns the snapshot that a link payload leads to, made in slices.

    The optimizer starts anew: its moments and its count of updates are 0.

    Args:
        payload: of the link.
        spec: the spec of the link, with the link payload's points.
        data: what it is trained on.

    Raises:
        PayloadError: the weights are not those of such a network.
    """
    if payload.params is None:
        return (yield from begin_restart(spec, data))
    size = Layout.of(spec).size
    if len(payload.params) != size:
        rule = f"the weights must be {size} numbers for this network, got {len(payload.params)}"
        raise PayloadError(rule, "weights")
    opened = Snapshot.fresh(spec, data, payload.params, payload.counters)
    if payload.counters.first >= opened.batches_per_epoch:
        raise PayloadError(f"the epoch has {opened.batches_per_epoch} batches", "weights")
    return opened


def _equals_reset(initial: Snapshot) -> bool:
    drawn = restart(initial.spec, initial.data).state.params
    return np.array_equal(initial.state.params, drawn)
