"""Frames: views, metrics, and the log of a run."""
