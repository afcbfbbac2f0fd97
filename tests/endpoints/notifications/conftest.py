"""Receivers of messages, runs that end, and the rules that tell of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from endpoints.services.deliveries import collect_ended_runs
from endpoints.services.pipeline_endpoints import create_endpoint
from endpoints.services.submitting import submit_published
from pipelines.domain.status import Status
from pipelines.models import Run
from pipelines.services.cancel import cancel_run
from tests.support.http_server import Listener, listening
from tests.support.mail_server import Mailbox, mail_server
from tests.support.submitting import finish
from workspaces.domain.outgoing_rules import read_rules

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
