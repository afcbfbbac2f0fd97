"""Typed readers of the environment: a wrong value is a sentence that names the variable."""

from __future__ import annotations

import os
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from workspaces.domain.outgoing_rules import OutgoingRules, read_rules


class SettingError(SystemExit):
    """A variable of the environment can't be used; printed without a traceback."""


def read_path(name: str, default: Path) -> Path:
    """A folder, made absolute; `~` is the home folder."""
    return Path(os.environ.get(name) or default).expanduser().absolute()


def read_port(name: str, default: int) -> int:
    """A TCP port, 1-65535."""
    raw = os.environ.get(name) or str(default)
    if not raw.isdigit() or not 1 <= int(raw) <= 65535:
        raise SettingError(f"{name} must be a port from 1 to 65535, not {raw!r}.")
    return int(raw)


def read_text(name: str, default: str) -> str:
    """A text; an empty variable counts as not set."""
    return os.environ.get(name) or default


def read_choice(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first when not set."""
    word = read_text(name, choices[0]).lower()
    if word not in choices:
        raise SettingError(f"{name} must be {' or '.join(choices)}, not {word!r}.")
    return word


def read_secret(name: str) -> str:
    """A secret from the variable, or from the file that `<name>_FILE` names; empty: none."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, "")
    try:
        return Path(path).expanduser().read_text().strip()
    except OSError as error:
        raise SettingError(f"{name}_FILE={path} can't be read: {error.strerror}.") from None


def read_sender(name: str, *, needed: bool) -> str:
    """Who mail comes from: an address, or a name with one as in Forebay <forebay@host.example>."""
    sender = read_text(name, "")
    if needed and "@" not in parseaddr(sender)[1]:
        raise SettingError(
            f"With FOREBAY_SMTP_HOST, {name} must be an address that may send mail there, "
            f"such as Forebay <forebay@host.example>, not {sender!r}."
        )
    return sender


def read_int(name: str, default: int, *, least: int) -> int:
    """A whole number not below `least`."""
    raw = os.environ.get(name) or str(default)
    try:
        number = int(raw)
    except ValueError:
        number = least - 1
    if number < least:
        raise SettingError(f"{name} must be a whole number from {least} up, not {raw!r}.")
    return number


def read_list(name: str) -> list[str]:
    """Names separated by commas; none when not set."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def read_networks(name: str) -> list[IPv4Network | IPv6Network]:
    """IP addresses and networks (10.0.0.0/8) separated by commas; none when not set."""
    networks = []
    for part in read_list(name):
        try:
            networks.append(ip_network(part, strict=False))
        except ValueError:
            raise SettingError(
                f"{name} must list IP addresses or networks, as 127.0.0.1,10.0.0.0/8, not {part!r}."
            ) from None
    return networks


def read_outgoing(name: str) -> OutgoingRules:
    """Hosts, addresses and networks that the server may call besides public addresses."""
    try:
        return read_rules(read_list(name))
    except ValueError as error:
        raise SettingError(
            f"{name} lists host names, addresses and networks such as hooks.example, "
            f"10.1.2.3:8080 or 10.0.0.0/8, not {str(error)!r}."
        ) from None


def read_url(name: str, default: str) -> str:
    """The address under which browsers reach the studio: scheme and host, no path."""
    raw = (os.environ.get(name) or default).rstrip("/")
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise SettingError(f"{name} must look like http://studio.example:8000, not {raw!r}.")
    return raw


def address_for_people(host: str) -> str:
    """What to write into a URL for a server that listens on `host`."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
