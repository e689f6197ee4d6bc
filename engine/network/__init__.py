"""The network: layout of its parameters, capacities, forward pass, dropout, normalization."""

from engine.functions.blocks import Axis, Block, UnitParameter
from engine.network.capacity import Capacity
from engine.network.dropout import draw_dropout
from engine.network.forward import Drop, run_layers
from engine.network.layout import Layout, ParameterArrays, initial_value
from engine.network.normalization import (
    BatchStatistics,
    Normalize,
    by_batch,
    by_moving_averages,
    move_averages,
)
from engine.network.padded import run_padded, run_padded_batch
from engine.network.padded_layers import PaddedNetwork
from engine.network.padded_products import Form
from engine.network.parameters import (
    FlatParameters,
    Parameters,
    SplitParameters,
    StackedParameters,
)

__all__ = [
    "Axis",
    "BatchStatistics",
    "Block",
    "Capacity",
    "Drop",
    "FlatParameters",
    "Form",
    "Layout",
    "Normalize",
    "PaddedNetwork",
    "ParameterArrays",
    "Parameters",
    "SplitParameters",
    "StackedParameters",
    "UnitParameter",
    "by_batch",
    "by_moving_averages",
    "draw_dropout",
    "initial_value",
    "move_averages",
    "run_layers",
    "run_padded",
    "run_padded_batch",
]
