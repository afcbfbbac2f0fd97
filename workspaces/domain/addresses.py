"""Where a request comes from, when proxies stand between."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The address of the client: the socket's peer, or what a trusted proxy says of it.

    `forwarded_for` is the header X-Forwarded-For. It counts only when the peer itself is a
    trusted proxy; then the last address in it that is no trusted proxy is the client, as each
    proxy adds its own peer at the end and anything before that may be invented.
    """
    here = _parse(peer)
    if here is None or not _is_one_of(here, trusted):
        return str(here) if here is not None else ""
    client = here
    for part in reversed(forwarded_for.split(",")):
        told = _parse(part)
        if told is None:
            break
        client = told
        if not _is_one_of(told, trusted):
            break
    return str(client)


def _parse(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:4711
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:4711
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:192.0.2.1, a dual-stack socket's way
    return mapped or address


def _is_one_of(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == n.version and address in n for n in networks)
