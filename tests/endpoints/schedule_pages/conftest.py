"""Schedules of a published pipeline, and the form that makes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from endpoints.models import PublishedPipeline, Schedule
from endpoints.services.schedules import create_schedule

LIST = "/w/lab/schedules/"
NEW = LIST + "new/"


FORM = {
    "name": "nightly",
    "trigger": "recurrence",
    "frequency": "Day",
    "interval": "1",
    "hours": "7",
    "minutes": "30",
    "time_zone": "Europe/Berlin",
    "missed_policy": "skip",
    "polling_interval": "5",
    "watch-datastore": "workspaceblobstore",
    "p0": "11",
    "p1": "0.5",
    "p2": "iris",
    "p3": "false",
}
Publish = Callable[..., PublishedPipeline]


@pytest.fixture
def published(publish: Publish) -> PublishedPipeline:
    return publish("train <b>")


@pytest.fixture
def make(workspace: Any, actor: Any, published: PublishedPipeline) -> Callable[..., Schedule]:
    def make(name: str = "nightly", **body: Any) -> Schedule:
        times = {} if {"recurrence", "datastore"} & body.keys() else {"cron": "0 5 * * *"}
        return create_schedule(
            workspace=workspace,
            actor=actor,
            body={"name": name, "published_pipeline": published.uid, **times, **body},
        )

    return make


def form_for(published: PublishedPipeline, **changes: str) -> dict[str, str]:
    target = f"published:{published.uid}"
    return {**FORM, "target": target, "fields_of": target, **changes}
