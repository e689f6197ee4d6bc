"""Front of a cluster: keeps nothing, and sends every client to the server of its session."""
