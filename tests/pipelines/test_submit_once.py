"""A submit that is sent again makes no second run, wherever the server was killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pipelines.api import runs as runs_api
from pipelines.models import Run
from tests.support.submitting import body_of, make_snapshot, make_target
from workspaces.models import IdempotencyKey

URL = "/api/v1/workspaces/lab/runs"


class Killed(BaseException):
    """As SIGKILL: nothing after it runs."""


@pytest.fixture
def body(workspace: Any, owner: Any) -> dict[str, Any]:
    make_target(workspace, owner)
    return body_of("a -> b", make_snapshot(workspace, owner, {"main.py": "print(1)"}))


@pytest.fixture
def killed_after_commit(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The next answer to a submit is never made."""

    def die(run: Run) -> dict[str, Any]:
        raise Killed

    context = pytest.MonkeyPatch.context()
    with context as patch:
        patch.setattr(runs_api, "new_run_shape", die)
        yield patch


def test_killed_between_commit_and_answer(api: Any, body: Any, killed_after_commit: Any) -> None:
    with pytest.raises(Killed):
        api.post(URL, body, headers={"Idempotency-Key": "k"})
    killed_after_commit.undo()
    made = Run.objects.get()
    again = api.post(URL, body, headers={"Idempotency-Key": "k"})
    assert again.status_code == 201
    assert again.json()["id"] == made.uid
    assert len(again.json()["steps"]) == 2
    assert again.headers["Idempotency-Replayed"] == "true"
    other = api.post(URL, {**body, "description": "other"}, headers={"Idempotency-Key": "k"})
    assert other.json()["code"] == "idempotency_mismatch"
    assert Run.objects.count() == 1


def test_killed_before_commit(api: Any, body: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.services.submission.record_events", die)
        with pytest.raises(Killed):
            api.post(URL, body, headers={"Idempotency-Key": "k"})
    assert not Run.objects.exists()
    assert api.post(URL, body, headers={"Idempotency-Key": "k"}).status_code == 201
    assert Run.objects.count() == 1


def test_a_slow_submit_whose_key_was_taken_over_is_undone(
    api: Any, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = runs_api.submit_run

    def slow(**given: Any) -> Run:
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(minutes=2))
        with monkeypatch.context() as patch:
            patch.setattr(runs_api, "submit_run", real)
            assert api.post(URL, body, headers={"Idempotency-Key": "k"}).status_code == 201
        return real(**given)

    monkeypatch.setattr(runs_api, "submit_run", slow)
    late = api.post(URL, body, headers={"Idempotency-Key": "k"})
    assert (late.status_code, late.json()["code"]) == (409, "idempotency_in_progress")
    assert Run.objects.count() == 1
    monkeypatch.undo()
    assert api.post(URL, body, headers={"Idempotency-Key": "k"}).status_code == 201
    assert Run.objects.count() == 1
