"""Frames: what a frame can hold, metrics, and the log of a run."""
