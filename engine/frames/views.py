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
                "for each layer and the output the kernel [in,out] row by row, then the bias; of a "
                "maxout layer `out` counts all first pieces of its units, then all second",
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
                "x1, x2, label, 1 if test (2 if validation), prediction, loss; in the first frame, "
                "in the first one after the data changed, and in every one once `views` named "
                "`points`; for a table x1 and x2 are coordinates of its plane, and the label of a "
                "number is standardized",
            ),
        ),
    ),
    View(
        "columns", "plane", recorded=True,
        arrays=(
            ArrayType(
                "columns", "F32", ("n", 5),
                "of a table alone, for each column: mean and standard deviation of the train rows, "
                "then v0, v1 and v2 of its standardized value v0 + v1 x1 + v2 x2 on the plane; in "
                "the last row the target's mean and deviation (0 and 1 for classes), 0, and the "
                "share of the inputs' variance along each axis",
                of="tables",
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
        "gradient_flow", "both", cost="occasional", recorded=True,
        arrays=(
            ArrayType(
                "gradient_flow", "F32", ("n", 4),
                "for each hidden layer and the output, of the next update: norm of the gradient, "
                "norm of the kernel's update over that of the kernel, share of dead units, share "
                "of activations where the function is flat (slope below 5 % of its largest)",
            ),
            ArrayType(
                "activation_histograms", "F32", ("n", 27),
                "for each hidden layer and the first 256 train points or images: lowest and "
                "highest activation, share of saturated units (flat for all of them, and not "
                "dead), then "
                "the shares of 24 bins between lowest and highest",
            ),
            ArrayType(
                "gradient_histograms", "F32", ("n", 25),
                "for each hidden layer and the output: share of the kernel's gradients that are 0, "
                "then of those in 24 bins of half a power of ten, from 1e-10 to 100",
            ),
        ),
    ),
    View(
        "one_step", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "step_summary", "F32", (14,),
                "of the next update: the train row that is the batch (-1: the next batch), rows of "
                "the batch, mean loss, penalty, learning rate, the schedule's factor in it, "
                "updates since the moments were 0, this one included, norm of the gradient, "
                "factor of clipping, both factors that correct the moments, largest difference to "
                "the update that a program makes (-1: none was made), index of the checked "
                "parameter (-1: none), its gradient by finite difference",
            ),
            ArrayType(
                "step_examples", "F32", ("n", "n"),
                "for each row of the batch, at most 32: train row, x1, x2, label, loss, targets",
            ),
            ArrayType(
                "step_values", "F32", (8, "n", "n"),
                "for each such row and each feature, hidden unit and output: weighted sum, "
                "pre-activation, activation, activation after dropout, slope of the activation, "
                "and the gradients of the row's loss for what the next layer gets, for the "
                "pre-activation, and for the weighted sum; of a maxout layer for all first "
                "pieces, then all second, with what a unit has one of beside the first",
            ),
            ArrayType(
                "step_units", "F32", ("n", 2),
                "mean and variance of the batch for each hidden unit, or piece of one, before "
                "its normalization",
            ),
            ArrayType(
                "step_parameters", "F32", ("n", 10),
                "for each parameter: value, gradient of the mean loss, of the penalty, both "
                "clipped, first moment before and after, second moment before and after, what the "
                "learning rate is multiplied by, new value",
            ),
        ),
    ),
    View(
        "sharpness", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "sharpness", "F32", ("n", 3),
                "of some updates since it was first asked for: step, largest eigenvalue of the "
                "Hessian of train loss and penalty, and the largest one at which the optimizer "
                "settles (NaN where each weight has a rate of its own)",
            ),
        ),
    ),
    View(
        "landscape", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "landscape", "F32", ("n", "n"),
                "mean train loss over a plane in the space of all weights, without the penalty; "
                "row 0 is at the low end of the second axis",
            ),
            ArrayType(
                "landscape_path", "F32", ("n", 4),
                "step, place along both axes and train loss of kept updates of the run, the "
                "present last",
            ),
            ArrayType(
                "landscape_facts", "F32", (15,),
                "kind of the plane (0 through the run, 1 random directions, 2 two weights), step "
                "that it was chosen at, share of the path's squared distances from the present "
                "that lie in it, root mean square distance of the path from it, distance of the "
                "present from the path's beginning, both ends of the first and of the second "
                "axis, and layer, source (-1 for the bias) and unit of both weights",
            ),
        ),
    ),
    View(
        "ablation", "both", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "ablated_boundary", "U8", ("K", 100, 100),
                "of points: the output over [-6,6]^2 without the units and links that are switched "
                "off, as `boundary`",
                of="plane",
            ),
            ArrayType("ablated_range", "F32", (2,), "what 0..255 spans there", of="plane"),
            ArrayType(
                "ablated_probabilities", "F32", ("K",),
                "of images: the output for the chosen image without them",
                of="images",
            ),
            ArrayType(
                "ablation", "F32", (2, 4),
                "train loss, test loss, train metric, test metric (accuracy, or RMSE) of the "
                "network as it is, then without them",
            ),
            ArrayType(
                "ablation_off", "F32", ("n", 3),
                "what is switched off: layer, feature or unit that a link comes from (-1 for the "
                "bias), unit it goes to; of a unit its hidden layer, its number, and -1",
            ),
        ),
    ),
    View(
        "layer_spaces", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "layer_spaces", "F32", ("n", 3),
                "of the inputs, each hidden layer and the logits, one after the other: where a "
                "mesh of 41 x 41 places over [-6,6]^2 and the first 256 train points are mapped; "
                "axes are units where there are one or two, principal components otherwise",
            ),
            ArrayType(
                "layer_spaces_variance", "F32", ("n", 3),
                "of each of those spaces the share of the points' variance along each axis",
            ),
            ArrayType(
                "layer_spaces_output", "F32", ("K", 4),
                "each logit over the axes of the last space before it: three slopes, a constant",
            ),
        ),
    ),
    View(
        "classification", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "confusion_matrix", "F32", (3, "n", "n"),
                "for the train, test and validation points how many of a class (row) were "
                "predicted as which class (column); none of these arrays for regression",
            ),
            ArrayType(
                "class_scores", "F32", (3, "n", 4),
                "of those points precision, recall, F1 and number for each class, then the means "
                "over the classes, and all points",
            ),
            ArrayType(
                "roc_curves", "F32", ("n", 4),
                "part, class, and rates of false and of true positives for a falling threshold, "
                "curve by curve, at most 200 rows each; of two classes that of class 1 alone",
            ),
            ArrayType(
                "roc_auc", "F32", (3, "n"),
                "area under each of those curves; NaN where a part has no points of a class, or no "
                "others",
            ),
        ),
    ),
    View(
        "validation_history", "both", recorded=True,
        arrays=(
            ArrayType(
                "validation_history", "F32", ("n", 3),
                "step, validation loss and validation metric since the last frame; no row where "
                "there are no validation points",
            ),
        ),
    ),
    View(
        "race", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "race_curves", "F32", ("n", "n", 5),
                "for each network of the race, after each round: epoch, train loss, test loss, "
                "train metric, test metric; NaN once it has diverged",
            ),
            ArrayType(
                "race_boundaries", "U8", ("n", 50, 50),
                "the K outputs of each of them as in `boundary`, every second row and column; "
                "0..255 spans its pair of `race_ranges`",
            ),
            ArrayType("race_ranges", "F32", ("n", 2), "lowest and highest output of each"),
            ArrayType(
                "race_ensemble", "F32", (3,),
                "how many of them have not diverged, and train and test metric of the mean of "
                "their outputs",
            ),
            ArrayType(
                "race_surface", "F32", ("n", "n"),
                "train loss over the plane through the start that the paths of all come nearest "
                "to, row 0 at the low end of the second axis; there where all have the same "
                "layers, loss and initial weights",
            ),
            ArrayType(
                "race_paths", "F32", ("n", "n", 2),
                "for each network, after each round: its place along both axes of that plane; NaN "
                "once it has diverged",
            ),
            ArrayType(
                "race_plane", "F32", (5,),
                "where both axes begin and end, and how much of the squared distances from the "
                "start lies in the plane, where all paths count alike",
            ),
        ),
    ),
    View(
        "sweep", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "sweep_cells", "F32", ("n", "n", 6),
                "for each row and column of cells the median over the seeds that have not diverged "
                "of train loss, test loss, train metric, test metric; the share of the seeds that "
                "have diverged, and the share that succeed (test accuracy, or R^2, of 0.95 or "
                "more); NaN where there is no cell, or nothing to measure",
            ),
            ArrayType(
                "sweep_boundaries", "U8", ("n", "K", 24, 24),
                "the outputs of each cell's first seed as in `boundary`, row by row of the cells; "
                "0..255 spans its pair of `sweep_ranges`",
            ),
            ArrayType(
                "sweep_ranges", "F32", ("n", 2),
                "lowest and highest output of each; NaN where there is no picture",
            ),
            ArrayType(
                "sweep_mean", "F32", (2, "K", 24, 24),
                "of a sweep with one axis: mean and standard deviation of the outputs over the "
                "cells that have not diverged",
            ),
        ),
    ),
    View(
        "sweep_sharpness", "plane", cost="occasional", recorded=True, changes=True,
        arrays=(
            ArrayType(
                "sweep_sharpness", "F32", ("n", "n", 2),
                "for each row and column of cells the sharpness of its first network when it was "
                "measured last, one after the other, and what it may be at most; NaN: none yet, "
                "diverged, or no such limit",
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
