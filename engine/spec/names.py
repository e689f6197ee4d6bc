"""The names of the contract, in the order in which a page lists them.

Each `Literal` is what the spec accepts; a test holds every list equal to the
registry that implements it.
"""

from __future__ import annotations

from typing import Literal, get_args

Task = Literal["binary", "multiclass", "regression"]

BinaryDataset = Literal["circle", "xor", "gauss", "spiral", "moons", "checkerboard", "rings"]
MulticlassDataset = Literal["blobs", "arms"]
RegressionDataset = Literal["plane", "bumps", "ridge"]
ImageDataset = Literal["mnist", "fashion_mnist", "digits"]
DatasetName = Literal[BinaryDataset, MulticlassDataset, RegressionDataset, "points", ImageDataset]

FeatureName = Literal[
    "x1", "x2", "x1_squared", "x2_squared", "x1_x2",
    "sin_x1", "sin_x2", "cos_x1", "cos_x2", "radius",
]  # fmt: skip

ActivationName = Literal[
    "linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu",
    "selu", "gelu", "silu", "mish", "softplus", "sin", "step",
]  # fmt: skip

InitializerName = Literal[
    "zeros", "constant", "random_normal", "random_uniform", "glorot_normal",
    "glorot_uniform", "he_normal", "he_uniform", "lecun_normal",
]  # fmt: skip

LossName = Literal[
    "mean_squared_error", "mean_absolute_error", "huber",
    "binary_crossentropy", "categorical_crossentropy", "hinge",
]  # fmt: skip

OptimizerName = Literal[
    "sgd", "momentum", "nesterov", "adagrad", "adadelta",
    "rmsprop", "adam", "adamw", "nadam", "lion",
]  # fmt: skip

ScheduleName = Literal["constant", "step", "exponential", "cosine"]

BINARY_DATASETS: tuple[str, ...] = get_args(BinaryDataset)
MULTICLASS_DATASETS: tuple[str, ...] = get_args(MulticlassDataset)
REGRESSION_DATASETS: tuple[str, ...] = get_args(RegressionDataset)
IMAGE_DATASETS: tuple[str, ...] = get_args(ImageDataset)
FEATURES: tuple[str, ...] = get_args(FeatureName)
ACTIVATIONS: tuple[str, ...] = get_args(ActivationName)
INITIALIZERS: tuple[str, ...] = get_args(InitializerName)
LOSSES: tuple[str, ...] = get_args(LossName)
OPTIMIZERS: tuple[str, ...] = get_args(OptimizerName)
SCHEDULES: tuple[str, ...] = get_args(ScheduleName)

#: Pixels along a side of the images of each set; all have ten classes.
IMAGE_SIDES: dict[str, int] = {"mnist": 28, "fashion_mnist": 28, "digits": 8}

#: Losses that fit each task; the first one is its default.
TASK_LOSSES: dict[str, tuple[str, ...]] = {
    "binary": (
        "binary_crossentropy",
        "mean_squared_error",
        "mean_absolute_error",
        "huber",
        "hinge",
    ),
    "multiclass": ("categorical_crossentropy", "mean_squared_error"),
    "regression": ("mean_squared_error", "mean_absolute_error", "huber"),
}
