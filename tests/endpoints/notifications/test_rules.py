"""Rules: which there can be, what they keep secret, and how they are tried and ended."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from endpoints.models import Delivery, NotificationRule
from endpoints.services.deliveries import deliver_due, next_delivery
from endpoints.services.rules import reseal_rules
from pipelines.domain.status import Status
from tests.endpoints.notifications.conftest import RULES, rule, verify
from tests.support.http_server import Listener, reply
from tests.support.mail_server import Mailbox
from workspaces.domain.outgoing_rules import read_rules
from workspaces.models import AuditEntry


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


def test_a_closed_port_is_a_sentence(api: Any, endpoint: Any, settings: Any) -> None:
    settings.FOREBAY_OUTGOING_ALLOW = read_rules(["127.0.0.1"])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = rule(api, endpoint, channel="webhook", address=f"http://127.0.0.1:{port}/x")
    answer = api.post(f"{RULES}/{made['id']}/test").json()
    assert "the connection was refused" in answer["last_error"]
