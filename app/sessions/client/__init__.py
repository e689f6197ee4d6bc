"""Side of a session that its client sees: what it asked for, and what it is told and shown."""
