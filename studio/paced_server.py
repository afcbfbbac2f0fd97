"""Daphne with flow control: a body of any size passes without being held in memory.

As it comes, Daphne puts a whole request body on a queue before the application reads it, and
takes a whole response off the application however slowly the client reads. Here a request's
chunks are read from Twisted's temporary file when the application asks for them, and `send`
waits while the socket is full. A response that fails half-way is cut off, never left open; so is
one whose client takes nothing for ten minutes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from weakref import WeakKeyDictionary

from daphne.server import Server
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

logger = logging.getLogger(__name__)

MOST_PER_MESSAGE = 64 * 1024  # bytes of what a browser says over a socket
STALLED_AFTER = 600.0  # seconds without room in the socket


@implementer(IPushProducer)
class _Gate:
    """Shut by Twisted while the client reads more slowly than we write."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    def pauseProducing(self) -> None:
        self.open.clear()

    def resumeProducing(self) -> None:
        self.open.set()

    def stopProducing(self) -> None:
        self.open.set()


class _BodyOnDisk:
    """What Daphne queues a request's messages on: keeps where a chunk is, not the chunk."""

    def __init__(self, queue: asyncio.Queue[dict[str, Any]], file: Any) -> None:
        self._queue = queue
        self._file = file
        self._offset = 0

    def put_nowait(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.request" and message["more_body"]:
            size = len(message["body"])
            chunk = (self._file, self._offset, size)
            self._offset += size
            message = {**message, "body": b"", "forebay.chunk": chunk}
        self._queue.put_nowait(message)


def _load(message: dict[str, Any]) -> dict[str, Any]:
    chunk = message.pop("forebay.chunk", None)
    if chunk is None:
        return message
    file, offset, size = chunk
    try:
        file.seek(offset)
        return {**message, "body": file.read(size)}
    except ValueError:  # closed: the client went away
        return {"type": "http.disconnect"}


class PacedServer(Server):  # type: ignore[misc]
    """A Daphne server whose memory doesn't grow with what it passes on."""

    def __init__(self, application: Any, **options: Any) -> None:
        async def loading(scope: Any, receive: Any, send: Any) -> Any:
            async def receive_loaded() -> dict[str, Any]:
                return _load(await receive())

            try:
                return await application(scope, receive_loaded, send)
            except Exception:
                protocol = scope.get("forebay.protocol")
                if protocol is None or not protocol._response_started or not protocol.channel:
                    raise
                # Half a body is out: cut the connection, so that it isn't taken for the whole.
                logger.exception("a response broke off")
                protocol.channel.transport.abortConnection()
                return None

        super().__init__(application=loading, **options)
        self._gates: WeakKeyDictionary[Any, _Gate] = WeakKeyDictionary()

    def create_application(self, protocol: Any, scope: Any) -> Any:
        if scope["type"] == "http":
            scope["forebay.protocol"] = protocol
        queue = super().create_application(protocol, scope)
        if queue is None or scope["type"] != "http":
            return queue
        return _BodyOnDisk(queue, protocol.content)

    def listen_success(self, port: Any) -> None:
        self.ws_factory.setProtocolOptions(
            maxFramePayloadSize=MOST_PER_MESSAGE, maxMessagePayloadSize=MOST_PER_MESSAGE
        )
        super().listen_success(port)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        if message["type"] != "http.response.body":
            await super().handle_reply(protocol, message)
            return
        more = message.get("more_body", False)
        gate = self._gates.get(protocol)
        alive = protocol in self.connections and getattr(protocol, "channel", None) is not None
        if more and gate is None and alive and not protocol.finished:
            gate = self._gates[protocol] = _Gate()
            protocol.registerProducer(gate, True)
        elif not more and gate is not None:
            del self._gates[protocol]
            if alive:
                protocol.unregisterProducer()
        await super().handle_reply(protocol, message)
        if more and gate is not None:
            try:
                await asyncio.wait_for(gate.open.wait(), STALLED_AFTER)
            except TimeoutError:
                if protocol.channel is not None:
                    protocol.channel.transport.abortConnection()
