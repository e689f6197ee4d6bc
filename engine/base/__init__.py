"""Base: registries, errors, array types, devices, counters, slices, caches."""
