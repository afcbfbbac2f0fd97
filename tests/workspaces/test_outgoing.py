"""The outgoing client reaches what it may, and nothing else, whatever a URL tries."""

from __future__ import annotations

import ipaddress
import os
import select
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.support.http_server import Call, Listener, listening, reply
from workspaces.domain.outgoing_rules import is_public, read_rules
from workspaces.outgoing import AddressRefused, OutgoingError, check_url, fetch

LOOPBACK = read_rules(["127.0.0.1"])
NOBODY = read_rules([])


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "127.255.0.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fc00::1", "fd12::1",
        "ff02::1", "fec0::1", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "2002:7f00:1::1", "2002:a00:1::", "2001:0:7f00:1::", "3fff::1",
        "::127.0.0.1", "100::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(text: str):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
    ],
)  # fmt: skip
def test_addresses_that_are_public(text: str):
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("entry", "host", "address", "port", "allowed"),
    [
        ("10.0.0.0/8", "hooks.corp", "10.2.3.4", 443, True),
        ("10.0.0.0/8", "hooks.corp", "192.168.0.1", 443, False),
        ("10.0.0.0/8", "hooks.corp", "::ffff:10.2.3.4", 443, True),
        ("hooks.corp", "hooks.corp", "192.168.0.1", 443, True),
        ("hooks.corp", "HOOKS.corp.", "192.168.0.1", 443, True),
        ("hooks.corp", "other.corp", "192.168.0.1", 443, False),
        ("hooks.corp:8443", "hooks.corp", "192.168.0.1", 443, False),
        ("127.0.0.1:9000", "127.0.0.1", "127.0.0.1", 9000, True),
        ("127.0.0.1:9000", "127.0.0.1", "127.0.0.1", 9001, False),
        ("[::1]:9000", "::1", "::1", 9000, True),
        ("::1", "::1", "::1", 80, True),
    ],
)
def test_what_the_list_opens(entry: str, host: str, address: str, port: int, allowed: bool):
    rules = read_rules([entry])
    assert rules.allow(host=host, address=ipaddress.ip_address(address), port=port) is allowed


def test_a_wrong_entry_stops_the_start_with_the_variable_and_the_entry(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", "import studio.settings"],
        env={
            **os.environ,
            "FOREBAY_OUTGOING_ALLOW": "10.0.0.0/8, https://x/",
            "FOREBAY_DATA": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "FOREBAY_OUTGOING_ALLOW" in done.stderr and "https://x/" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_call_arrives_whole_and_takes_only_the_headers_of_its_caller(server: Listener):
    server.answer = lambda call, handler: reply(handler, 201, b'{"a": 1}', X_Thing="yes")
    answer = fetch(
        f"{server.url}/hook?x=1", method="POST", body=b"hi", headers={"X-Mine": "1"}, rules=LOOPBACK
    )
    assert (answer.status, answer.json(), answer.headers["x-thing"]) == (201, {"a": 1}, "yes")
    (call,) = server.calls
    assert (call.method, call.path, call.body) == ("POST", "/hook?x=1", b"hi")
    assert call.headers["host"] == f"127.0.0.1:{server.port}"
    assert set(call.headers) == {
        "host",
        "user-agent",
        "accept-encoding",
        "content-length",
        "x-mine",
    }


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"]
)
def test_loopback_is_refused_however_it_is_written(server: Listener, host: str):
    with pytest.raises(AddressRefused, match="FOREBAY_OUTGOING_ALLOW"):
        fetch(f"http://{host}:{server.port}/", rules=NOBODY)
    assert server.calls == []


def test_the_setting_of_the_server_is_used(server: Listener, settings: Any):
    with pytest.raises(AddressRefused):
        check_url(server.url)
    settings.FOREBAY_OUTGOING_ALLOW = LOOPBACK
    check_url(server.url)
    assert fetch(server.url).status == 200


def test_a_redirect_to_a_closed_address_is_not_followed(server: Listener):
    with listening() as inner:
        rules = read_rules([f"127.0.0.1:{server.port}"])
        server.answer = lambda call, handler: reply(handler, 302, Location=f"{inner.url}/secret")
        with pytest.raises(AddressRefused):
            fetch(server.url, rules=rules)
        assert inner.calls == []


def test_a_redirect_elsewhere_loses_what_proves_the_caller(server: Listener):
    with listening() as other:
        server.answer = lambda call, handler: reply(handler, 307, Location=f"{other.url}/there")
        headers = {"Authorization": "Bearer x", "Webhook-Signature": "y", "X-Kept": "z"}
        answer = fetch(server.url, method="POST", body=b"b", headers=headers, rules=LOOPBACK)
        assert answer.url == f"{other.url}/there"
        (call,) = other.calls
        assert call.body == b"b" and call.headers["x-kept"] == "z"
        assert "authorization" not in call.headers and "webhook-signature" not in call.headers


def test_redirects_end(server: Listener):
    server.answer = lambda call, handler: reply(handler, 302, Location="/again")
    with pytest.raises(OutgoingError, match="sent on more than"):
        fetch(server.url, rules=LOOPBACK)
    assert len(server.calls) == 4


def test_a_post_is_not_turned_into_a_get(server: Listener):
    server.answer = lambda call, handler: reply(handler, 302, Location="/again")
    assert fetch(server.url, method="POST", body=b"x", rules=LOOPBACK).status == 302
    assert len(server.calls) == 1


def test_a_name_is_asked_once_and_the_judged_address_is_called(
    server: Listener, monkeypatch: pytest.MonkeyPatch
):
    """A rebinding name answers with a public address first and with loopback afterwards."""
    asked: list[str] = []
    connected: list[Any] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "rebind.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "203.0.114.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(OutgoingError, match="refused"):
        fetch(f"http://rebind.example:{server.port}/", rules=NOBODY)
    assert asked == ["rebind.example"]
    assert connected == [("203.0.114.1", server.port)]


def test_a_name_with_a_public_and_a_private_address_is_called_at_the_public_one_only(
    monkeypatch: pytest.MonkeyPatch,
):
    connected: list[Any] = []
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("127.0.0.1", "203.0.114.1")
    ]
    real = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: both if host == "two" else real(host, *a, **k)
    )
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(OutgoingError):
        fetch("http://two/", rules=NOBODY)
    assert connected == [("203.0.114.1", 80)]


def test_too_large_an_answer_is_given_up(server: Listener):
    def endless(call: Call, handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            pass

    server.answer = endless
    with pytest.raises(OutgoingError, match="more than 1000 bytes"):
        fetch(server.url, largest=1000, rules=LOOPBACK)


def test_an_answer_of_the_largest_size_is_kept(server: Listener):
    server.answer = lambda call, handler: reply(handler, 200, b"x" * 1000)
    assert len(fetch(server.url, largest=1000, rules=LOOPBACK).body) == 1000


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_drips_does_not_hold_the_caller(server: Listener, part: str):
    """Each byte would start a socket's timeout anew; the whole call has an end."""

    def drip(call: Call, handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        if part == "body":
            handler.wfile.write(b"no\r\nContent-Length: 100000\r\n\r\n")
        # One byte every 20 ms, until the caller hangs up.
        while not select.select([handler.connection], [], [], 0.02)[0]:
            handler.wfile.write(b"a")

    server.answer = drip
    with pytest.raises(OutgoingError, match="took too long"):
        fetch(server.url, seconds=0.3, rules=LOOPBACK)


def test_nobody_there_is_a_sentence():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(OutgoingError, match="can't be reached: the connection was refused"):
        fetch(f"http://127.0.0.1:{port}/secret-path", rules=LOOPBACK)


@pytest.mark.parametrize(
    "url", ["ftp://x/", "file:///etc/passwd", "http://", "x", "", "http://u:p@h.example/", "//h/"]
)
def test_what_is_no_url_of_ours(url: str):
    with pytest.raises(OutgoingError) as refused:
        check_url(url, rules=LOOPBACK)
    assert refused.value.code == "bad_url"


def test_an_unknown_host_is_named():
    with pytest.raises(OutgoingError, match=r"'nowhere\.invalid' is not known"):
        fetch("http://nowhere.invalid/x", rules=NOBODY)


def test_tls_holds_the_name_although_the_call_goes_to_an_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    rules = read_rules(["127.0.0.1", "::1"])
    with listening(tls, name="localhost") as server:
        with pytest.raises(OutgoingError, match="certificate is not accepted"):
            fetch(server.url, rules=rules)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert fetch(server.url, rules=rules).status == 200
        with pytest.raises(OutgoingError, match="certificate is not accepted"):
            fetch(f"https://127.0.0.1:{server.port}/", rules=rules)
        assert len(server.calls) == 1
