"""Host check: which addresses are those of this server."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from flask import Flask, abort, request

#: Asked for by machines, under whatever name they have.
_FOR_ANY_HOST = ("/healthz", "/readyz", "/metrics", "/status")


def is_own(address: str, host: str, root: str = "") -> bool:
    """Whether an address leads to this server.

    Args:
        address: such as `https://example.org/?data=xor`.
        host: the Host header of the request.
        root: the sub-path that the server is shown under; what lies beside it is somebody else's.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != host.lower():
        return False
    return not root or f"{parts.path}/".startswith(f"{root}/")


def is_named(host: str, hosts: Collection[str]) -> bool:
    """Whether a Host header is one of the names of this server.

    Args:
        host: the header.
        hosts: names in small letters; one without a port stands for any port. None at all
            stand for any name.
    """
    host = host.lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return not hosts or host in hosts or name in hosts


def add_host_check(app: Flask, hosts: Collection[str]) -> None:
    """Refuses requests for a name that is not one of this server (421).

    Pages, links and answers say the Host that they were asked under.
    """

    @app.before_request
    def refuse_strange_hosts() -> None:
        if request.path not in _FOR_ANY_HOST and not is_named(request.host, hosts):
            abort(421, "this server has another name")
