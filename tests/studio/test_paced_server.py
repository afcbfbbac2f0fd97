"""The studio's HTTP server over real connections: kept alive, slow, aborted, broken."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.studio import ROOT, free_port

STALLED_AFTER = 2.0
CHUNK = 256 * 1024
MOST_BUFFERED = 40  # chunks: what the kernel takes for a client that reads nothing


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    folder = tmp_path_factory.mktemp("paced")
    environment = {**os.environ, "FOREBAY_DATA": str(folder), "FOREBAY_KEY_FILE": f"{folder}/key"}
    with Path(folder / "out").open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.paced_app", str(port), str(STALLED_AFTER)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(lambda: connects(port), folder / "out")
        yield port
    finally:
        server.terminate()
        server.wait(10)


def connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], bool], log: Path | None = None) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, log.read_text() if log else "it never came"
        time.sleep(0.02)


@pytest.fixture
def client(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    yield connection
    connection.close()


def ask(client: http.client.HTTPConnection, path: str, body: bytes | None = None) -> bytes:
    client.request("POST" if body is not None else "GET", path, body)
    with client.getresponse() as answer:
        return answer.read()


def state(port: int) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        return json.loads(ask(connection, "/state"))
    finally:
        connection.close()


def begin(port: int, path: str) -> socket.socket:
    """A request whose answer nobody reads yet."""
    raw = socket.create_connection(("127.0.0.1", port), timeout=10)
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return raw


def finish(raw: socket.socket) -> bytes:
    with http.client.HTTPResponse(raw) as answer:
        answer.begin()
        return answer.read()


def test_one_connection_serves_many_requests(client: http.client.HTTPConnection) -> None:
    for number in range(30):
        body = os.urandom(number * 100_003)
        told = json.loads(ask(client, "/echo", body))
        assert told == {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        assert len(ask(client, "/large?3")) == 3 * CHUNK
        if number == 0:
            first = client.sock
        assert client.sock is first  # never closed in between


def test_pages_load_beside_downloads_that_are_aborted(port: int) -> None:
    """What a browser does: six connections, kept, while other ones come and go."""
    failures: list[Any] = []

    def load() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            for _ in range(50):
                assert len(ask(connection, "/large?2")) == 2 * CHUNK
                begin(port, "/large?40").close()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    wait_for(lambda: state(port)["open"] == 0)


def test_a_slow_client_holds_the_application_back(port: int) -> None:
    before = state(port)["sent"]
    raw = begin(port, "/large?400")
    time.sleep(0.5)
    assert state(port)["sent"] - before < MOST_BUFFERED
    assert len(finish(raw)) == 400 * CHUNK
    raw.sendall(b"GET /state HTTP/1.1\r\nHost: x\r\n\r\n")  # and the connection goes on
    assert json.loads(finish(raw))["open"] == 0
    raw.close()


def test_a_client_that_takes_nothing_more_is_cut_off(port: int) -> None:
    raw = begin(port, "/large?400")
    wait_for(lambda: state(port)["open"] == 1)
    wait_for(lambda: state(port)["open"] == 0)
    raw.close()


def open_socket(port: int) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=10)
    raw.sendall(
        b"GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    assert b" 101 " in raw.recv(4096).split(b"\r\n")[0]
    return raw


def say(raw: socket.socket, text: bytes) -> None:
    """One masked text frame; a mask of zeros changes nothing."""
    raw.sendall(b"\x81" + bytes([0x80 | 126]) + len(text).to_bytes(2, "big") + bytes(4) + text)


def test_a_socket_takes_messages_of_a_sensible_size(port: int) -> None:
    raw = open_socket(port)
    say(raw, b"x" * 60_000)
    assert raw.recv(4096).endswith(b"60000")
    raw.sendall(b"\x81" + bytes([0x80 | 127]) + (2**40).to_bytes(8, "big") + bytes(4))
    try:
        left = raw.recv(4096)
    except ConnectionResetError:
        left = b""
    assert left == b"" or left[0] == 0x88  # cut off at the header, before a byte is kept
    raw.close()


def test_half_an_answer_is_never_taken_for_a_whole_one(client: http.client.HTTPConnection) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(client, "/broken")
    client.close()
    assert b"open" in ask(client, "/state")
