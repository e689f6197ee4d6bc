"""Who proposes trials of a search, and what for: methods, objectives, preferences."""
