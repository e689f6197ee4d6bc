"""Programs: compiled functions for training and views, and their calls."""
