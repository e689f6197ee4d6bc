"""Functions: activations, losses, optimizers, schedules, initializers and features by name."""
