"""Runs on images: a network in training, what is measured of it and shown."""
