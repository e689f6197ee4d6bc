"""Programs: what is compiled for training and for views, and how it is called."""
