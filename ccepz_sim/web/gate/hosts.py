"""The addresses under which this server may be spoken to, and those that others in the network can type."""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?")
DEFAULT_PORTS = {"http": 80, "https": 443}
VIRTUAL = re.compile("docker|veth|br-|virbr|vmnet|vbox|vethernet|tun|tap|utun|wg|zt|tailscale|llw|awdl", re.IGNORECASE)
LOOK_AGAIN = 15.0  # seconds; a laptop that changes its network gets another address


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of an address, in one form."""

    scheme: str
    host: str
    port: int

    def text(self) -> str:
        """Return it as browsers write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}")


def read_origin(text: str) -> Origin | None:
    """Read `https://host:port`; None where it is anything else."""
    scheme, separator, rest = text.partition("://")
    return origin_of(scheme, rest) if separator and scheme in DEFAULT_PORTS else None


def origin_of(scheme: str, host: str) -> Origin | None:
    """Return the origin of a Host header under a scheme; None where the header is malformed."""
    found = HOST.fullmatch(host)
    if found is None:
        return None
    port = int(found[3]) if found[3] else DEFAULT_PORTS[scheme]
    if found[1]:
        try:
            return Origin(scheme, str(ipaddress.ip_address(found[1])), port)
        except ValueError:
            return None
    return Origin(scheme, found[2].lower(), port) if 0 < port <= 65535 else None


@dataclass(slots=True)
class Hosts:
    """What a server is called.

    Args:
        bound: the address it listens on.
        named: the host that was asked for, where that is a name.
        origins: further addresses under which a proxy or a name server gives it.
    """

    bound: str
    named: str = ""
    origins: tuple[Origin, ...] = ()
    _own: frozenset[str] = frozenset()
    _looked: float = field(default=-LOOK_AGAIN)

    def knows(self, host: str, reached: str) -> bool:
        """Whether a Host header names this server.

        A name that somebody else's name server points here is not among them, so that a foreign page cannot speak to
        this server under its own name.

        Args:
            host: the header.
            reached: the address of this computer that the connection came in at.
        """
        found = origin_of("http", host)
        if found is None:
            return False
        if found.host in LOOPBACK and (is_loopback(self.bound) or is_wildcard(self.bound)):
            return True
        if found.host in {self.bound, self.named.lower(), *(origin.host for origin in self.origins)} - {""}:
            return not is_wildcard(found.host)
        return is_wildcard(self.bound) and (found.host == reached or found.host in self._names())

    def welcomes(self, origin: str, host: str, scheme: str) -> bool:
        """Whether an Origin header is that of our own page; its host was looked at before."""
        found = read_origin(origin)
        return found is not None and (found == origin_of(scheme, host) or found in self.origins)

    def is_secure(self, host: str) -> bool:
        """Whether a Host header is that of an address that is given under https."""
        return origin_of("https", host) in self.origins

    def _names(self) -> frozenset[str]:
        now = time.monotonic()
        if now - self._looked > LOOK_AGAIN:
            self._looked = now
            name = socket.gethostname().lower()
            self._own = frozenset({name, f"{name}.local", *(address for _, address in _interfaces())})
        return self._own


def is_loopback(address: str) -> bool:
    """Whether only this computer reaches an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def is_wildcard(address: str) -> bool:
    """Whether an address stands for all of this computer."""
    try:
        return ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return False


def reachable(bound: str, interfaces: Iterable[tuple[str, str]] | None = None) -> Sequence[str]:
    """Return the addresses that others in the network can type, the likeliest first; none where there is no network.

    Args:
        bound: the address the server listens on.
        interfaces: names and addresses of the network interfaces; those of this computer where None.
    """
    if is_loopback(bound):
        return ()
    if not is_wildcard(bound):
        return (bound,)
    six = ":" in bound
    found: list[tuple[bool, int, bool, int, str]] = []
    for name, address in _interfaces() if interfaces is None else interfaces:
        parsed = ipaddress.ip_address(address)
        if parsed.is_loopback or parsed.is_link_local or (parsed.version == 6 and not six):
            continue
        found.append((bool(VIRTUAL.match(name)), parsed.version, not parsed.is_private, len(found), address))
    return [address for *_, address in sorted(found)]


def _interfaces() -> list[tuple[str, str]]:
    try:
        listed = psutil.net_if_addrs()
    except OSError:
        return []
    return [
        (name, item.address.partition("%")[0])
        for name, items in listed.items()
        for item in items
        if item.family in (socket.AF_INET, socket.AF_INET6)
    ]


def url(host: str, port: int, path: str = "") -> str:
    """Return the address to type into a browser."""
    return urlsplit(Origin("http", host, port).text() + path).geturl()
