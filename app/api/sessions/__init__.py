"""`/api/sessions/TOKEN/...`: what a client asks of one session besides its stream."""
