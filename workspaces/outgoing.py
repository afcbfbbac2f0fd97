"""The one HTTP client through which the server calls others: webhooks, sign-in providers.

A name is resolved once, the address is judged by the administrator's rules, and the connection
goes to that very address, so a name that changes its mind between the look and the call gains
nothing. Every redirect is judged the same way. Nothing of the server goes along: no cookies, no
proxy settings, no headers but the caller's. Answers are bounded in size and time.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from workspaces.domain.errors import Unavailable
from workspaces.domain.outgoing_rules import Address, OutgoingRules

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
LARGEST_ANSWER = 1 << 20
MOST_REDIRECTS = 3
MOST_ADDRESSES = 3  # of one name, tried in turn
REDIRECTS = {"GET": (301, 302, 303, 307, 308), "POST": (307, 308)}
SECRET_HEADERS = ("authorization", "cookie", "proxy-authorization", "webhook-signature")


class OutgoingError(Unavailable):
    """The call could not be made or brought no answer; the message says why."""

    code = "outgoing_failed"


class AddressRefused(OutgoingError):
    """The URL leads to an address that the server does not call."""

    code = "address_refused"


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = field(default="")  # the last one, after redirects

    def json(self) -> Any:
        """The body as JSON; OutgoingError when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise OutgoingError(f"{_shown(self.url)} did not answer with JSON.") from None


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = TOTAL_SECONDS,
    largest: int = LARGEST_ANSWER,
    rules: OutgoingRules | None = None,
) -> Answer:
    """One call, whatever its HTTP status; `seconds` bounds it with all its redirects.

    GET follows redirects, POST only those that keep body and method (307, 308).
    Raises AddressRefused before anything is sent, OutgoingError when no whole answer came.
    """
    rules = settings.FOREBAY_OUTGOING_ALLOW if rules is None else rules
    deadline = time.monotonic() + seconds
    sent = dict(headers or {})
    for _ in range(MOST_REDIRECTS + 1):
        target = read_url(url)
        answer = _call(target, method, body, sent, deadline, largest, rules)
        location = answer.headers.get("location", "")
        if answer.status not in REDIRECTS.get(method, ()) or not location:
            return answer
        url = urljoin(url, location)
        onward = read_url(url)
        if target.scheme == "https" and onward.scheme == "http":
            raise OutgoingError(f"{_shown(target.url)} sends on from https to http.")
        if (target.scheme, target.host, target.port) != (onward.scheme, onward.host, onward.port):
            sent = {k: v for k, v in sent.items() if k.lower() not in SECRET_HEADERS}
    raise OutgoingError(f"{_shown(url)} was sent on more than {MOST_REDIRECTS} times.")


def read_url(url: str) -> Url:
    """The parts of an http(s) URL; OutgoingError (code `bad_url`) when it is not one."""
    try:
        parts = parse_url(url.strip())
    except (LocationParseError, UnicodeError, ValueError):
        parts = Url()
    if parts.scheme not in ("http", "https") or not parts.host:
        raise OutgoingError("A URL looks like https://host.example/path.", code="bad_url")
    if parts.auth:
        raise OutgoingError("A URL with a user name or password is not used.", code="bad_url")
    return parts


def check_url(url: str, *, rules: OutgoingRules | None = None) -> None:
    """Raises what `fetch` would raise before it sends anything to this URL."""
    _addresses(read_url(url), settings.FOREBAY_OUTGOING_ALLOW if rules is None else rules)


def _call(
    target: Url,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    largest: int,
    rules: OutgoingRules,
) -> Answer:
    failure = ""
    for address in _addresses(target, rules):
        connection = _connection(target, address, deadline)
        try:
            try:
                connection.connect()
            except (HTTPError, OSError) as error:
                failure = _why(error)
                continue
            return _exchange(connection, target, method, body, headers, deadline, largest)
        finally:
            connection.close()
    raise OutgoingError(f"{_shown(target.url)} can't be reached: {failure}.")


def _addresses(target: Url, rules: OutgoingRules) -> list[Address]:
    """The addresses of the URL's host that may be called, at least one."""
    host = (target.host or "").strip("[]")
    port = _port(target)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutgoingError(f"The host {host!r} is not known.", code="unknown_host") from None
    addresses = list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))
    allowed = [a for a in addresses if rules.allow(host=host, address=a, port=port)]
    if not allowed:
        raise AddressRefused(
            f"{host}:{port} is not on the public internet, and the studio calls no other address "
            "unless its administrator lists it in FOREBAY_OUTGOING_ALLOW."
        )
    return allowed[:MOST_ADDRESSES]


def _connection(target: Url, address: Address, deadline: float) -> HTTPConnection:
    left = deadline - time.monotonic()
    if left <= 0:
        raise OutgoingError(f"{_shown(target.url)} took too long.", code="timeout")
    host, port = str(address), _port(target)
    timeout = min(CONNECT_SECONDS, left)
    if target.scheme == "http":
        return HTTPConnection(host, port, timeout=timeout)
    name = (target.host or "").strip("[]")
    return HTTPSConnection(
        host,
        port,
        timeout=timeout,
        server_hostname=name,  # what the certificate has to be for
        ssl_context=ssl.create_default_context(),
        cert_reqs=ssl.CERT_REQUIRED,
    )


def _exchange(
    connection: HTTPConnection,
    target: Url,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    largest: int,
) -> Answer:
    defaults = {
        "Host": target.netloc or "",
        "User-Agent": "Forebay",
        "Accept-Encoding": "identity",  # so that a small body can't become a large one
    }
    with _ended_at(connection, deadline) as ended:
        try:
            connection.request(
                method,
                target.request_uri,
                body=body,
                headers={**defaults, **headers},
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            content = _read(response, largest, target)
        except (HTTPError, OSError) as error:
            if ended.is_set():
                raise OutgoingError(
                    f"{_shown(target.url)} took too long.", code="timeout"
                ) from None
            raise OutgoingError(f"{_shown(target.url)} gave no answer: {_why(error)}.") from None
    named = {name.lower(): value for name, value in response.headers.items()}
    if ended.is_set():
        raise OutgoingError(f"{_shown(target.url)} took too long.", code="timeout")
    return Answer(response.status, named, content, target.url)


def _read(response: BaseHTTPResponse, largest: int, target: Url) -> bytes:
    content = bytearray()
    while block := response.read(min(65536, largest + 1 - len(content))):
        content += block
        if len(content) > largest:
            raise OutgoingError(f"{_shown(target.url)} answered with more than {largest} bytes.")
    return bytes(content)


@contextmanager
def _ended_at(connection: HTTPConnection, deadline: float) -> Iterator[threading.Event]:
    """Ends the connection at the deadline: a socket's timeout starts anew with every byte."""
    sock, ended = connection.sock, threading.Event()
    assert sock is not None

    def end() -> None:
        ended.set()
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    left = max(0.0, deadline - time.monotonic())
    sock.settimeout(left + 1.0)
    timer = threading.Timer(left, end)
    timer.daemon = True
    timer.start()
    try:
        yield ended
    finally:
        timer.cancel()


def _port(target: Url) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _shown(url: str) -> str:
    """Scheme and host: paths and queries of webhooks are often secrets."""
    parts = parse_url(url)
    return f"{parts.scheme}://{parts.netloc}"


def _why(error: BaseException) -> str:
    """A few plain words for what went wrong on the wire."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted ({inner.verify_message})"
        if isinstance(inner, ssl.SSLError):
            return "it does not speak TLS as expected"
        if isinstance(inner, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(inner, ConnectionError):
            return "the connection was closed"
        inner = inner.__cause__ or inner.__context__
    if isinstance(error, (TimeoutError, urllib3.exceptions.TimeoutError)):
        return "no answer in time"
    return (str(error).rpartition(": ")[2] or type(error).__name__).rstrip(".")
