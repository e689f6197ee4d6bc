"""Source for Keras: layers, training, and the whole."""
