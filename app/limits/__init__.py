"""Limits for clients: memory, storage, threads, messages a second."""
