"""Messages and frames of the stream, and the outbox."""
