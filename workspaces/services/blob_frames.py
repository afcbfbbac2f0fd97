"""Many small files in one body: `<sha256> <decimal size>\n` and the bytes, repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workspaces.domain.errors import InvalidInput
from workspaces.storage import Readable

HEADER = re.compile(rb"([0-9a-f]{64}) ([0-9]{1,12})\n")
LONGEST_HEADER = 64 + 1 + 12 + 1
CHUNK = 1 << 16


class FrameReader:
    """Reads frames off a body of any length without holding it in memory."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._buffer = b""

    def headers(self) -> Iterator[tuple[str, int]]:
        """Each frame's (sha256, size); its bytes must be read before the next is asked for."""
        while True:
            while b"\n" not in self._buffer and len(self._buffer) < LONGEST_HEADER:
                chunk = self._stream.read(CHUNK)
                if not chunk:
                    break
                self._buffer += chunk
            if not self._buffer:
                return
            match = HEADER.match(self._buffer)
            if not match:
                raise InvalidInput(
                    "The body is torn: a frame must start with '<sha256> <size>' and a line feed. "
                    "Send it again.",
                    code="torn_upload",
                )
            self._buffer = self._buffer[match.end() :]
            yield match[1].decode(), int(match[2])

    def read(self, size: int = CHUNK, /) -> bytes:
        """Up to `size` bytes of the frame that was announced."""
        if not self._buffer:
            return self._stream.read(size)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken
