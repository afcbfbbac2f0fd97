"""Messages by e-mail, over a real mail server."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from endpoints.models import Delivery
from endpoints.services.deliveries import deliver_due
from pipelines.domain.status import Status
from tests.endpoints.notifications.conftest import RULES, rule
from tests.support.mail_server import Mailbox, mail_server


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


def test_without_a_mail_server_e_mail_is_refused_with_the_way_out(api: Any, endpoint: Any) -> None:
    answer = api.post(
        RULES, {"endpoint": endpoint.uid, "channel": "email", "address": "a@b.example"}
    )
    assert answer.status_code == 409 and "FOREBAY_SMTP_HOST" in answer.json()["detail"]
