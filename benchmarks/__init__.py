"""Benchmarks: what `make bench` runs. Each measures ratios in one run on one machine."""
