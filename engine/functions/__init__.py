"""Functions that come in kinds, one registry each: activations, losses, optimizers and others."""
