"""One browser's socket: `/ws/<workspace>/live`. Protocol: docs/contributing/EVENTS.md.

The consumer itself never waits for a slow browser: events go into a bounded queue, and a queue
that is full is thrown away and answered with `resync`, so that the page asks again for everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from pipelines.live.draft_follower import DraftWatch, process_draft_follower
from pipelines.live.log_follower import Watch, find_build_log, find_log, process_follower
from pipelines.live.replay import (
    admit,
    check_build,
    check_draft,
    check_step,
    is_own_origin,
    missed_events,
    session_is_alive,
)
from pipelines.live.subscription import EventSubscription
from pipelines.live.tailer import LiveEvent, process_tailer
from pipelines.live.topics import BuildTopic, DraftTopic, LogTopic, parse_topic, whole_number
from workspaces.domain.errors import ForebayError, InvalidInput
from workspaces.models import Workspace

QUEUE = 2000  # frames that may wait for one browser
LOG_QUEUE = 32  # above this many waiting frames, its logs are not read further
TOPICS = 64  # subscriptions of one socket
CHECK_EVERY = 60.0  # seconds between two looks at the permission
UNAUTHENTICATED, REFUSED = 4401, 4403  # close codes; the studio's script does not come back


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """Session-authenticated; READ is checked at connect, at every subscribe and each minute."""

    async def connect(self) -> None:
        self.queue: deque[str] = deque()
        self.filled = asyncio.Event()
        self.topics: dict[str, EventSubscription] = {}
        self.watches: dict[str, Watch] = {}
        self.drafts: dict[str, DraftWatch] = {}
        self.chores: list[asyncio.Task[None]] = []
        self.workspace_name: str = self.scope["url_route"]["kwargs"]["workspace_name"]
        if not is_own_origin(dict(self.scope["headers"])):
            await self.close(REFUSED)
            return
        try:
            self.workspace = await self._admit()
        except ForebayError:
            await self.close(REFUSED)
            return
        await self.accept()
        self.chores = [asyncio.create_task(self._send()), asyncio.create_task(self._recheck())]

    async def disconnect(self, code: int) -> None:
        for chore in getattr(self, "chores", []):
            chore.cancel()
        for kind in ("topics", "watches", "drafts"):
            for topic in list(getattr(self, kind, ())):
                self._drop(topic)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.disconnect(message.get("code", 1000))
        raise StopConsumer

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        try:
            return json.loads(text_data)
        except (ValueError, RecursionError):
            return None  # answered as a bad message, never the end of the socket

    async def receive_json(self, content: Any, **_kwargs: Any) -> None:
        topic = content.get("topic") if isinstance(content, dict) else None
        try:
            if not isinstance(content, dict):
                raise InvalidInput("A message is a JSON object.", code="bad_message")
            match content.get("type"):
                case "subscribe":
                    await self._subscribe(str(topic), content)
                case "unsubscribe":
                    self._drop(str(topic))
                case _:
                    raise InvalidInput(
                        "type must be 'subscribe' or 'unsubscribe'.", code="bad_message"
                    )
        except ForebayError as error:
            self._put(
                {"type": "error", "topic": topic, "code": error.code, "message": error.detail}
            )

    # subscriptions

    async def _subscribe(self, name: str, message: dict[str, Any]) -> None:
        self.workspace = await self._admit()
        topic = parse_topic(name, self.workspace.pk)
        if len(self.topics) + len(self.watches) + len(self.drafts) >= TOPICS:
            raise InvalidInput(
                f"One socket has at most {TOPICS} subscriptions: drop some first.",
                code="too_many_topics",
            )
        self._drop(name)
        if isinstance(topic, LogTopic | BuildTopic):
            await self._watch(name, topic, whole_number(message, "offset") or 0)
            return
        after = whole_number(message, "after")
        if isinstance(topic, DraftTopic):
            await self._watch_draft(name, topic, after or 0)
            return
        if not self.topics:
            await process_tailer().add(self._on_events)
        subscription = self.topics[name] = EventSubscription(name, topic)
        try:
            missed = await database_sync_to_async(missed_events)(
                self.workspace, getattr(topic, "run", None), after
            )
        except ForebayError:
            self._drop(name)
            raise
        if self.topics.get(name) is not subscription:
            return  # unsubscribed, or asked again, meanwhile
        if missed.too_old:
            self._put({"type": "resync", "topic": name})
        self._put({"type": "subscribed", "topic": name, "last": missed.last})
        for frame in subscription.begin(missed.events, missed.last):
            self._put_text(frame)

    async def _watch(self, name: str, topic: LogTopic | BuildTopic, offset: int) -> None:
        find: Callable[[], tuple[Path | None, bool]]
        if isinstance(topic, LogTopic):
            await database_sync_to_async(check_step)(self.workspace, topic.step)
            find = partial(find_log, topic.step, topic.attempt)
        else:
            await database_sync_to_async(check_build)(self.workspace, topic.key)
            find = partial(find_build_log, topic.key)

        def on_text(start: int, end: int, text: str) -> None:
            if self.watches.get(name) is watch:
                self._put(
                    {"type": "log", "topic": name, "offset": start, "next": end, "text": text}
                )

        def on_end(size: int) -> None:
            if self.watches.get(name) is watch:
                del self.watches[name]
                self._put({"type": "log_end", "topic": name, "size": size})

        watch = Watch(
            find,
            offset,
            on_text,
            on_end,
            has_room=lambda: len(self.queue) < LOG_QUEUE,
        )
        self.watches[name] = watch
        self._put({"type": "subscribed", "topic": name, "last": offset})
        await process_follower().add(watch)
        if self.watches.get(name) is not watch:
            process_follower().remove(watch)  # dropped while the follower was starting

    async def _watch_draft(self, name: str, topic: DraftTopic, after: int) -> None:
        """The page is told at once how things stand, so it needs to know nothing of before."""
        await database_sync_to_async(check_draft)(self.workspace, topic.draft)

        def on_event(frame: str) -> None:
            if self.drafts.get(name) is watch:
                self._put_text(frame)

        watch = DraftWatch(name, topic.draft, on_event, after)
        self.drafts[name] = watch
        self._put({"type": "subscribed", "topic": name, "last": after})
        await process_draft_follower().add(watch)
        if self.drafts.get(name) is not watch:
            process_draft_follower().remove(watch)  # dropped while the follower was starting

    def _drop(self, name: str) -> None:
        draft = self.drafts.pop(name, None)
        if draft is not None:
            process_draft_follower().remove(draft)
        watch = self.watches.pop(name, None)
        if watch is not None:
            process_follower().remove(watch)
        if self.topics.pop(name, None) is not None and not self.topics:
            process_tailer().remove(self._on_events)

    # out

    def _on_events(self, events: Iterable[LiveEvent]) -> None:
        for event in events:
            for subscription in list(self.topics.values()):
                frame = subscription.take(event)
                if frame is not None:
                    self._put_text(frame)

    def _put(self, message: dict[str, Any]) -> None:
        self._put_text(json.dumps(message, separators=(",", ":")))

    def _put_text(self, frame: str) -> None:
        if len(self.queue) >= QUEUE:
            # This browser can't keep up. Log frames in the queue are lost too, so their watches
            # are dropped: the page subscribes again from the offset that it has.
            self.queue.clear()
            for name in [*self.topics, *self.watches, *self.drafts]:
                self.queue.append(json.dumps({"type": "resync", "topic": name}))
            for name in list(self.watches):
                self._drop(name)
        else:
            self.queue.append(frame)
        self.filled.set()

    async def _send(self) -> None:
        while True:
            await self.filled.wait()
            self.filled.clear()
            while self.queue:
                await self.send(text_data=self.queue.popleft())

    # permission

    async def _admit(self) -> Workspace:
        workspace: Workspace = await database_sync_to_async(admit)(
            self.scope.get("user"), self.workspace_name
        )
        return workspace

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY)
            try:
                self.workspace = await self._admit()
                alive = await database_sync_to_async(session_is_alive)(self.scope.get("session"))
            except ForebayError:
                alive = False
            if not alive:
                with contextlib.suppress(RuntimeError):
                    await self.close(UNAUTHENTICATED)
                return
