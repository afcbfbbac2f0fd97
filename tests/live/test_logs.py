"""Following a log: what is printed arrives, whole characters only, until the step has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services.environments import request_environment
from pipelines.domain.status import Status
from pipelines.live.log_follower import cut_utf8
from pipelines.models import Attempt, StepRun
from tests.support.submitting import body_of, finish, make_snapshot, make_target, submit
from workspaces.services.workspaces import create_workspace

database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def step(workspace: Any, owner: Any, actor: Any) -> StepRun:
    make_target(workspace, owner)
    snapshot = make_snapshot(workspace, owner, {"main.py": "print(1)"})
    run = submit(workspace, actor, body_of("a", snapshot))
    return StepRun.objects.select_related("run").get(run=run)


def start_attempt(step: StepRun, data: Path, number: int = 1) -> Path:
    folder = f"runs/{step.run.uid}/{step.uid}.{number}"
    (data / folder).mkdir(parents=True)
    Attempt.objects.create(
        step_run=step, number=number, folder=folder, host="box", created_at=timezone.now()
    )
    return data / folder / "log"


async def follow(page: Any, step: StepRun, offset: int = 0, attempt: int = 1) -> None:
    await page.open()
    await page.say(type="subscribe", topic=f"log:{step.uid}:{attempt}", offset=offset)
    assert (await page.hear())["type"] == "subscribed"


async def text_until_end(page: Any) -> tuple[str, int]:
    text, expected = "", None
    while True:
        message = await page.hear()
        if message["type"] == "log_end":
            return text, message["size"]
        assert expected in (None, message["offset"]), "chunks must join"
        text, expected = text + message["text"], message["next"]


@database
@pytest.mark.asyncio
async def test_lines_arrive_as_they_are_printed(
    socket: Any, owner: Any, step: StepRun, data_folder: Path
) -> None:
    log = await database_sync_to_async(start_attempt)(step, data_folder)
    log.write_text("one\n")
    page = socket(owner)
    await follow(page, step)
    assert (await page.hear())["text"] == "one\n"
    with log.open("a") as file:
        file.write("two\n")
    message = await page.hear()
    assert (message["text"], message["offset"], message["next"]) == ("two\n", 4, 8)
    await page.close()


@database
@pytest.mark.asyncio
async def test_a_log_can_be_joined_late_and_ends_with_its_step(
    socket: Any, owner: Any, step: StepRun, data_folder: Path
) -> None:
    log = await database_sync_to_async(start_attempt)(step, data_folder)
    log.write_text("one\ntwo\n")
    await database_sync_to_async(finish)(step.run, "a", Status.FAILED)
    page = socket(owner)
    await follow(page, step, offset=4)
    assert await text_until_end(page) == ("two\n", 8)
    await page.close()


@database
@pytest.mark.asyncio
async def test_an_attempt_that_is_not_there_yet_is_waited_for(
    socket: Any, owner: Any, step: StepRun, data_folder: Path
) -> None:
    page = socket(owner)
    await follow(page, step)
    assert await page.silent()
    log = await database_sync_to_async(start_attempt)(step, data_folder)
    log.write_text("at last\n")
    assert (await page.hear())["text"] == "at last\n"
    await page.close()


@database
@pytest.mark.asyncio
async def test_a_step_that_never_ran_ends_at_once(
    socket: Any, owner: Any, step: StepRun, data_folder: Path
) -> None:
    await database_sync_to_async(finish)(step.run, "a", Status.CANCELED)
    page = socket(owner)
    await follow(page, step)
    assert await text_until_end(page) == ("", 0)
    await page.close()


@database
@pytest.mark.asyncio
async def test_a_large_log_arrives_whole(
    socket: Any, owner: Any, step: StepRun, data_folder: Path
) -> None:
    log = await database_sync_to_async(start_attempt)(step, data_folder)
    whole = "ünï🌸-line\n" * 60_000
    log.write_text(whole, encoding="utf-8")
    await database_sync_to_async(finish)(step.run, "a", Status.FAILED)
    page = socket(owner)
    await follow(page, step)
    text, size = await text_until_end(page)
    assert text == whole
    assert size == len(whole.encode())
    await page.close()


@pytest.mark.parametrize("sign", ["é", "€", "🌸"])
def test_a_character_cut_by_a_chunk_waits_for_its_rest(sign: str) -> None:
    data = b"ab" + sign.encode()
    for end in range(3, len(data)):
        assert cut_utf8(data[:end], last=False) == ("ab", 2)
    assert cut_utf8(data, last=False) == ("ab" + sign, len(data))


def test_bytes_that_are_no_text_are_replaced_and_never_block() -> None:
    assert cut_utf8(b"a\xff\xfeb", last=False) == ("a��b", 4)
    assert cut_utf8(b"\x80\x80\x80\x80\x80", last=False)[1] == 5
    assert cut_utf8(b"a\xf0\x9f", last=True) == ("a�", 3)
    assert cut_utf8(b"", last=False) == ("", 0)


@pytest.fixture
def build(workspace: Any, data_folder: Path) -> EnvironmentBuild:
    """An environment that the workspace asked for and that is being built."""
    asked = {"name": "mine", "python": {"packages": ["tqdm"]}}
    row = request_environment(asked=asked, workspace=workspace)
    EnvironmentBuild.objects.filter(pk=row.pk).update(status="Building", attempt=1)
    (data_folder / "environments").mkdir(exist_ok=True)
    return row


@database
@pytest.mark.asyncio
async def test_a_build_is_followed_to_its_end_and_joined_again_where_it_was_left(
    socket: Any, owner: Any, build: EnvironmentBuild, data_folder: Path
) -> None:
    log = data_folder / "environments" / f"{build.key}.log"
    topic = f"build:{build.key}"
    first = socket(owner)
    await first.open()
    await first.say(type="subscribe", topic=topic, offset=0)
    assert (await first.hear())["type"] == "subscribed"
    assert await first.silent(), "a log that is not there yet is waited for"
    log.write_text("Build 1:\n")
    message = await first.hear()
    assert (message["text"], message["next"]) == ("Build 1:\n", 9)
    await first.close()
    with log.open("a") as file:
        file.write("tqdm==4 ü\n")
    second = socket(owner)
    await second.open()
    await second.say(type="subscribe", topic=topic, offset=9)
    assert (await second.hear())["type"] == "subscribed"
    assert (await second.hear())["text"] == "tqdm==4 ü\n", "nothing lost, nothing twice"
    await database_sync_to_async(EnvironmentBuild.objects.update)(status="Ready")
    assert await text_until_end(second) == ("", log.stat().st_size)
    await second.close()


@database
@pytest.mark.asyncio
async def test_builds_of_another_workspace_are_unknown(
    socket: Any, owner: Any, build: EnvironmentBuild
) -> None:
    await database_sync_to_async(create_workspace)(name="other", owner=owner)
    page = socket(owner, workspace="other")
    await page.open()
    await page.say(type="subscribe", topic=f"build:{build.key}", offset=0)
    assert (await page.hear())["code"] == "not_found"
    assert await page.silent()
    await page.close()
