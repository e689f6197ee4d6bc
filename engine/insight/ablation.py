"""Ablation: what a network computes with some of its units and links switched off.

A unit that is switched off hands on 0, so its outgoing weights do; a link that is has weight 0.
Nothing that was learned changes, and training goes on with all of them.

References:
    Meyes, Lu, de Puiseau, Meisen, "Ablation Studies in Artificial Neural Networks", 2019,
    arXiv:1901.08644.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.slices import Slices
from engine.data.datasets import Dataset
from engine.frames.frames import AblationRequest
from engine.frames.metrics import LabelStatistics, Metrics, history_row, make_metrics
from engine.network import Layout
from engine.programs.bindings import Binding
from engine.programs.calls import dispatch, prepare
from engine.programs.training import State
from engine.programs.turns import Ranges
from engine.spec import Spec


class Ablation(NamedTuple):
    """A network beside itself with some units and links switched off.

    Attributes:
        boundary: uint8 [K, 100, 100], without them.
        boundary_range: float32 [2], what 0..255 spans there.
        metrics: float32 [2, 4]: train loss, test loss, train metric, test metric (accuracy, or
            RMSE); with all of them, then without.
        off: float32 [n, 3], what is switched off: layer, source (-1: bias), unit of each link;
            hidden layer, unit and -1 of each unit.
    """

    boundary: NDArray[np.uint8]
    boundary_range: Floats
    metrics: Floats
    off: Floats


def names_same_parts(first: Spec, second: Spec) -> bool:
    """Returns whether numbers of units and links mean the same ones in two specs."""
    one, other = Layout.of(first), Layout.of(second)
    same = (one.widths, one.pieces) == (other.widths, other.pieces)
    return same and first.inputs == second.inputs


def switch_off(spec: Spec, params: Floats, request: AblationRequest) -> Floats:
    """Returns the parameters with zeros in place of what is switched off.

    Args:
        spec: the network.
        params: float32 [n].
        request: units and links; those that the network does not have are left out.
    """
    layout, ablated = Layout.of(spec), np.array(params)
    for layer, unit in request.units:
        if layer < layout.n_hidden and unit < spec.layers[layer].units:
            layout.kernel(ablated, layer + 1)[unit] = 0
    for layer, from_, to in request.links:
        if layer > layout.n_hidden or to >= layout.sums[layer]:
            continue
        if from_ is None:
            ablated[layout.bias_slice(layer)][to] = 0
        elif from_ < layout.widths[layer]:
            layout.kernel(ablated, layer)[from_, to] = 0
    return ablated


def measure_ablation(
    binding: Binding,
    data: Dataset,
    state: State[Floats],
    counters: Counters,
    ranges: Ranges[Floats],
    present: Metrics,
    request: AblationRequest,
) -> Slices[Ablation]:
    """Evaluates and paints a network without some units and links, by its own program.

    Args:
        binding: a program with spec and data.
        data: the points.
        state: parameters and moments.
        counters: where training stands.
        ranges: of the last pictures.
        present: metrics of the whole network.
        request: what is switched off.
    """
    spec = binding.spec
    ablated = state._replace(params=switch_off(spec, state.params, request))
    prepared = prepare(binding, binding.pack_state(ablated), counters, ranges, 0, pictures=True)
    turn = dispatch(prepared).fetch()
    pixels = binding.crop(turn)
    without = make_metrics(
        spec.task, counters.step, counters.epoch, turn.summary(), LabelStatistics.of(data)
    )
    return Ablation(
        pixels.boundary,
        np.array(pixels.ranges.boundary),
        tabulate_metrics(present, without),
        list_off(request),
    )
    yield


def tabulate_metrics(present: Metrics, without: Metrics) -> Floats:
    """Returns the metrics of a network with all units and links, and without some."""
    return np.array([history_row(metrics)[1:] for metrics in (present, without)], np.float32)


def list_off(request: AblationRequest) -> Floats:
    """Returns what is switched off, float32 [n, 3]: see `Ablation`."""
    off = [(layer, unit, -1) for layer, unit in request.units]
    off += [(layer, -1 if from_ is None else from_, to) for layer, from_, to in request.links]
    return np.array(off, np.float32).reshape(-1, 3)
