"""Base: registries, errors, array types, devices, counters, pausable work, and caches."""
