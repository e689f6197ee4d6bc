"""State: snapshots of a run, and the forms in which they are kept and carried."""
