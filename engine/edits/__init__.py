"""Edits: from one snapshot to the next by what a person changes, keeping what was learned."""
