"""Undo and the time line of a session: kept snapshots and what differs between them."""
