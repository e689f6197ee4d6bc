"""Benchmarks on the real MNIST: what `make bench-mnist` runs."""
