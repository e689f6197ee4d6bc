"""State: snapshots, checkpoints and link payloads."""
