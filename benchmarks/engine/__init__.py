"""Benchmarks of the engine alone: steps, frames, many networks at once, accuracies."""
