"""The network: layout of its parameters, capacities, forward pass, dropout, normalization."""

from engine.network.capacity import Capacity
from engine.network.dropout import draw_dropout
from engine.network.forward import Drop, run_layers, run_padded
from engine.network.layout import Kind, Layout, Parts, initial_number
from engine.network.normalization import (
    Moments,
    Normalize,
    by_batch,
    by_moving_averages,
    move_averages,
)

__all__ = [
    "Capacity",
    "Drop",
    "Kind",
    "Layout",
    "Moments",
    "Normalize",
    "Parts",
    "by_batch",
    "by_moving_averages",
    "draw_dropout",
    "initial_number",
    "move_averages",
    "run_layers",
    "run_padded",
]
