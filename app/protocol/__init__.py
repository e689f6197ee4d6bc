"""The stream's messages and frames, and the queue of what is to be sent."""
