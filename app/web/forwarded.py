"""Sub-path of a proxy: what `X-Forwarded-Prefix` says becomes SCRIPT_NAME.

A proxy that shows this server below `/livenet/` takes that part off before it asks. It says so in
the header, and addresses that the server writes then begin with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

#: Whole segments of letters that need no escape in an address, and no dots alone.
_PREFIX = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")


def choose_forwarded(header: str, trusted_proxies: int) -> str:
    """Returns what the outermost trusted proxy has said; empty if none is trusted.

    Args:
        header: values by commas; each proxy adds its own at the end, or passes on what there is.
        trusted_proxies: how many proxies stand before the server.
    """
    if not trusted_proxies:
        return ""
    return header.split(",")[-trusted_proxies:][0].strip()


def read_prefix(header: str, trusted_proxies: int) -> str:
    """Returns the sub-path without a slash at its end; empty if there is none, or no sound one.

    Args:
        header: `X-Forwarded-Prefix`.
        trusted_proxies: how many proxies stand before the server.
    """
    prefix = choose_forwarded(header, trusted_proxies).rstrip("/")
    return prefix if _PREFIX.fullmatch(prefix) else ""


class ForwardedPrefix:
    """WSGI middleware that sets SCRIPT_NAME, and the scheme that the visitor sees.

    Args:
        application: what is asked then.
        trusted_proxies: how many proxies stand before the server; their headers alone count.
    """

    def __init__(self, application: Application, trusted_proxies: int) -> None:
        self._application = application
        self._trusted_proxies = trusted_proxies

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers a request."""
        prefix = read_prefix(environ.get("HTTP_X_FORWARDED_PREFIX", ""), self._trusted_proxies)
        if prefix:
            environ["SCRIPT_NAME"] = prefix
        proto = choose_forwarded(
            environ.get("HTTP_X_FORWARDED_PROTO", ""), self._trusted_proxies
        ).lower()
        if proto in ("http", "https"):
            environ["wsgi.url_scheme"] = proto
        return self._application(environ, start_response)
