"""The host of all sessions: its workers, places, who waits for one, saving and restoring."""
