"""Data: points of the plane, image sets, splits and shuffles."""
