"""Views that look into a run on the plane: its next update, its layers, the loss around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.base.counters import Counters
from engine.base.rate_limited_cache import RateLimitedCache
from engine.base.slices import Slices
from engine.data.datasets import Dataset
from engine.frames.frames import FrameRequest
from engine.frames.metrics import Metrics
from engine.insight.ablation import measure_ablation
from engine.insight.classification import ClassificationReport, report_classes
from engine.insight.gradient_flow import GradientFlow, measure_gradient_flow
from engine.insight.layer_spaces import LayerSpaces, LayerSpacesTracker
from engine.insight.one_step import Position, describe_step, take_alone
from engine.network import Layout
from engine.programs.bindings import Binding, bind
from engine.programs.calls import try_updates
from engine.programs.tiers import Programs
from engine.programs.turns import Ranges
from engine.runs.plane.loss_views import APART, LOSS_VIEWS, LossViews
from engine.runs.plane.programs import PlanePrograms
from engine.runs.plane.state import PlaneState
from engine.runs.plane.views import name_ablation, name_report, name_spaces
from engine.spec import Spec

Arrays = dict[str, NDArray[Any]]
#: Views that only general programs make.
NEEDS_GENERAL = frozenset({"gradient_flow", "landscape", "one_step"})
#: Views that are made here.
_VIEWS = LOSS_VIEWS | {"gradient_flow", "one_step", "classification", "layer_spaces", "ablation"}
#: Seconds from one look at the gradients to the next: each makes two updates, to measure them.
FLOW_APART = 0.25


@dataclass(frozen=True)
class Present:
    """Where a run stands after a turn.

    Attributes:
        spec: the network.
        data: the points.
        state: parameters and moments.
        counters: where training stands.
        ranges: of the pictures before.
        metrics: of this state.
        outputs: of this state for all points, float32 [K, n], after the output activation.
        programs: of this network.
    """

    spec: Spec
    data: Dataset
    state: PlaneState
    counters: Counters
    ranges: Ranges[Floats]
    metrics: Metrics
    outputs: Floats
    programs: PlanePrograms

    def bind(self, tile: int) -> Binding:
        """Returns the general program with spec and data."""
        return self.programs.bind(self.programs.general(), tile)


class PlaneInsight:
    """What the views hold that are computed now and then while a network trains.

    Args:
        programs: where compiled programs come from.
    """

    def __init__(self, programs: Programs) -> None:
        self._flow: RateLimitedCache[GradientFlow | None] = RateLimitedCache(apart=FLOW_APART)
        self._step: RateLimitedCache[Arrays] = RateLimitedCache(apart=APART)
        self._classes: RateLimitedCache[ClassificationReport | None] = RateLimitedCache(apart=APART)
        self._spaces: RateLimitedCache[LayerSpaces] = RateLimitedCache(apart=APART)
        self._ablation: RateLimitedCache[Arrays] = RateLimitedCache(apart=APART)
        self._tracker = LayerSpacesTracker()
        self._loss = LossViews(programs)

    def follow(self, spec: Spec, data: Dataset, step: int) -> None:
        """Goes on from a snapshot of the run."""
        self._loss.follow(spec, data, step)

    def close(self) -> None:
        """Cancels its requests for compilation in the background."""
        self._loss.close()

    def show(
        self, request: FrameRequest, step: int, find_present: Callable[[], Present]
    ) -> Slices[Arrays]:
        """Returns the arrays of the views that a frame asks for; keeps its weights for the path.

        Args:
            request: what the frame holds.
            step: updates done.
            find_present: returns where the run stands; called only if something is to be made.
        """
        kept = self._loss.wants(step)
        if not kept and _VIEWS.isdisjoint(request.views):
            return {}
        present = find_present()
        arrays: Arrays = {}
        if "gradient_flow" in request.views:
            measure = partial(_measure_flow, request, present)
            flow = yield from self._flow.get((present.spec,), measure, now=request.patient)
            arrays |= {} if flow is None else flow.arrays
        if "one_step" in request.views:
            describe = partial(_describe_step, request, present)
            key = present.spec, request.step
            arrays |= yield from self._step.get(key, describe, now=request.patient)
        if "classification" in request.views:
            compare = partial(_compare_classes, present)
            report = yield from self._classes.get((present.spec,), compare, now=request.patient)
            arrays |= {} if report is None else name_report(report)
        if "layer_spaces" in request.views:
            measure = partial(self._measure_spaces, present)
            spaces = yield from self._spaces.get((present.spec,), measure, now=request.patient)
            arrays |= name_spaces(spaces)
        if "ablation" in request.views:
            key = present.spec, request.ablation
            switch_off = partial(_switch_off, request, present)
            arrays |= yield from self._ablation.get(key, switch_off, now=request.patient)
        arrays |= yield from self._loss.show(
            request, partial(present.bind, request.tile), present.state.exact, present.metrics,
            kept=kept,
        )  # fmt: skip
        return arrays

    def _measure_spaces(self, present: Present) -> Slices[LayerSpaces]:
        params = Layout.of(present.spec).split(present.state.exact().params)
        return self._tracker.measure(present.spec, params, present.data)
        yield


def _switch_off(request: FrameRequest, present: Present) -> Slices[Arrays]:
    """Shows the network without some units and links, by the program that shows it whole."""
    programs, tile = present.programs, request.tile
    binding = programs.bind(programs.choose(tile), tile)
    return name_ablation(
        (
            yield from measure_ablation(
                binding, present.data, present.state.exact(), present.counters, present.ranges,
                present.metrics, request.ablation,
            )
        )
    )  # fmt: skip


def _measure_flow(request: FrameRequest, present: Present) -> Slices[GradientFlow | None]:
    """Measures the gradient flow of the next update."""
    binding = present.bind(request.tile)
    state = present.state.bound(binding)
    return (
        yield from measure_gradient_flow(
            binding, present.data, state, present.counters, present.ranges
        )
    )


def _compare_classes(present: Present) -> Slices[ClassificationReport | None]:
    """Compares predictions with labels."""
    return report_classes(present.spec, present.data, present.outputs)
    yield


def _describe_step(request: FrameRequest, present: Present) -> Slices[Arrays]:
    """Describes the next update, as the general program makes it."""
    step, counters = request.step, present.counters
    position = Position(present.spec, present.data, present.state.exact(), counters)
    binding = present.bind(request.tile)
    if step.point is not None:
        alone, counters = take_alone(position, step.point)
        binding = bind(present.programs.general(), present.spec, alone, request.tile)
    state = present.state.bound(binding)
    moved, good = yield from try_updates(binding, state, counters, present.ranges, 1)
    yield
    params = binding.unpack_state(moved).params if good else None
    return describe_step(position, step, params)
