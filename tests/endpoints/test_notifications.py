"""Who is told when a run ends: over a real mail server and a real webhook, once, until it works."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.utils import timezone

from endpoints.models import Delivery, EventCursor, NotificationRule, Schedule, ScheduleTick
from endpoints.services import deliveries
from endpoints.services.deliveries import (
    attempt_delivery,
    claim_delivery,
    collect_ended_runs,
    deliver_due,
    next_delivery,
    sweep_history,
)
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.publishing import disable_published
from endpoints.services.rules import reseal_rules
from endpoints.services.schedule_ticks import fire_due
from endpoints.services.submitting import submit_published
from pipelines.domain.status import Reason, Status
from pipelines.models import Run
from pipelines.services.cancel import cancel_run
from tests.support.http_server import Listener, listening, reply
from tests.support.mail_server import Mailbox, mail_server
from tests.support.submitting import finish
from workspaces.domain.outgoing_rules import read_rules
from workspaces.models import AuditEntry

RULES = "/api/v1/workspaces/lab/notification-rules"


@pytest.fixture
def hook(settings: Any) -> Iterator[Listener]:
    with listening() as listener:
        settings.FOREBAY_OUTGOING_ALLOW = read_rules([f"127.0.0.1:{listener.port}"])
        yield listener


@pytest.fixture
def mail(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.FOREBAY_SMTP_HOST, settings.FOREBAY_SMTP_PORT = "127.0.0.1", box.port
        settings.FOREBAY_SMTP_SECURITY = "none"
        settings.FOREBAY_MAIL_FROM = "Forebay <forebay@studio.example>"
        yield box


@pytest.fixture
def published(publish: Any) -> Any:
    collect_ended_runs(now=timezone.now())  # from here on
    return publish()


@pytest.fixture
def endpoint(workspace: Any, actor: Any, published: Any) -> Any:
    return create_endpoint(workspace=workspace, actor=actor, name="score", published=published)


@pytest.fixture
def run(endpoint: Any, actor: Any) -> Any:
    """Ends a new run of the endpoint as told, and lets the queue see it."""

    def make(status: Status) -> Run:
        version = endpoint.versions.get()
        made = submit_published(
            published=version.published,
            actor=actor,
            body={"regenerate_outputs": True},
            endpoint_version=version,
        )
        end(made, status, actor)
        collect_ended_runs(now=timezone.now())
        made.refresh_from_db()
        return made

    return make


def end(run: Run, status: Status, actor: Any) -> None:
    if status is Status.CANCELED:
        cancel_run(run=run, actor=actor)
        return
    finish(run, "a", status)
    if status is Status.COMPLETED:
        finish(run, "b", status)


def rule(api: Any, endpoint: Any, **body: Any) -> dict[str, Any]:
    answer = api.post(RULES, {"endpoint": endpoint.uid, **body})
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def verify(call: Any, secret: str) -> None:
    """As a receiver does it by the Standard Webhooks specification."""
    signed = (
        f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{wanted}"


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


def test_mail_says_what_a_person_needs(api: Any, endpoint: Any, run: Any, mail: Mailbox) -> None:
    rule(api, endpoint, channel="email", address="ops@team.example, ada@team.example")
    failed = run(Status.FAILED)
    deliver_due(seconds=5)
    (message,) = mail.messages
    assert mail.recipients == [["ops@team.example", "ada@team.example"]]
    assert message["Subject"] == "[lab] Run 1 of score failed"
    assert message["From"] == "Forebay <forebay@studio.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert f"/w/lab/runs/{failed.uid}/" in text and "by the endpoint score" in text


def test_a_mail_server_that_refuses_is_quoted(
    api: Any, endpoint: Any, run: Any, mail: Mailbox
) -> None:
    mail.refuse = "451 4.7.1 Greylisting in action"
    rule(api, endpoint, channel="email", address="ops@team.example")
    run(Status.FAILED)
    deliver_due(seconds=5)
    row = Delivery.objects.get()
    assert row.state == "waiting" and "451" in row.last_error and "Greylisting" in row.last_error


def test_mail_by_starttls_with_a_login(
    api: Any, endpoint: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with mail_server(tls_context=tls, auth_required=True, require_starttls=True) as box:
        settings.FOREBAY_SMTP_HOST, settings.FOREBAY_SMTP_PORT = "localhost", box.port
        settings.FOREBAY_SMTP_SECURITY = "starttls"
        settings.FOREBAY_SMTP_USER, settings.FOREBAY_SMTP_PASSWORD = "forebay", "pass-1234"
        settings.FOREBAY_MAIL_FROM = "forebay@studio.example"
        made = rule(api, endpoint, channel="email", address="ops@team.example")
        refused = api.post(f"{RULES}/{made['id']}/test").json()
        assert refused["state"] == "failed" and "certificate" in refused["last_error"].lower()
        assert box.logins == []  # nothing was told to a server that nobody vouches for
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert api.post(f"{RULES}/{made['id']}/test").json()["state"] == "sent"
        assert box.logins == [("forebay", "pass-1234")] and len(box.messages) == 1


def test_a_test_is_sent_at_once_and_not_again(api: Any, endpoint: Any, hook: Listener) -> None:
    made = rule(api, endpoint, channel="webhook", address=hook.url)
    answer = api.post(f"{RULES}/{made['id']}/test").json()
    assert (answer["state"], answer["event"]) == ("sent", "test")
    (call,) = hook.calls
    verify(call, made["secret"])
    assert json.loads(call.body)["type"] == "test"
    hook.answer = lambda call, handler: reply(handler, 404)
    answer = api.post(f"{RULES}/{made['id']}/test").json()
    assert (answer["state"], answer["last_error"]) == ("failed", "The webhook answered 404.")
    assert next_delivery() is None


def test_tests_have_a_brake(api: Any, endpoint: Any, hook: Listener) -> None:
    made = rule(api, endpoint, channel="webhook", address=hook.url)
    codes = [api.post(f"{RULES}/{made['id']}/test").status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    assert len(hook.calls) == 10


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


def test_private_addresses_are_refused_when_a_rule_is_made_and_when_it_is_used(
    api: Any, endpoint: Any, run: Any, hook: Listener, settings: Any
) -> None:
    made = rule(api, endpoint, channel="webhook", address=hook.url)
    settings.FOREBAY_OUTGOING_ALLOW = read_rules([])
    body = {"endpoint": endpoint.uid, "channel": "webhook", "address": hook.url}
    answer = api.post(RULES, body)
    assert answer.status_code == 422
    assert "FOREBAY_OUTGOING_ALLOW" in answer.json()["problems"][0]["message"]
    assert api.post(f"{RULES}/{made['id']}/test").json()["state"] == "failed"
    run(Status.FAILED)
    deliver_due(seconds=5)
    assert hook.calls == []
    assert "FOREBAY_OUTGOING_ALLOW" in Delivery.objects.filter(event="failed").get().last_error


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "pigeon", "address": "x"}, "channel"),
        ({"channel": "email", "address": "not an address"}, "address"),
        ({"channel": "email", "address": ""}, "address"),
        ({"channel": "email", "address": "a@b.example\nBcc: c@d.example"}, "address"),
        ({"channel": "webhook", "address": "ftp://h.example"}, "address"),
        ({"channel": "webhook", "address": "http://u:p@h.example"}, "address"),
        ({"channel": "webhook", "address": "http://127.0.0.1:1", "on": []}, "on"),
        ({"channel": "webhook", "address": "http://127.0.0.1:1", "on": ["maybe"]}, "on"),
        ({"channel": "webhook", "address": "http://127.0.0.1:1", "endpoint": ""}, "endpoint"),
        ({"channel": "webhook", "address": "http://127.0.0.1:1", "colour": 1}, "colour"),
    ],
)  # fmt: skip
def test_rules_that_can_not_be(
    api: Any, endpoint: Any, mail: Mailbox, settings: Any, body: Any, field: str
) -> None:
    settings.FOREBAY_OUTGOING_ALLOW = read_rules(["127.0.0.1"])
    answer = api.post(RULES, {"endpoint": endpoint.uid, **body})
    assert answer.status_code == 422, answer.json()
    assert field in [problem["field"] for problem in answer.json()["problems"]]


def test_without_a_mail_server_e_mail_is_refused_with_the_way_out(api: Any, endpoint: Any) -> None:
    answer = api.post(
        RULES, {"endpoint": endpoint.uid, "channel": "email", "address": "a@b.example"}
    )
    assert answer.status_code == 409 and "FOREBAY_SMTP_HOST" in answer.json()["detail"]


def test_neither_address_nor_secret_of_a_webhook_is_shown_or_stored_readable(
    api: Any, endpoint: Any, hook: Listener
) -> None:
    made = rule(api, endpoint, channel="webhook", address=f"{hook.url}/services/T0/B0/hushhush")
    assert made["address"] == f"{hook.url}/…hush"
    shown = json.dumps([api.get(RULES).json(), api.get(f"{RULES}/{made['id']}").json()])
    row = NotificationRule.objects.get()
    stored = "".join([row.shown_address, row.sealed_address, row.sealed_secret])
    noted = json.dumps(list(AuditEntry.objects.values_list("detail", flat=True)))
    for text in (shown, stored, noted):
        assert "hushhush" not in text and made["secret"][10:] not in text
    fresh = api.post(f"{RULES}/{made['id']}/secret").json()["secret"]
    assert fresh != made["secret"]
    api.post(f"{RULES}/{made['id']}/test")
    verify(hook.calls[-1], fresh)


def test_a_change_of_the_key_keeps_rules_working(
    api: Any, endpoint: Any, hook: Listener, settings: Any
) -> None:
    made = rule(api, endpoint, channel="webhook", address=hook.url)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new"
    assert reseal_rules() == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert api.post(f"{RULES}/{made['id']}/test").json()["state"] == "sent"
    settings.SECRET_KEY = "another"
    answer = api.post(f"{RULES}/{made['id']}/test").json()
    assert answer["state"] == "failed" and "FOREBAY_KEY_FILE" in answer["last_error"]


def test_a_rule_switched_off_or_deleted_sends_no_more(
    api: Any, endpoint: Any, run: Any, hook: Listener
) -> None:
    made = rule(api, endpoint, channel="webhook", address=hook.url)
    run(Status.FAILED)
    assert api.patch(f"{RULES}/{made['id']}", {"enabled": False}).json()["enabled"] is False
    deliver_due(seconds=5)
    assert Delivery.objects.get().state == "failed" and hook.calls == []
    assert api.delete(f"{RULES}/{made['id']}").status_code == 204
    assert Delivery.objects.count() == 0
    actions = AuditEntry.objects.filter(kind="notification_rule").order_by("id")
    assert [one.action.partition(".")[2] for one in actions] == ["created", "changed", "deleted"]


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


def test_a_closed_port_is_a_sentence(api: Any, endpoint: Any, settings: Any) -> None:
    settings.FOREBAY_OUTGOING_ALLOW = read_rules(["127.0.0.1"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = rule(api, endpoint, channel="webhook", address=f"http://127.0.0.1:{port}/x")
    answer = api.post(f"{RULES}/{made['id']}/test").json()
    assert "the connection was refused" in answer["last_error"]


def test_the_reason_of_a_failed_run_is_one_of_ours(run: Any) -> None:
    assert run(Status.FAILED).reason in {reason.value for reason in Reason}
