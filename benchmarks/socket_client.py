"""A browser's end of the live socket, blocking, on the standard library: RFC 6455 in short."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from typing import Any


class LiveSocket:
    """`say(type="subscribe", …)` and `hear()`; one text frame is one JSON object."""

    def __init__(self, port: int, workspace: str, cookie: str) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.left = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall(
            f"GET /ws/{workspace}/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.left:
            self._more()
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        assert b" 101 " in head.splitlines()[0], head.decode()

    def say(self, **message: Any) -> None:
        self._send(0x81, json.dumps(message).encode())

    def _send(self, first: int, data: bytes) -> None:
        mask = os.urandom(4)
        size = (
            bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        )
        body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.line.sendall(bytes([first]) + size + mask + body)

    def subscribe(self, topic: str, **fields: Any) -> None:
        """From the return on, nothing of the topic is missed."""
        self.say(type="subscribe", topic=topic, **fields)
        answer = self.hear()
        assert answer["type"] == "subscribed", answer

    def hear(self) -> dict[str, Any]:
        while True:
            first, size = self._take(2)
            length = size & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", self._take(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._take(8))
            data = self._take(length)
            if first & 0x0F == 1:
                heard: dict[str, Any] = json.loads(data)
                return heard
            if first & 0x0F == 9:  # a ping: who does not answer is taken for gone after a minute
                self._send(0x8A, data)
            assert first & 0x0F != 8, f"closed: {data!r}"

    def close(self) -> None:
        self.line.close()

    def _take(self, size: int) -> bytes:
        while len(self.left) < size:
            self._more()
        data, self.left = self.left[:size], self.left[size:]
        return data

    def _more(self) -> None:
        data = self.line.recv(1 << 16)
        assert data, "the studio closed the socket"
        self.left += data
