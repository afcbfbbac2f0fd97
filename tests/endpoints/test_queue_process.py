"""Real queue processes: two at once, killed again and again, and every due time runs once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.ending import ends_with_us
from tests.support.http_server import Listener, listening
from tests.support.postgres import Cluster
from tests.support.studio import ROOT
from tests.support.submitting_studio import SubmittingStudio

MISSED = 90  # due times that wait when the queues start


class QueueStudio(SubmittingStudio):
    """A real studio whose queues the test starts and kills; `allow` is what it may call."""

    allow = ""

    @property
    def server_environment(self) -> dict[str, str]:
        return {**super().server_environment, "FOREBAY_OUTGOING_ALLOW": self.allow}

    def start_queue(self, name: str) -> None:
        with (self.folder / f"{name}.out").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "manage.py", "queue"],
                cwd=ROOT,
                env=self.server_environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=ends_with_us(),  # noqa: PLW1509
            )

    def kill_queue(self, name: str) -> None:
        """Its whole session at once, workers too, as the supervisor does it."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(15)

    def kill_queues(self) -> None:
        for name in [name for name in self.processes if name.startswith("queue")]:
            self.kill_queue(name)

    def publish(self, script: str) -> str:
        node = {
            "id": "n1", "name": "main.py", "kind": "python_script", "script": "main.py",
            "snapshot": self.upload(script), "arguments": [], "inputs": [], "outputs": [],
            "compute": "cpu-cluster",
        }  # fmt: skip
        graph = {"version": 1, "parameters": [], "nodes": [node]}
        return str(self.post("/published-pipelines", {"name": "p", "graph": graph})["id"])

    def every_minute(self, **body: Any) -> str:
        made = self.post("/schedules", {"name": "s", "cron": "* * * * *", **body})
        return str(made["id"])

    def put_back(self, minutes: int) -> datetime:
        """As if nothing had run for so many minutes; the first due time that waits."""
        first = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=minutes)
        moment = first.isoformat()
        self.manage(
            "shell",
            "-c",
            "from endpoints.models import Schedule; "
            f"Schedule.objects.update(next_due_at='{moment}')",
        )
        return first

    def all(self, path: str) -> list[Any]:
        items: list[Any] = []
        cursor = ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit=100{cursor}")
            items += page["items"]
            if not page.get("next"):
                return items
            cursor = f"&cursor={page['next']}"

    def wait(self, until: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "".join(
                path.read_text()[-3000:] for path in self.folder.glob("*.out")
            )
            time.sleep(0.1)


@pytest.fixture
def hook() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def studio(request: pytest.FixtureRequest, tmp_path: Path, hook: Listener) -> Iterator[QueueStudio]:
    made = QueueStudio(tmp_path)
    made.allow = f"127.0.0.1:{hook.port}"
    with ExitStack() as kept:
        if getattr(request, "param", "sqlite") == "postgresql":
            made.database = kept.enter_context(Cluster()).create_database("queues")
        kept.enter_context(made)
        kept.callback(made.kill_queues)
        yield made


@pytest.mark.parametrize(
    "studio",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))],
    indirect=True,
)
def test_two_queues_killed_again_and_again_run_each_due_time_once(studio: QueueStudio) -> None:
    studio.stop("runner")  # the runs only have to be there
    published = studio.publish("print(1)")
    schedule = studio.every_minute(published_pipeline=published, missed_policy="catch_up")
    first = studio.put_back(MISSED - 1)
    chance = random.Random(4)
    names = ("queue-1", "queue-2")
    for name in names:
        studio.start_queue(name)

    def ticks() -> list[Any]:
        return studio.all(f"/schedules/{schedule}/ticks")

    kills = 0
    while (done := len(ticks())) < MISSED:
        if kills < 6 and done > kills * MISSED / 8:
            victims = names if kills % 2 == 0 else (chance.choice(names),)
            for name in victims:
                studio.kill_queue(name)
            for name in victims:
                studio.start_queue(name)
            kills += 1
        studio.wait(lambda done=done: len(ticks()) > done)  # type: ignore[misc]
    assert kills >= 2
    due = [tick["due_at"] for tick in ticks()]
    expected = {
        (first + timedelta(minutes=n)).isoformat().replace("+00:00", "Z") for n in range(MISSED)
    }
    assert len(due) == len(set(due)) and expected <= set(due)
    runs = studio.all("/runs")
    assert len(runs) == len(due)
    assert sorted(run["origin"]["schedule"]["due_at"] for run in runs) == sorted(due)
    assert {tick["outcome"] for tick in ticks()} == {"submitted"}


def test_from_a_due_time_to_a_webhook_through_the_real_processes(
    studio: QueueStudio, hook: Listener
) -> None:
    published = studio.publish("raise SystemExit(3)")
    schedule = studio.every_minute(published_pipeline=published)
    rule = studio.post(
        "/notification-rules",
        {"schedule": schedule, "channel": "webhook", "address": f"{hook.url}/ops"},
    )
    studio.put_back(1)
    studio.start_queue("queue-1")
    studio.wait(lambda: len(hook.calls) >= 1)
    sent = json.loads(hook.calls[0].body)
    assert sent["type"] == "run.failed" and sent["data"]["schedule"]["id"] == schedule
    run = studio.get(f"/runs/{sent['data']['run_id']}")
    assert run["status"] == "Failed" and run["source"] == "Schedule"
    (delivery, *_) = studio.all(f"/notification-rules/{rule['id']}/deliveries")[::-1]
    studio.wait(
        lambda: studio.all(f"/notification-rules/{rule['id']}/deliveries")[-1]["state"] == "sent"
    )
    assert delivery["run"]["id"] == run["id"]


def test_a_file_that_appears_becomes_a_run_through_the_real_queue(studio: QueueStudio) -> None:
    published = studio.publish("print(1)")
    schedule = studio.post(
        "/schedules",
        {"name": "w", "published_pipeline": published, "datastore": "workspaceblobstore",
         "path_on_datastore": "in", "polling_interval": 1},
    )["id"]  # fmt: skip
    studio.put("/datastores/workspaceblobstore/files/in/a.csv", b"1")
    studio.put_back(0)
    studio.start_queue("queue-1")
    studio.wait(lambda: len(studio.all(f"/schedules/{schedule}/runs")) == 1)
    (run,) = studio.all(f"/schedules/{schedule}/runs")
    assert run["origin"]["schedule"]["changed"]["paths"] == ["in/a.csv"]
