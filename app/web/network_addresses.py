"""The addresses of this machine on its networks, for links that other devices open."""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import socket
import struct
import sys

#: Networks of containers and virtual machines, which no other device reaches.
_INNER = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "podman", "cni", "lo")
#: Reserved for documentation: it is never sent to, and only asked which way it would go.
_ELSEWHERE = ("192.0.2.1", 9)
_GET_ADDRESS = {"linux": 0x8915, "darwin": 0xC0206921}
_NAME_BYTES = 15


def find_network_addresses() -> list[str]:
    """Returns the IPv4 addresses of this machine, the one of the default route first.

    Returns:
        Empty where there is no network. Neither loopback nor link-local addresses are in it.
    """
    found = [*_ask_route(), *_ask_interfaces()]
    return [address for address in dict.fromkeys(found) if _is_reachable(address)]


def is_loopback(host: str) -> bool:
    """Whether a host names this machine only to itself; so does `0.0.0.0` in a browser."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified


def listens_on_network(host: str) -> bool:
    """Whether a server that listens on a host is reached from other devices."""
    try:
        return ipaddress.ip_address(host).is_unspecified or not is_loopback(host)
    except ValueError:
        return not is_loopback(host)


def _is_reachable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def _ask_route() -> list[str]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(_ELSEWHERE)
        return [asked.getsockname()[0]]
    return []


def _ask_interfaces() -> list[str]:
    """Where there is no default route, as on a hotspot, the interfaces still have addresses."""
    request = _GET_ADDRESS.get(sys.platform)
    if request is None or importlib.util.find_spec("fcntl") is None:
        with contextlib.suppress(OSError):
            return socket.gethostbyname_ex(socket.gethostname())[2]
        return []
    # Not above: Windows has no such module.
    import fcntl  # noqa: PLC0415

    found = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            if name.startswith(_INNER):
                continue
            with contextlib.suppress(OSError):
                wanted = struct.pack("256s", name.encode()[:_NAME_BYTES])
                answer = fcntl.ioctl(asked.fileno(), request, wanted)
                found.append(socket.inet_ntoa(answer[20:24]))
    return found
