"""Packets: what a link carries of a run besides the words that say its spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.errors import PacketError
from engine.base.slices import Slices
from engine.network import Layout
from engine.spec import Spec
from engine.state.initial_state import begin_restart, restart
from engine.state.snapshots import Snapshot

Choice = Literal["none", "now", "initial"]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class Packet:
    """What is carried.

    Attributes:
        points: `[x1, x2, label]` of custom points, as they are; None without.
        params: float32 [n], all numbers of the network rounded to float16; None without.
        counters: where the run stood that they are of.
    """

    points: tuple[Point, ...] | None = None
    params: Floats | None = None
    counters: Counters = field(default_factory=Counters)


def make_packet(now: Snapshot, initial: Snapshot, points: bool, weights: Choice) -> Packet:
    """Chooses what to carry of a run.

    Args:
        now: the present moment.
        initial: step 0 of the run.
        points: whether custom points come along.
        weights: which ones; initial weights that the seed draws anyway stay at home.
    """
    own = now.spec.data.points if points and now.spec.data.name == "points" else None
    moment = {"none": None, "now": now, "initial": initial}[weights]
    if weights == "initial" and _equals_reset(initial):
        moment = None
    if moment is None:
        return Packet(own)
    return Packet(own, np.array(moment.state.params), moment.counters)


def open_packet(packet: Packet, spec: Spec, data: Any) -> Slices[Snapshot]:
    """Returns the moment that a packet leads to, made in slices.

    The optimizer has no past: its moments are 0, and so is its count of updates.

    Args:
        packet: what was carried.
        spec: the spec of the link, with the packet's points.
        data: what it is trained on.

    Raises:
        PacketError: the weights are not those of such a network.
    """
    if packet.params is None:
        return (yield from begin_restart(spec, data))
    size = Layout.of(spec).size
    if len(packet.params) != size:
        rule = f"the weights must be {size} numbers for this network, got {len(packet.params)}"
        raise PacketError(rule, "weights")
    opened = Snapshot.fresh(spec, data, packet.params, packet.counters)
    if packet.counters.first >= opened.batches_per_epoch:
        raise PacketError(f"the epoch has {opened.batches_per_epoch} batches", "weights")
    return opened


def _equals_reset(initial: Snapshot) -> bool:
    drawn = restart(initial.spec, initial.data).state.params
    return np.array_equal(initial.state.params, drawn)
