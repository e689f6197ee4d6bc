"""The security headers of every response."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response

_POLICY = (
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    # Plotly writes styles into the page.
    "style-src 'self' 'unsafe-inline'",
    "script-src 'self'",
)
#: Devices that no page of ours asks for, nor whatever might be smuggled into one.
_UNUSED = (
    "camera", "display-capture", "geolocation", "hid", "microphone", "midi", "payment", "serial",
    "usb",
)  # fmt: skip
#: What has a meaning of its own, and so quotation marks.
_KEYWORDS = {"self", "none"}
#: A star alone means pages of networks, but a deck may be a file.
_ANYBODY = "* file:"


def add_security_headers(app: Flask, frame_ancestors: Sequence[str] = ("*",)) -> None:
    """Adds the headers to all responses.

    Args:
        app: the application.
        frame_ancestors: whose pages may show ours in a frame: `*`, `none`, or a list of `self`
            and origins.
    """
    listed = " ".join(f"'{one}'" if one in _KEYWORDS else one for one in frame_ancestors)
    listed = _ANYBODY if listed == "*" else listed
    fixed = {
        "Content-Security-Policy": "; ".join((*_POLICY, f"frame-ancestors {listed}")),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
        # Holds for whole tabs alone; in a frame browsers leave it aside.
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(fixed)
        return response
