"""Runs on points of the plane, and the views that look into them."""
