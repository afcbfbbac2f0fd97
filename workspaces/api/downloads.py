"""Bytes that users made, sent so that they can't act as this site.

Django's own StreamingHttpResponse and FileResponse read a synchronous iterator to its end
before the first byte leaves an ASGI server; the one here hands on chunk by chunk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

CHUNK = 256 * 1024
SANDBOX = "default-src 'none'; sandbox"


class ChunkedResponse(StreamingHttpResponse):
    """A body from an iterator of chunks, read one chunk ahead of the client at most.

    `close` runs once, when the body ended or the client went away.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        close: Callable[[], None] = lambda: None,
        content_type: str = "application/octet-stream",
        status: int = 200,
    ) -> None:
        super().__init__(chunks, content_type=content_type, status=status)
        self._chunks = chunks
        self._finish: Callable[[], None] | None = close
        self["X-Content-Type-Options"] = "nosniff"
        self["Content-Security-Policy"] = SANDBOX

    async def __aiter__(self) -> AsyncIterator[bytes]:
        step = sync_to_async(lambda: next(self._chunks, None), thread_sensitive=False)
        try:
            while (chunk := await step()) is not None:
                yield chunk
        finally:
            self._finish_once()

    def close(self) -> None:
        super().close()
        self._finish_once()

    def _finish_once(self) -> None:
        finish, self._finish = self._finish, None
        if finish:
            finish()


def file_download(path: Path, name: str) -> ChunkedResponse:
    """The file as an attachment called `name`. FileNotFoundError when it is gone."""
    file = path.open("rb")
    response = ChunkedResponse(_chunks(file), close=file.close)
    response["Content-Length"] = str(path.stat().st_size)
    response["Content-Disposition"] = attachment(name)
    return response


def attachment(name: str) -> str:
    """The Content-Disposition for this file name, whatever letters it has."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
