"""Sweeps: a grid of networks that differ in one or two values, trained together."""
