"""Data of an exported source: how it is made or loaded, and what is measured on it."""
