"""Benchmarks of a live server: frames, edits, load, fairness, memory, clusters."""
