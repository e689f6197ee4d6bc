"""The stream over WebSockets and over plain HTTP."""
