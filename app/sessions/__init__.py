"""Sessions: a network in training and the client that watches it."""
