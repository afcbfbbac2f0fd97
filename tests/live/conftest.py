"""Sockets of signed-in people, against the same routes that the studio serves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from pipelines.live.routing import websocket_urlpatterns

OWN_HOST = [(b"host", b"127.0.0.1:8000"), (b"origin", b"http://127.0.0.1:8000")]


class Socket:
    """A browser's end of the live socket: `await hear()` gives the next message."""

    def __init__(self, user: Any, workspace: str = "lab", headers: Any = OWN_HOST) -> None:
        self.line = WebsocketCommunicator(
            URLRouter(websocket_urlpatterns), f"/ws/{workspace}/live", headers=headers
        )
        self.line.scope["user"] = user or AnonymousUser()

    async def open(self) -> bool:
        accepted, _ = await self.line.connect(timeout=5)
        return bool(accepted)

    async def say(self, **message: Any) -> None:
        await self.line.send_to(text_data=json.dumps(message))

    async def hear(self, timeout: float = 5) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(await self.line.receive_from(timeout=timeout))
        return heard

    async def hear_many(self, count: int) -> list[dict[str, Any]]:
        return [await self.hear() for _ in range(count)]

    async def silent(self) -> bool:
        return bool(await self.line.receive_nothing(timeout=0.2))

    async def close(self) -> None:
        await self.line.disconnect()


@pytest.fixture(autouse=True)
async def other_thread() -> AsyncIterator[None]:
    """Gives back the connection of the thread in which async code asks the database: PostgreSQL
    drops no database that somebody is connected to."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def socket() -> type[Socket]:
    """`socket(user)` makes one; it is not open yet."""
    return Socket
