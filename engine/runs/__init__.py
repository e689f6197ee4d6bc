"""Runs: one network in training, on points of the plane or on images, and trials on copies."""
