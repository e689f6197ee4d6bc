"""Which addresses are those of this server."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_own(address: str, host: str) -> bool:
    """Whether an address leads to this server.

    Args:
        address: such as `https://example.org/?data=xor`.
        host: the Host header of the request.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()
