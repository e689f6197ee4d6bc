"""Source for PyTorch: layers, training, and the whole."""
