"""Which network addresses the server may call on behalf of its users.

Public addresses are open; private, loopback, link-local, multicast and other special ones are
closed unless the administrator lists them, so that nobody can make the server read what only
the server reaches.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Special ranges that `is_global` lets through on some Python versions.
CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",
        "64:ff9b:1::/48",  # local NAT64
        "2001::/23",
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, deprecated
    )
)
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
BRACKETED = re.compile(r"\[(?P<host>[0-9A-Fa-f:.]+)\](?::(?P<port>\d+))?")


@dataclass(frozen=True)
class Rule:
    """One entry of the administrator's list; `port` None is every port."""

    name: str = ""
    network: Network | None = None
    port: int | None = None


@dataclass(frozen=True)
class OutgoingRules:
    """The administrator's list. Empty: public addresses only."""

    rules: tuple[Rule, ...] = ()

    def allow(self, *, host: str, address: Address, port: int) -> bool:
        """Whether the server may connect to `address`, which the name `host` led to."""
        return is_public(address) or any(
            (rule.port is None or rule.port == port)
            and (
                rule.name == host.rstrip(".").lower()
                if rule.network is None
                else plain(address) in rule.network
            )
            for rule in self.rules
        )


def is_public(address: Address) -> bool:
    """Whether everybody on the internet reaches the same machine under this address."""
    address = plain(address)
    if any(not is_public(inner) for inner in carried(address)):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in CLOSED)
    )


def carried(address: Address) -> list[Address]:
    """The IPv4 addresses that a tunnel's IPv6 address leads to: 6to4, Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner: list[Address | None] = [address.sixtofour, *(address.teredo or ())]
    return [one for one in inner if one is not None]


def plain(address: Address) -> Address:
    """As IPv4 where IPv6 only wraps it: `::ffff:10.0.0.1`, `64:ff9b::10.0.0.1` (NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def read_rules(entries: Iterable[str]) -> OutgoingRules:
    """Rules from `host`, `address` or `network` entries, each with `:port` where wanted.

    Raises ValueError with the entry that is none of these.
    """
    return OutgoingRules(tuple(_read_rule(entry) for entry in entries))


def _read_rule(entry: str) -> Rule:
    try:
        return Rule(network=ipaddress.ip_network(entry, strict=False))
    except ValueError:
        pass
    bracketed = BRACKETED.fullmatch(entry)
    host, _, port = entry.rpartition(":") if ":" in entry else (entry, "", "")
    if bracketed:
        host, port = bracketed["host"], bracketed["port"] or ""
    if port and not (port.isdigit() and 1 <= int(port) <= 65535):
        raise ValueError(entry)
    number = int(port) if port else None
    try:
        return Rule(network=ipaddress.ip_network(host, strict=False), port=number)
    except ValueError:
        pass
    name = host.lower()
    if not NAME.fullmatch(name):
        raise ValueError(entry)
    return Rule(name=name.rstrip("."), port=number)
