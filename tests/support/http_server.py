"""A real HTTP server on loopback that keeps what it was sent and answers as told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass
class Listener:
    """`url` ends without a slash; set `answer` to say something else than an empty 200."""

    url: str = ""
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answer: Callable[[Call, BaseHTTPRequestHandler], None] | None = None


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """A whole answer; `_` in a header's name stands for `-`."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def listening(tls: ssl.SSLContext | None = None, name: str = "127.0.0.1") -> Iterator[Listener]:
    """A server on a free port of 127.0.0.1 as long as the block runs."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {key.lower(): value for key, value in self.headers.items()}
            call = Call(self.command, self.path, headers, self.rfile.read(length))
            listener.calls.append(call)
            if listener.answer is not None:
                listener.answer(call, self)
            else:
                reply(self, 200)

        do_GET = do_POST = handle_any

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # callers that hang up are part of the tests

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    listener.port = server.server_address[1]
    listener.url = f"{'https' if tls else 'http'}://{name}:{listener.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
