"""Source for JAX: layers, training, and the whole."""
