"""Topics of events: who may listen, and that nothing is lost or told twice."""

from __future__ import annotations

from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from pipelines.live import consumer as consumer_module
from pipelines.live import replay
from pipelines.models import Event, Run
from pipelines.services.events import NewEvent, record_events
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.models import Member
from workspaces.services.workspaces import create_workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


def happen(run: Run, *numbers: int) -> None:
    """Record one event per number, as a transaction of another process would."""
    events = [
        NewEvent(run.workspace_id, run.pk, "step.status", {"run": run.uid, "n": n}) for n in numbers
    ]
    record_events(events, now=timezone.now())


def newest() -> int:
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


@pytest.fixture
def run(workspace: Any, owner: Any, actor: Any) -> Run:
    make_target(workspace, owner)
    snapshot = make_snapshot(workspace, owner, {"main.py": "print(1)"})
    return submit(workspace, actor, body_of("a -> b", snapshot))


def numbers(messages: list[dict[str, Any]]) -> list[int]:
    return [message["data"]["n"] for message in messages]


async def test_a_page_hears_what_happens_to_its_run(socket: Any, owner: Any, run: Run) -> None:
    page = socket(owner)
    assert await page.open()
    await page.say(type="subscribe", topic=f"run:{run.uid}", after=None)
    subscribed = await page.hear()
    assert subscribed["type"] == "subscribed"
    assert subscribed["last"] == await database_sync_to_async(newest)()

    await database_sync_to_async(happen)(run, 1, 2)
    heard = await page.hear_many(2)
    assert numbers(heard) == [1, 2]
    assert heard[0]["topic"] == f"run:{run.uid}"
    assert heard[0]["id"] < heard[1]["id"]
    assert heard[0]["at"].endswith("Z")
    await page.close()


async def test_coming_back_gives_what_was_missed_and_nothing_twice(
    socket: Any, owner: Any, run: Run
) -> None:
    before = await database_sync_to_async(newest)()
    await database_sync_to_async(happen)(run, 1, 2, 3)
    page = socket(owner)
    await page.open()
    await page.say(type="subscribe", topic=f"run:{run.uid}", after=before + 1)
    assert (await page.hear())["type"] == "subscribed"
    assert numbers(await page.hear_many(2)) == [2, 3]
    await database_sync_to_async(happen)(run, 4)
    assert numbers([await page.hear()]) == [4]
    assert await page.silent()
    await page.close()


async def test_events_during_the_replay_arrive_once_and_in_order(
    socket: Any, owner: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await database_sync_to_async(newest)()
    await database_sync_to_async(happen)(run, 1)
    read = replay.missed_events

    def read_while_more_happens(*args: Any) -> Any:
        happen(run, 2)  # seen by the table and by the tailer
        found = read(*args)
        happen(run, 3)  # seen by the tailer only
        return found

    monkeypatch.setattr(consumer_module, "missed_events", read_while_more_happens)
    page = socket(owner)
    await page.open()
    await page.say(type="subscribe", topic=f"run:{run.uid}", after=before)
    await page.hear()
    assert numbers(await page.hear_many(3)) == [1, 2, 3]
    assert await page.silent()
    await page.close()


async def test_too_old_or_too_much_is_answered_with_resync(
    socket: Any, owner: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "REPLAY", 2)
    before = await database_sync_to_async(newest)()
    await database_sync_to_async(happen)(run, 1, 2, 3)
    page = socket(owner)
    await page.open()
    for after in (before, before + 1000):
        await page.say(type="subscribe", topic=f"run:{run.uid}", after=after)
        assert [m["type"] for m in await page.hear_many(2)] == ["resync", "subscribed"]
    await database_sync_to_async(happen)(run, 4)
    assert numbers([await page.hear()]) == [4]
    await page.close()


async def test_a_reader_who_cannot_keep_up_is_told_to_start_anew(
    socket: Any, owner: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "QUEUE", 5)
    page = socket(owner)
    await page.open()
    await page.say(type="subscribe", topic=f"run:{run.uid}", after=None)
    await page.hear()
    await database_sync_to_async(happen)(run, *range(50))
    kinds = {(await page.hear())["type"] for _ in range(3)}
    assert "resync" in kinds
    await page.close()


async def test_the_list_hears_of_runs_of_its_own_workspace_only(
    socket: Any, owner: Any, workspace: Any, run: Run
) -> None:
    def one_of_each() -> None:
        other = create_workspace(name="elsewhere", owner=owner)
        now = timezone.now()
        record_events([NewEvent(other.pk, None, "run.status", {"n": 0})], now=now)
        happen(run, 1)  # a step: too much detail for a list
        record_events([NewEvent(workspace.pk, run.pk, "run.status", {"n": 2})], now=now)

    page = socket(owner)
    await page.open()
    await page.say(type="subscribe", topic="runs", after=None)
    await page.hear()
    await database_sync_to_async(one_of_each)()
    assert numbers([await page.hear()]) == [2]
    assert await page.silent()
    await page.close()


async def test_nobody_enters_without_a_right_to_read(
    socket: Any, owner: Any, workspace: Any, django_user_model: Any
) -> None:
    stranger = await database_sync_to_async(django_user_model.objects.create_user)("mallory")
    assert not await socket(None).open()
    assert not await socket(stranger).open()
    assert not await socket(owner, workspace="not-there").open()


@pytest.mark.parametrize(
    "origin", [b"http://evil.example", b"http://127.0.0.1:9000", b"null", b"https://"]
)
async def test_another_site_cannot_use_a_signed_in_browser(
    socket: Any, owner: Any, workspace: Any, origin: bytes
) -> None:
    headers = [(b"host", b"127.0.0.1:8000"), (b"origin", origin)]
    assert not await socket(owner, headers=headers).open()


async def test_ids_of_another_workspace_are_not_found(
    socket: Any, owner: Any, run: Run, django_user_model: Any
) -> None:
    def elsewhere() -> tuple[Any, str]:
        other = django_user_model.objects.create_user("grace")
        create_workspace(name="elsewhere", owner=other)
        return other, str(run.steps.values_list("uid", flat=True).first())

    other, step = await database_sync_to_async(elsewhere)()
    page = socket(other, workspace="elsewhere")
    assert await page.open()
    for topic in (f"run:{run.uid}", "run:nonsense", f"log:{step}:1"):
        await page.say(type="subscribe", topic=topic, after=None)
        answer = await page.hear()
        assert (answer["type"], answer["code"], answer["topic"]) == ("error", "not_found", topic)
    await database_sync_to_async(happen)(run, 1)
    assert await page.silent()
    await page.close()


async def test_a_member_who_is_removed_hears_no_more(
    socket: Any, owner: Any, workspace: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "CHECK_EVERY", 0.1)
    page = socket(owner)
    await page.open()
    await database_sync_to_async(Member.objects.all().delete)()
    closed = await page.line.receive_output(timeout=5)
    assert closed == {"type": "websocket.close", "code": 4401}


async def test_nonsense_is_answered_and_survived(socket: Any, owner: Any, workspace: Any) -> None:
    page = socket(owner)
    await page.open()
    await page.line.send_to(text_data="{not json")
    assert (await page.hear())["code"] == "bad_message"
    for message in (
        {"type": "subscribe"},
        {"type": "subscribe", "topic": "run:"},
        {"type": "subscribe", "topic": "log:x:y"},
        {"type": "subscribe", "topic": ["runs"]},
        {"type": "subscribe", "topic": "runs", "after": "yesterday"},
        {"type": "shout"},
    ):
        await page.say(**message)
        answer = await page.hear()
        assert answer["type"] == "error", message
        assert answer["code"] in ("bad_topic", "bad_message"), message
    await page.say(type="unsubscribe", topic="never-subscribed")
    await page.say(type="subscribe", topic="runs", after=None)
    assert (await page.hear())["type"] == "subscribed"
    await page.close()


async def test_unsubscribed_topics_are_silent(socket: Any, owner: Any, run: Run) -> None:
    page = socket(owner)
    await page.open()
    await page.say(type="subscribe", topic=f"run:{run.uid}", after=None)
    await page.hear()
    await page.say(type="unsubscribe", topic=f"run:{run.uid}")
    await page.say(type="shout")  # answered after the one before
    await page.hear()
    await database_sync_to_async(happen)(run, 1)
    assert await page.silent()
    await page.close()
