"""Network addresses of this server for QR codes, answered only to its own machine."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from app.web.network_addresses import find_network_addresses, is_loopback, listens_on_network

#: Headers that a proxy adds: behind one, a client at a loopback address may be anybody.
_FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


class NetworkHosts:
    """Lists the `address:port` under which other devices reach this server.

    Args:
        listened: the setting `HOST`.
        is_allowed: whether the server answers requests under a host.
        find: returns the machine's addresses.
    """

    def __init__(
        self,
        listened: str,
        is_allowed: Callable[[str], bool] = lambda host: True,
        find: Callable[[], list[str]] = find_network_addresses,
    ) -> None:
        self.listens = listens_on_network(listened)
        self._is_allowed = is_allowed
        self._find = find

    def list_hosts(self) -> list[str]:
        """Returns them; empty unless the present request comes from this machine."""
        if not self.listens or not is_at_the_machine():
            return []
        port = request.environ["SERVER_PORT"]
        hosts = [f"{address}:{port}" for address in self._find()]
        return [host for host in hosts if self._is_allowed(host)]


def is_at_the_machine() -> bool:
    """Whether the present request comes from a browser on this machine, and through no proxy.

    Visitors of a public server may not learn its inner addresses.
    """
    if any(name in request.headers for name in _FORWARDING):
        return False
    host = urlsplit(f"//{request.host}").hostname or ""
    return is_loopback(host) and is_loopback(request.remote_addr or "")


def make_addresses_blueprint(hosts: NetworkHosts) -> Blueprint:
    """Returns the blueprint of `/api/addresses`."""
    blueprint = Blueprint("addresses", __name__)

    @blueprint.get("/api/addresses")
    def list_addresses() -> Response:
        found = [f"http://{host}" for host in hosts.list_hosts()]
        # Whether it listens is told to its own machine only, too.
        listens = hosts.listens if is_at_the_machine() else None
        response = jsonify({"addresses": found, "listens": listens})
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint
