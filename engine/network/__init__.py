"""The network: layout of its parameters, capacities, forward pass and dropout."""

from engine.network.capacity import Capacity
from engine.network.dropout import draw_dropout
from engine.network.forward import Drop, run_layers, run_padded
from engine.network.layout import Layout, Parts

__all__ = ["Capacity", "Drop", "Layout", "Parts", "draw_dropout", "run_layers", "run_padded"]
