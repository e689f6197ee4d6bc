"""Planes through the space of all weights, the loss over them, and the paths of runs there."""
