"""Who is told when a run ends: over a real webhook, once, until it works."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from endpoints.models import Delivery, EventCursor, Schedule, ScheduleTick
from endpoints.services import deliveries
from endpoints.services.deliveries import (
    attempt_delivery,
    claim_delivery,
    collect_ended_runs,
    deliver_due,
    next_delivery,
    sweep_history,
)
from endpoints.services.publishing import disable_published
from endpoints.services.schedule_ticks import fire_due
from pipelines.domain.status import Reason, Status
from pipelines.models import Run
from tests.endpoints.notifications.conftest import RULES, end, rule, verify
from tests.support.http_server import Listener, reply


def test_a_failed_run_reaches_a_webhook_signed(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    made = rule(api, endpoint, channel="webhook", address=f"{hook.url}/T0/secret-path")
    assert made["secret"].startswith("whsec_")
    failed = run(Status.FAILED)
    deliver_due(seconds=5)
    (call,) = hook.calls
    assert (call.method, call.path) == ("POST", "/T0/secret-path")
    verify(call, made["secret"])
    sent = json.loads(call.body)
    assert sent["type"] == "run.failed"
    assert sent["data"]["run_id"] == failed.uid and sent["data"]["status"] == "Failed"
    assert sent["data"]["url"].endswith(f"/w/lab/runs/{failed.uid}/")
    assert sent["data"]["reason"] == failed.reason and sent["data"]["sentence"]
    assert sent["data"]["endpoint"] == {"id": endpoint.uid, "name": "score"}
    assert "Run 1 of score failed" in sent["text"]
    (shown,) = api.get(f"{RULES}/{made['id']}/deliveries").json()["items"]
    assert (shown["state"], shown["attempts"], shown["last_error"]) == ("sent", 1, "")
    assert shown["id"] == call.headers["webhook-id"] and shown["run"]["id"] == failed.uid


def test_only_what_a_rule_asks_for_and_each_end_once(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    rule(api, endpoint, channel="webhook", address=f"{hook.url}/failed")
    rule(api, endpoint, channel="webhook", address=f"{hook.url}/both", on=["failed", "completed"])
    rule(api, endpoint, channel="webhook", address=f"{hook.url}/off", enabled=False)
    run(Status.COMPLETED)
    run(Status.CANCELED)
    run(Status.FAILED)
    for _ in range(3):
        collect_ended_runs(now=timezone.now())
        deliver_due(seconds=5)
    assert sorted(call.path for call in hook.calls) == ["/both", "/both", "/failed"]
    assert next_delivery() is None


def test_a_rule_that_is_deleted_while_its_message_is_sent(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    made = rule(api, endpoint, channel="webhook", address=f"{hook.url}/x")
    run(Status.FAILED)
    row = Delivery.objects.select_related("rule__workspace").get()
    assert claim_delivery(row, now=timezone.now())
    assert api.delete(f"{RULES}/{made['id']}").status_code == 204
    attempt_delivery(row)
    assert row.state == Delivery.SENT and not Delivery.objects.exists()


def test_a_reader_of_events_that_was_killed_reads_them_again_and_tells_once(
    api: Any, endpoint: Any, run: Any, hook: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(api, endpoint, channel="webhook", address=hook.url)
    before = EventCursor.objects.get().event_id
    real = deliveries._deliveries_for

    def killed(*args: Any) -> Any:
        real(*args)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "_deliveries_for", killed)
        with pytest.raises(SystemExit):
            run(Status.FAILED)
    assert EventCursor.objects.get().event_id == before and Delivery.objects.count() == 0
    collect_ended_runs(now=timezone.now())
    EventCursor.objects.update(event_id=before)  # and even then
    collect_ended_runs(now=timezone.now())
    assert Delivery.objects.count() == 1


def test_runs_that_ended_before_a_rule_are_not_told(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    run(Status.FAILED)
    rule(api, endpoint, channel="webhook", address=hook.url)
    collect_ended_runs(now=timezone.now())
    assert Delivery.objects.count() == 0


def test_it_is_tried_again_later_and_later_and_then_given_up(
    api: Any, endpoint: Any, run: Any, hook: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.answer = lambda call, handler: reply(handler, 500)
    made = rule(api, endpoint, channel="webhook", address=hook.url)
    run(Status.FAILED)
    waits = []
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    while (due := next_delivery()) is not None:
        now = max(now, due)
        before = now
        assert deliver_due(seconds=5) == 1
        again = next_delivery()
        waits.append(None if again is None else again - before)
    minutes = [1, 5, 30, 120, 720]
    assert waits == [*[timedelta(minutes=one) for one in minutes], None]
    assert len(hook.calls) == 6
    assert len({call.headers["webhook-id"] for call in hook.calls}) == 1
    (shown,) = api.get(f"{RULES}/{made['id']}/deliveries").json()["items"]
    assert (shown["state"], shown["attempts"]) == ("failed", 6)
    assert shown["last_error"] == "The webhook answered 500."
    assert api.get(f"{RULES}/{made['id']}").json()["deliveries"]["failed"] == 1


def test_one_that_fails_once_arrives_the_second_time(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    hook.answer = lambda call, handler: reply(handler, 503 if len(hook.calls) == 1 else 204)
    rule(api, endpoint, channel="webhook", address=hook.url)
    run(Status.FAILED)
    deliver_due(seconds=5)
    Delivery.objects.update(next_at=timezone.now())
    deliver_due(seconds=5)
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.last_error, row.next_at) == ("sent", 2, "", None)


def test_two_workers_do_not_send_one_message(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    rule(api, endpoint, channel="webhook", address=hook.url)
    run(Status.FAILED)
    first, second = Delivery.objects.get(), Delivery.objects.get()
    now = timezone.now()
    assert claim_delivery(first, now=now) and not claim_delivery(second, now=now)
    assert deliver_due(seconds=5) == 0  # leased; a killed worker's is tried again later
    Delivery.objects.update(next_at=now - timedelta(seconds=1))
    assert deliver_due(seconds=5) == 1


def test_a_schedule_that_could_not_submit_is_told(
    api: Any, published: Any, actor: Any, hook: Listener
) -> None:
    body = {"name": "nightly", "published_pipeline": published.uid, "cron": "* * * * *"}
    schedule = api.post("/api/v1/workspaces/lab/schedules", body).json()
    answer = api.post(
        RULES, {"schedule": schedule["id"], "channel": "webhook", "address": hook.url}
    )
    assert answer.status_code == 201
    disable_published(published=published, actor=actor)
    fire_due(now=Schedule.objects.get().next_due_at)
    Delivery.objects.update(next_at=timezone.now())
    deliver_due(seconds=5)
    (call,) = hook.calls
    sent = json.loads(call.body)
    assert sent["type"] == "schedule.failed" and "disabled" in sent["data"]["sentence"]
    assert sent["data"]["schedule"]["name"] == "nightly"
    assert ScheduleTick.objects.get().outcome == "failed"


def test_a_run_of_a_schedule_reaches_its_rules_and_those_of_its_endpoint(
    api: Any, endpoint: Any, actor: Any, hook: Listener
) -> None:
    body = {"name": "nightly", "endpoint": endpoint.uid, "cron": "* * * * *"}
    schedule = api.post("/api/v1/workspaces/lab/schedules", body).json()
    for subject in ({"schedule": schedule["id"]}, {"endpoint": endpoint.uid}):
        api.post(RULES, {**subject, "channel": "webhook", "address": hook.url})
    fire_due(now=Schedule.objects.get().next_due_at)
    end(Run.objects.get(), Status.FAILED, actor)
    collect_ended_runs(now=timezone.now())
    deliver_due(seconds=5)
    assert len(hook.calls) == 2
    sent = json.loads(hook.calls[0].body)["data"]
    assert sent["schedule"]["id"] == schedule["id"] and sent["due_at"]


def test_old_history_is_swept_and_what_waits_is_kept(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    rule(api, endpoint, channel="webhook", address=hook.url)
    run(Status.FAILED)
    run(Status.FAILED)
    first = Delivery.objects.order_by("id")[0]
    Delivery.objects.filter(pk=first.pk).update(next_at=None, state="sent")
    later = timezone.now() + timedelta(days=100)
    assert sweep_history(now=later, days=200) == 0
    assert sweep_history(now=later, days=90) == 1
    assert Delivery.objects.get().next_at is not None


def test_the_reason_of_a_failed_run_is_one_of_ours(run: Any) -> None:
    assert run(Status.FAILED).reason in {reason.value for reason in Reason}
