"""The WSGI servers that run the application."""
