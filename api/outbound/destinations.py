"""URLs that requests may go to, taken apart once.

The parts that are checked are the parts that are connected to: no second parser ever sees the URL, so none can read
another host in it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

LONGEST = 2_048
PORTS = frozenset({443, 8443})
DEFAULT_PORTS = {"https": 443, "http": 80}
Allowed = frozenset[tuple[str, int]]  # hosts and ports that need neither TLS nor a public address
NOWHERE: Allowed = frozenset()

LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label that browsers and `inet_aton` read as a part of an address
URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/[!$-;=?-Z_a-z~@]*)?(?:\?[!$-;=?-Z_a-z~@]*)?)",
    re.IGNORECASE,
)


class Unusable(Exception):
    """Nothing is sent to this URL; the text says why, and what to write instead."""


@dataclass(frozen=True)
class Destination:
    """Where a request goes. `host` is a name or an address without brackets, `target` path and query.

    `free`: the operator has allowed this host and port, whatever its address is.
    """

    scheme: str
    host: str
    port: int
    target: str
    free: bool = False

    @property
    def authority(self) -> str:
        """Host and port as in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def destination(url: str, allowed: Allowed = NOWHERE) -> Destination:
    """The parts of a URL in their one spelling.

    Raises:
        Unusable: another scheme or port, credentials, a fragment, white space, letters outside of ASCII, a host that
            is neither a plain name nor an address as it is usually written.
    """
    if len(url) > LONGEST:
        raise Unusable(f"a URL has at most {LONGEST:,} characters")
    found = URL.fullmatch(url)
    if found is None:
        raise Unusable(
            "write it as https://host/path: printable ASCII, no user name, no fragment, hosts in other scripts as xn--…"
        )
    scheme, host = found["scheme"].lower(), checked_host(found["host"].lower())
    port = int(found["port"]) if found["port"] else DEFAULT_PORTS[scheme]
    target = found["target"]
    made = Destination(scheme, host, port, target if target.startswith("/") else f"/{target}", (host, port) in allowed)
    if not made.free and scheme != "https":
        raise Unusable("only https is spoken")
    if not made.free and port not in PORTS:
        raise Unusable("the port is 443 or 8443")
    if not made.free and "." not in host and ":" not in host:
        raise Unusable("a host on the internet has a dot in its name")
    return made


def checked_host(host: str) -> str:
    """Raises Unusable for what some program or other would take for another host."""
    if host.startswith("["):
        try:
            return str(IPv6Address(host[1:-1]))
        except AddressValueError as error:
            raise Unusable("between the brackets stands no IPv6 address") from error
    if NAME.fullmatch(host) is None:
        raise Unusable("the host is not a name, such as hooks.example.com")
    if NUMBER.fullmatch(host.rsplit(".", 1)[-1]):
        try:
            return str(IPv4Address(host))
        except AddressValueError as error:
            raise Unusable("an IPv4 address is four numbers from 0 to 255 without leading zeros") from error
    return host


def allowed_hosts(entries: Iterable[str]) -> Allowed:
    """`host:port` for each.

    Raises:
        ValueError: an entry is something else.
    """
    found = set()
    for entry in entries:
        match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+):([0-9]{1,5})", entry.strip().lower())
        if match is None or not 0 < int(match[2]) < 65_536:  # noqa: PLR2004 - ports
            raise ValueError(f"{entry!r} is not host:port, as in localhost:9000")
        found.add((match[1].strip("[]"), int(match[2])))
    return frozenset(found)
