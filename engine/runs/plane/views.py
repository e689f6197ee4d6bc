"""Views of a run on the plane, from the result of a turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.base.arrays import Floats
from engine.data.datasets import Dataset
from engine.frames.frames import Frame, FrameRequest, describe_range, tabulate_points
from engine.frames.registry import Shown, make_views
from engine.insight.ablation import Ablation
from engine.insight.classification import ClassificationReport
from engine.insight.layer_spaces import LayerSpaces
from engine.network import Layout
from engine.programs.bindings import Binding, Pixels
from engine.programs.models import BOUNDARY
from engine.programs.turns import TurnResult
from engine.spec import Spec


def show_network(
    request: FrameRequest, spec: Spec, data: Dataset, params: Callable[[], Floats]
) -> dict[str, NDArray[Any]]:
    """Returns the registered views that a network's parameters alone give.

    Args:
        request: what the frame holds.
        spec: of the network.
        data: the points.
        params: returns its flat vector; called only if such a view is asked for.
    """
    return make_views(
        request.views, "plane", lambda: Shown(spec, data, Layout.of(spec).split(params()))
    )


def show_points(spec: Spec, data: Dataset, turn: TurnResult) -> Floats:
    """Returns the `points` array."""
    predictions = np.asarray(turn.predictions)[:, : data.n]
    return tabulate_points(spec, data, predictions[: spec.n_outputs], predictions[-1])


def add_pictures(frame: Frame, request: FrameRequest, pixels: Pixels) -> None:
    """Adds the boundary and the units' pictures to a frame, as far as they are asked for."""
    if "boundary" in request.views:
        frame.arrays["boundary"] = pixels.boundary
        frame.metadata["boundary_range"] = describe_range(pixels.ranges.boundary)
    if "units" in request.views:
        frame.arrays["units"] = pixels.units
        frame.metadata["units_range"] = describe_range(pixels.ranges.units)


def name_report(report: ClassificationReport) -> dict[str, NDArray[Any]]:
    """Returns the arrays of the `classification` view."""
    return {
        "confusion_matrix": report.matrices,
        "class_scores": report.scores,
        "roc_curves": report.curves,
        "roc_auc": report.auc,
    }


def name_ablation(ablation: Ablation) -> dict[str, NDArray[Any]]:
    """Returns the arrays of the `ablation` view."""
    return {
        "ablated_boundary": ablation.boundary,
        "ablated_range": ablation.boundary_range,
        "ablation": ablation.metrics,
        "ablation_off": ablation.off,
    }


def name_spaces(spaces: LayerSpaces) -> dict[str, NDArray[Any]]:
    """Returns the arrays of the `layer_spaces` view."""
    return {
        "layer_spaces": spaces.places,
        "layer_spaces_variance": spaces.variance,
        "layer_spaces_output": spaces.output,
    }


def show_selected(binding: Binding, data: Dataset, turn: TurnResult) -> dict[str, NDArray[Any]]:
    """Returns the selected unit over the plane, and for every point."""
    values = np.asarray(turn.selected)
    pixels = values[binding.rows : binding.rows + BOUNDARY * BOUNDARY]
    return {
        "selected": np.array(pixels).reshape(BOUNDARY, BOUNDARY),
        "selected_values": np.array(values[: data.n]),
    }
