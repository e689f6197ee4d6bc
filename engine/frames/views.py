"""Entries of all views."""

from __future__ import annotations

from typing import Any

from engine.frames.registry import VIEWS, ArrayType, View

VIEWS.register(
    View(
        "boundary", "plane", default=True, recorded=True,
        arrays=(
            ArrayType(
                "boundary", "U8", ("K", 100, 100),
                "the output over [-6,6]^2, row 0 is x2 = -6; K is 1 or the number of classes; "
                "0..255 spans `boundary_range`",
            ),
        ),
    ),
    View(
        "units", "plane", default=True, recorded=True,
        arrays=(
            ArrayType(
                "units", "U8", ("U", "T", "T"),
                "every hidden unit after its activation, layer by layer; 0..255 spans its pair in "
                "`units_range`",
            ),
        ),
    ),
    View(
        "weights", "plane", default=True, recorded=True,
        arrays=(
            ArrayType(
                "weights", "F32", ("P",),
                "for each layer and the output the kernel [in,out] row by row, then the bias",
            ),
        ),
    ),
    View(
        "history", "both", default=True, recorded=True,
        arrays=(
            ArrayType(
                "history", "F32", ("n", 5),
                "step, train loss, test loss, train metric, test metric since the last frame; the "
                "metric is accuracy, or RMSE",
            ),
        ),
    ),
    View(
        "points", "plane", default=True, recorded=True,
        arrays=(
            ArrayType(
                "points", "F32", ("n", 6),
                "x1, x2, label, 1 if test, prediction, loss; in the first frame, in the first one "
                "after the data changed, and in every one once `views` named `points`",
            ),
        ),
    ),
    View(
        "selected", "plane", cost="request", recorded=True, of_unit=True,
        arrays=(
            ArrayType(
                "selected", "F32", (100, 100),
                "the selected unit, not quantized; only while one is selected",
            ),
            ArrayType("selected_values", "F32", ("n",), "its activation for every point"),
        ),
    ),
    View(
        "gradient_flow", "plane", cost="occasional", recorded=True,
        arrays=(
            ArrayType(
                "gradient_flow", "F32", ("n", 4),
                "for each hidden layer and the output, of the next update: norm of the gradient, "
                "norm of the kernel's update over that of the kernel, share of dead units, share "
                "of activations where the function is flat (slope below 5 % of its largest)",
            ),
        ),
    ),
    View(
        "digit", "images", recorded=True,
        arrays=(
            ArrayType(
                "image", "U8", ("H", "W"), "the chosen image, or the drawing as it was prepared"
            ),
            ArrayType(
                "activations", "F32", ("U",), "activations of every hidden unit, layer by layer"
            ),
            ArrayType("probabilities", "F32", ("K",), "the output"),
        ),
    ),
    View(
        "saliency", "images", recorded=True,
        arrays=(
            ArrayType(
                "saliency", "F32", ("H", "W"),
                "gradient of the log-probability of the predicted class, for each pixel",
            ),
        ),
    ),
    View(
        "nearest", "images", cost="request",
        arrays=(
            ArrayType(
                "nearest", "F32", (9, 2), "row and distance of the nearest train images"
            ),
        ),
    ),
    View(
        "confusion", "images", recorded=True,
        arrays=(
            ArrayType(
                "confusion", "F32", ("K", "K"),
                "how many test images of a class (row) were predicted as which class (column)",
            ),
        ),
    ),
    View(
        "predictions", "images", changes=True,
        arrays=(
            ArrayType(
                "predictions", "U8", ("n",),
                "predicted class of every test image; only when it has changed",
            ),
        ),
    ),
    View(
        "input_weights", "images", recorded=True, of_unit=True,
        arrays=(
            ArrayType(
                "input_weights", "F32", ("H", "W"),
                "the selected unit's weights, if it is of the first layer",
            ),
        ),
    ),
    View(
        "exciting", "images", cost="occasional", of_unit=True,
        arrays=(
            ArrayType(
                "exciting", "F32", (9, 2),
                "row and activation of the test images that activate the selected unit most",
            ),
        ),
    ),
    View(
        "space", "images", cost="occasional",
        arrays=(
            ArrayType(
                "space", "F32", ("n", 3),
                "the first 2,000 test images in a layer's first three principal components",
            ),
        ),
    ),
)  # fmt: skip


def describe_views() -> dict[str, Any]:
    """Returns the description of all views for the page, as JSON values."""
    return {name: view.describe() for name, view in VIEWS.items()}
