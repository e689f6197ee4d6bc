"""Client identification by address, behind any number of trusted proxies."""

from __future__ import annotations

import ipaddress
import re

from flask import current_app, request

#: One household or one machine has a network of this length, and all addresses in it.
_IPV6_PREFIX = 64
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](:\d+)?|(?P<four>[\d.]+):\d+")


def name_client(peer: str, forwarded: str = "", trusted_proxies: int = 0) -> str:
    """Returns the name that limits are counted by: an IPv4 address, or an IPv6 network (/64).

    Args:
        peer: the address at the other end of the connection.
        forwarded: the X-Forwarded-For header; each proxy adds at its end who asked it.
        trusted_proxies: how many proxies stand before the server. Only what they have added is
            believed: the header is counted from the right.
    """
    if trusted_proxies:
        listed = [part.strip() for part in forwarded.split(",")][-trusted_proxies:]
        name = _name(listed[0]) if listed else None
        if name is not None:
            return name
    return _name(peer) or peer


def find_client() -> str:
    """Returns the name under which the limits of this request's client are counted."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    trusted: int = current_app.config["TRUSTED_PROXIES"]
    return name_client(request.remote_addr or "", forwarded, trusted)


def _name(text: str) -> str | None:
    """Returns the name of an address as a header says it; None if it is no address."""
    found = _WITH_PORT.fullmatch(text)
    if found:
        text = found["six"] or found["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped
    return str(address)
