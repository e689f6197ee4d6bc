"""The security headers of every response."""

from __future__ import annotations

from flask import Flask, Response, g

_POLICY = (
    "default-src 'self'",
    # Plotly writes styles into the page.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    # Slides and lessons elsewhere embed the page.
    "frame-ancestors *",
)


def add_security_headers(app: Flask) -> None:
    """Adds the headers to all responses; a page's inline import map is allowed by nonce."""

    @app.after_request
    def add(response: Response) -> Response:
        nonce = g.get("csp_nonce")
        script = f"script-src 'self' 'nonce-{nonce}'" if nonce else "script-src 'self'"
        response.headers["Content-Security-Policy"] = "; ".join((*_POLICY, script))
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response
