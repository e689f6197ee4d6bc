"""File formats that are read and written, and the content-addressed store."""
