"""Origin check: which pages may open a stream."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def is_allowed(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """Whether a request with this Origin header may open a stream.

    Args:
        origin: the Origin header; None for clients that are no browsers.
        host: the Host header: pages of the server itself are allowed.
        allowed: further origins, such as `https://example.org`.
    """
    if origin is None:
        return True
    origin = origin.lower()
    if origin in allowed:
        return True
    try:
        page = urlsplit(origin)
        server = urlsplit(f"{page.scheme}://{host.lower()}")
        default = _PORTS.get(page.scheme)
        same_port = (page.port or default) == (server.port or default)
    except ValueError:
        return False
    return default is not None and page.hostname == server.hostname and same_port
