"""Copies of a session's network that are trained in the background: trials and races."""
