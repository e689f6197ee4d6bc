"""Programs for images: all exact, since a general program would be too large."""
