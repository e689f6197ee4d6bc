"""Functions, one registry each: activations, losses, optimizers and others."""
