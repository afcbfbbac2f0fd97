"""One topic of one socket: replay first, then live, nothing twice and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.live.tailer import LiveEvent
from pipelines.live.topics import RunsTopic, RunTopic


class EventSubscription:
    """Holds live events back until the replay from the table was sent.

    The tailer is listened to before the table is read. So an event is in the replay, or held
    back, or both; ids only grow, therefore the larger of the two decides.
    """

    def __init__(self, name: str, topic: RunsTopic | RunTopic) -> None:
        self.name = name
        self.topic = topic
        self.held: list[LiveEvent] | None = []
        self.last = 0

    def take(self, event: LiveEvent) -> str | None:
        """A live event; its frame when it is to be sent now."""
        if not self.topic.wants(event):
            return None
        if self.held is not None:
            self.held.append(event)
            return None
        if event.id <= self.last:
            return None
        self.last = event.id
        return event.message(self.name)

    def begin(self, missed: list[LiveEvent], last: int) -> Iterator[str]:
        """The replayed events, then the held ones that came later; live from now on."""
        for event in missed:
            yield event.message(self.name)
        self.last = last
        held, self.held = self.held or [], None
        for event in held:
            frame = self.take(event)
            if frame is not None:
                yield frame
