"""For who runs the server: metrics, status, and who may read them."""
