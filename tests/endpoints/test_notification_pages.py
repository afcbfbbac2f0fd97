"""Who is told of what, as a person sets it: rules, a test by a real mail server, secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from endpoints.models import Delivery, NotificationRule, PipelineEndpoint, Schedule
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.rules import create_rule
from endpoints.services.schedules import create_schedule
from tests.support.mail_server import Mailbox, mail_server
from workspaces.domain.outgoing_rules import read_rules

GOOD = {"channel": "email", "address": "ann@example.com, bob@example.com", "on": ["failed"]}


@pytest.fixture
def schedule(workspace: Any, actor: Any, publish: Any) -> Schedule:
    body = {"name": "nightly", "published_pipeline": publish("train").uid, "cron": "0 5 * * *"}
    return create_schedule(workspace=workspace, actor=actor, body=body)


@pytest.fixture
def endpoint(workspace: Any, actor: Any, schedule: Schedule) -> PipelineEndpoint:
    return create_endpoint(
        workspace=workspace, actor=actor, name="score", published=schedule.published
    )


@pytest.fixture
def mail(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.FOREBAY_SMTP_HOST, settings.FOREBAY_SMTP_PORT = "127.0.0.1", box.port
        settings.FOREBAY_SMTP_SECURITY = "none"
        settings.FOREBAY_MAIL_FROM = "studio@example.com"
        yield box


@pytest.fixture
def hooks(settings: Any) -> None:
    settings.FOREBAY_OUTGOING_ALLOW = read_rules(["127.0.0.1"])


def page_of(subject: Schedule | PipelineEndpoint) -> str:
    kind = "schedules" if isinstance(subject, Schedule) else "endpoints"
    return f"/w/lab/{kind}/{subject.uid}/notifications/"


def test_without_a_mail_server_the_page_says_who_sets_it(
    browser: Client, schedule: Schedule
) -> None:
    page = browser.get(page_of(schedule)).content.decode()
    assert "Nobody is told yet" in page
    assert "FOREBAY_SMTP_HOST" in page
    assert "its administrator sets" in page
    answer = browser.post(page_of(schedule), GOOD)
    assert answer.status_code == 409
    assert "no mail server" in answer.content.decode()
    assert "bob@example.com" in answer.content.decode(), "nothing typed is lost"
    assert not NotificationRule.objects.exists()


def test_a_rule_is_made_tested_changed_and_deleted(
    browser: Client, schedule: Schedule, mail: Mailbox
) -> None:
    here = page_of(schedule)
    assert browser.post(here, GOOD).status_code == 302
    rule = NotificationRule.objects.get()
    assert (rule.on_failed, rule.on_completed) == (True, False)
    url = f"/w/lab/notifications/{rule.uid}/"
    page = browser.post(url + "test", {"next": here}, follow=True).content.decode()
    assert "The test was taken for ann@example.com, bob@example.com." in page
    assert mail.recipients == [["ann@example.com", "bob@example.com"]]
    assert "Sent" in page
    change = {"address": "eve@example.com", "on": ["completed"]}
    assert browser.post(url, change).status_code == 302
    rule.refresh_from_db()
    assert (rule.shown_address, rule.on_failed, rule.on_completed) == (
        "eve@example.com",
        False,
        True,
    )
    browser.post(url + "switch", {"enabled": "0"})
    assert "Disabled" in browser.get(url).content.decode()
    browser.post(url + "delete")
    assert not NotificationRule.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"address": "nobody"}, "address", "is no e-mail address"),
        ({"address": ""}, "address", "The address holds 1 to 10"),
        ({"on": []}, "on", "at least one"),
        ({"channel": "pigeon"}, "channel", "channel"),
        ({"channel": "webhook", "address": "http://10.0.0.1/x"}, "address", ""),
    ],
)
def test_bad_input_is_told_and_kept(
    browser: Client,
    schedule: Schedule,
    mail: Mailbox,
    changes: dict[str, Any],
    field: str,
    words: str,
) -> None:
    answer = browser.post(page_of(schedule), {**GOOD, **changes})
    assert answer.status_code == 422
    assert words in answer.context["errors"][field]
    assert changes.get("address", "bob@example.com") in answer.content.decode()
    assert not NotificationRule.objects.exists()


def test_a_webhook_s_secret_is_shown_once_and_its_url_never(
    browser: Client, endpoint: PipelineEndpoint, hooks: None
) -> None:
    address = "http://127.0.0.1:9/hooks/very-secret-part"
    sent = {"channel": "webhook", "address": address, "on": ["failed", "completed"]}
    made = browser.post(page_of(endpoint), sent)
    assert "whsec_" in made.content.decode()
    assert made["Cache-Control"] == "no-store"
    rule = NotificationRule.objects.get()
    url = f"/w/lab/notifications/{rule.uid}/"
    for page in (browser.get(url), browser.get(page_of(endpoint))):
        assert "whsec_" not in page.content.decode()
        assert "very-secret" not in page.content.decode()
        assert "127.0.0.1:9" in page.content.decode()
    assert "whsec_" in browser.post(url + "secret").content.decode()
    sealed = rule.sealed_address
    assert browser.post(url, {"address": "", "on": ["failed"]}).status_code == 302
    rule.refresh_from_db()
    assert rule.sealed_address == sealed, "an empty URL keeps the one that is stored"
    failed = browser.post(url + "test", follow=True).content.decode()
    assert "The test was not sent:" in failed


def test_messages_tell_their_state_error_and_next_try(
    browser: Client, schedule: Schedule, actor: Any, workspace: Any, mail: Mailbox
) -> None:
    body = {"schedule": schedule.uid, "channel": "email", "address": "a@example.com"}
    rule, _ = create_rule(workspace=workspace, actor=actor, body=body)
    now = timezone.now()
    Delivery.objects.create(
        rule=rule,
        event="failed",
        attempts=2,
        last_error="The server said <no>.",
        next_at=now,
        created_at=now,
    )
    for url in (page_of(schedule), f"/w/lab/notifications/{rule.uid}/"):
        page = browser.get(url).content.decode()
        assert "Trying again" in page
        assert "The server said &lt;no&gt;." in page
        assert "2 attempts" in page
        assert "next try" in page


def test_a_reader_sees_and_changes_nothing(
    reader: Client, schedule: Schedule, actor: Any, workspace: Any, mail: Mailbox
) -> None:
    body = {"schedule": schedule.uid, "channel": "email", "address": "a@example.com"}
    rule, _ = create_rule(workspace=workspace, actor=actor, body=body)
    url = f"/w/lab/notifications/{rule.uid}/"
    for page in (page_of(schedule), url):
        shown = reader.get(page).content.decode()
        assert "a@example.com" in shown
        assert "Send a test</button>" not in shown
        assert 'name="address"' not in shown
        assert reader.post(page, GOOD).status_code == 403
    assert reader.post(url + "test").status_code == 403
    assert not mail.messages


def test_many_rules_cost_no_more_queries(
    browser: Client,
    schedule: Schedule,
    actor: Any,
    workspace: Any,
    mail: Mailbox,
    django_assert_max_num_queries: Any,
) -> None:
    body = {"schedule": schedule.uid, "channel": "email", "address": "a@example.com"}
    for _ in range(30):
        rule, _ = create_rule(workspace=workspace, actor=actor, body=body)
        Delivery.objects.create(rule=rule, event="test", created_at=timezone.now())
    with django_assert_max_num_queries(20):
        page = browser.get(page_of(schedule)).content.decode()
    assert page.count("Waiting") == 50, "30 rules, and the 20 latest messages"
