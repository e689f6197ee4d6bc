"""Edits: from one snapshot to the next, keeping what was learned."""
