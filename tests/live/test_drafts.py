"""A draft that several pages have open: who saves it, who is there, across processes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from pipelines.draft_selectors import get_draft
from pipelines.models import DraftPresence, DraftVersion, Event, PipelineDraft
from pipelines.services import presence
from pipelines.services.drafts import create_draft, delete_draft, save_draft
from pipelines.services.presence import keep_presence, sweep_presence
from tests.support.submitting import body_of, make_snapshot, make_target, submit
from workspaces.domain.errors import NotFound
from workspaces.domain.roles import Role
from workspaces.services.workspaces import create_workspace, set_member

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/workspaces/lab"


@pytest.fixture
def draft(workspace: Any, actor: Any) -> PipelineDraft:
    return create_draft(workspace=workspace, actor=actor, body={"name": "Iris"})


def come(draft: PipelineDraft, actor: Any, tab: str, **more: Any) -> list[str]:
    now = timezone.now() + more.pop("later", timedelta())
    rows = keep_presence(draft=draft, actor=actor, body={"tab": tab, **more}, now=now)
    return [row.tab for row in rows]


def run_of(draft: PipelineDraft, actor: Any) -> str:
    """The id of a run that the draft made, as a submit leaves it."""
    make_target(draft.workspace, actor.user)
    snapshot = make_snapshot(draft.workspace, actor.user, {"main.py": "print(1)"})
    run = submit(draft.workspace, actor, body_of("a", snapshot))
    PipelineDraft.objects.filter(pk=draft.pk).update(last_run=run)
    return str(run.uid)


async def opened(socket: Any, user: Any, draft: PipelineDraft) -> Any:
    page = socket(user)
    assert await page.open()
    await page.say(type="subscribe", topic=f"draft:{draft.uid}", after=None)
    assert (await page.hear())["type"] == "subscribed"
    return page


@pytest.mark.asyncio
async def test_a_page_hears_how_things_stand_and_every_change(
    socket: Any, owner: Any, actor: Any, draft: PipelineDraft
) -> None:
    page = await opened(socket, owner, draft)
    first, people = await page.hear_many(2)
    assert (first["kind"], first["data"]["revision"], first["data"]["tab"]) == (
        "draft.saved",
        1,
        None,
    )
    assert (people["kind"], people["data"]) == ("draft.people", {"people": []})

    body = {"revision": 1, "name": "Renamed", "tab": "a-1"}
    await database_sync_to_async(save_draft)(draft=draft, actor=actor, body=body)
    saved = await page.hear()
    data = saved["data"]
    assert (data["name"], data["revision"], data["version"]) == ("Renamed", 2, 1)
    assert (data["updated_by"], data["tab"]) == ("ada", "a-1")
    assert saved["topic"] == f"draft:{draft.uid}"
    assert first["id"] < people["id"] < saved["id"]

    run = await database_sync_to_async(run_of)(draft, actor)
    submitted = (await page.hear())["data"]
    assert (submitted["last_run"], submitted["revision"]) == (run, 2)

    await database_sync_to_async(come)(draft, actor, "a-1")
    there = (await page.hear())["data"]["people"]
    assert [(one["user"], one["tab"]) for one in there] == [("ada", "a-1")]
    await database_sync_to_async(come)(draft, actor, "a-1")  # a heartbeat is no news
    assert await page.silent()

    await database_sync_to_async(delete_draft)(draft=draft, actor=actor)
    gone = await page.hear()
    assert (gone["kind"], gone["data"]) == (
        "draft.deleted",
        {"draft": draft.uid, "deleted_by": "ada"},
    )
    assert await page.silent()
    await page.close()
    of_drafts = Event.objects.filter(kind__startswith="draft").exists
    assert not await database_sync_to_async(of_drafts)()  # closes its connection


@pytest.mark.asyncio
async def test_a_page_that_comes_back_has_later_ids(
    socket: Any, owner: Any, draft: PipelineDraft
) -> None:
    ahead = 2**52  # another process, whose clock is wrong
    page = socket(owner)
    await page.open()
    await page.say(type="subscribe", topic=f"draft:{draft.uid}", after=ahead)
    await page.hear()
    assert [one["id"] for one in await page.hear_many(2)] == [ahead + 1, ahead + 2]
    await page.say(type="unsubscribe", topic=f"draft:{draft.uid}")
    await database_sync_to_async(PipelineDraft.objects.update)(revision=5)
    assert await page.silent()
    await page.close()


@pytest.mark.asyncio
async def test_only_members_hear_of_a_draft(
    socket: Any, owner: Any, draft: PipelineDraft, django_user_model: Any
) -> None:
    await database_sync_to_async(create_workspace)(name="other", owner=owner)
    page = socket(owner, "other")
    await page.open()
    for topic, code in ((f"draft:{draft.uid}", "not_found"), ("draft:", "bad_topic")):
        await page.say(type="subscribe", topic=topic)
        answer = await page.hear()
        assert (answer["type"], answer["code"]) == ("error", code)
    await page.close()
    stranger = await database_sync_to_async(django_user_model.objects.create_user)("mallory")
    assert not await socket(stranger).open()


def test_people_come_go_and_drop_out(
    draft: PipelineDraft, actor: Any, workspace: Any, django_user_model: Any
) -> None:
    from workspaces.services.access import Actor

    other = Actor(user=django_user_model.objects.create_user("grace"))
    set_member(workspace=workspace, user=other.user, role=Role.READER)
    assert come(draft, actor, "a") == ["a"]
    assert come(draft, other, "a") == ["a", "a"]  # two people may hit upon one id
    assert come(draft, actor, "b") == ["a", "a", "b"]
    assert come(draft, actor, "b", leave=True) == ["a", "a"]
    assert come(draft, actor, "never", leave=True) == ["a", "a"]
    assert come(draft, other, "a", later=timedelta(seconds=30)) == ["a", "a"]
    assert come(draft, other, "a", later=timedelta(seconds=60)) == ["a"]  # ada closed hers
    since = DraftPresence.objects.get().since
    assert come(draft, other, "a", later=timedelta(seconds=200)) == ["a"]
    assert DraftPresence.objects.get().since > since  # she had been away
    assert sweep_presence(now=timezone.now() + timedelta(seconds=220)) == 0
    assert sweep_presence(now=timezone.now() + timedelta(seconds=300)) == 1
    draft.refresh_from_db()
    assert (draft.revision, DraftVersion.objects.count()) == (1, 1)


def test_what_was_just_deleted_is_not_found(draft: PipelineDraft, actor: Any) -> None:
    PipelineDraft.objects.all().delete()  # by another request, after this one had read it
    with pytest.raises(NotFound):
        save_draft(draft=draft, actor=actor, body={"revision": 1, "name": "late"})
    with pytest.raises(NotFound):
        come(draft, actor, "late")


def test_one_person_has_so_many_tabs(
    draft: PipelineDraft, actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "TABS", 3)
    for number in range(5):
        there = come(draft, actor, f"t{number}", later=timedelta(seconds=number))
    assert there == ["t2", "t3", "t4"]


def test_presence_by_rest(api: Any, draft: PipelineDraft) -> None:
    path = f"{API}/drafts/{draft.uid}"
    answer = api.post(f"{path}/presence", {"tab": "x_1-a"}).json()
    assert (answer["revision"], [one["tab"] for one in answer["people"]]) == (1, ["x_1-a"])
    assert api.post(f"{path}/presence", {"tab": "x_1-a", "leave": True}).json()["people"] == []
    for body in ({}, {"tab": ""}, {"tab": "a b"}, {"tab": 3}, {"tab": "a" * 65}):
        told = api.post(f"{path}/presence", body)
        assert (told.status_code, told.json()["problems"][0]["field"]) == (422, "tab")
    told = api.post(f"{path}/presence", {"tab": "a", "leave": 1, "colour": 1}).json()
    assert {one["field"] for one in told["problems"]} == {"leave", "colour"}
    assert api.post(f"{API}/drafts/none/presence", {"tab": "a"}).status_code == 404

    assert api.patch(path, {"revision": 1, "name": "b", "tab": "x_1-a"}).status_code == 200
    assert PipelineDraft.objects.get().saved_tab == "x_1-a"
    told = api.patch(path, {"revision": 2, "name": "c", "tab": "x 1"})
    assert told.json()["problems"][0]["field"] == "tab"
    restored = api.post(f"{path}/versions/1/restore", {"revision": 2, "tab": "y"})
    assert restored.status_code == 200
    assert get_draft(draft.workspace, draft.uid).saved_tab == "y"
