"""Sends a message to people or programs: e-mail by SMTP, webhooks by the outgoing client.

One attempt each; who calls decides when to try again. Webhooks are signed as the Standard Webhooks
specification says (headers webhook-id, webhook-timestamp, webhook-signature), so that receivers
can check them with a library of their language.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import make_msgid, parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.outgoing import OutgoingError, check_url, fetch

SECRET_PREFIX = "whsec_"  # noqa: S105 - as the specification has it
MOST_RECIPIENTS = 10
LONGEST_URL = 2000
LONGEST_SUBJECT = 200
SMTP_SECONDS = 15


class DeliveryFailed(Exception):
    """The message did not arrive; the text is a sentence that may be shown to its owner."""


def new_webhook_secret() -> str:
    """The key that a receiver checks signatures with: `whsec_` and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign_webhook(*, secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """The value of `webhook-signature`: `v1,` and base64 of HMAC-SHA256(id.seconds.body)."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def read_webhook_url(value: Any) -> str:
    """A URL that may be called right now; InvalidInput (field `address`) with the reason."""
    url = value.strip() if isinstance(value, str) else ""
    if not url or len(url) > LONGEST_URL:
        raise InvalidInput.field("address", "address is the URL of the webhook, https://….")
    try:
        check_url(url)
    except OutgoingError as error:
        raise InvalidInput.field("address", error.detail, code=error.code) from None
    return url


def read_recipients(value: Any) -> str:
    """E-mail addresses, separated by commas; InvalidInput (field `address`) names a wrong one.

    Raises Conflict where the studio has no mail server.
    """
    if not mail_is_set_up():
        raise Conflict(
            "This studio has no mail server: its administrator sets FOREBAY_SMTP_HOST and "
            "FOREBAY_MAIL_FROM. A webhook works without one.",
            code="no_mail_server",
        )
    given = value if isinstance(value, str) else ""
    addresses = [part.strip() for part in given.split(",") if part.strip()]
    if not 1 <= len(addresses) <= MOST_RECIPIENTS:
        raise InvalidInput.field(
            "address", f"address holds 1 to {MOST_RECIPIENTS} e-mail addresses, with commas."
        )
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            raise InvalidInput.field("address", f"{address!r} is no e-mail address.") from None
    return ", ".join(addresses)


def shown_webhook(url: str) -> str:
    """What may be shown of a webhook's URL: its path often is the secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…{url[-4:] if len(parts.path) > 12 else ''}"


def mail_is_set_up() -> bool:
    """Whether the administrator named a mail server."""
    return bool(settings.FOREBAY_SMTP_HOST)


def send_mail(*, to: Sequence[str], subject: str, text: str) -> None:
    """One plain message. Raises DeliveryFailed; the mail server's own words are in it."""
    if not mail_is_set_up():
        raise DeliveryFailed("This studio has no mail server any more (FOREBAY_SMTP_HOST).")
    sender = settings.FOREBAY_MAIL_FROM
    message = EmailMessage(
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        body=text,
        from_email=sender,
        to=list(to),
        headers={
            "Auto-Submitted": "auto-generated",  # so that no holiday note comes back
            "Message-ID": make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "forebay"),
        },
        connection=get_connection(
            "django.core.mail.backends.smtp.EmailBackend",
            host=settings.FOREBAY_SMTP_HOST,
            port=settings.FOREBAY_SMTP_PORT,
            username=settings.FOREBAY_SMTP_USER,
            password=settings.FOREBAY_SMTP_PASSWORD,
            use_tls=settings.FOREBAY_SMTP_SECURITY == "starttls",
            use_ssl=settings.FOREBAY_SMTP_SECURITY == "tls",
            timeout=SMTP_SECONDS,
        ),
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        refused = "; ".join(
            f"{address}: {_words(code, text)}" for address, (code, text) in error.recipients.items()
        )
        raise DeliveryFailed(f"The mail server refused {refused}.") from None
    except smtplib.SMTPResponseException as error:
        said = _words(error.smtp_code, error.smtp_error)
        raise DeliveryFailed(f"The mail server answered {said}.") from None
    except ssl.SSLError as error:
        raise DeliveryFailed(f"The mail server's TLS is not accepted: {error.reason}.") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise DeliveryFailed(f"The mail server can't be reached: {reason}.") from None


def post_webhook(
    *, url: str, secret: str, message_id: str, body: Mapping[str, Any], at: datetime
) -> None:
    """One signed POST of JSON; any 2xx is a success. Raises DeliveryFailed."""
    content = json.dumps(body, ensure_ascii=False).encode()
    try:
        answer = fetch(
            url,
            method="POST",
            body=content,
            headers={
                "Content-Type": "application/json",
                "Webhook-Id": message_id,
                "Webhook-Timestamp": str(int(at.timestamp())),
                "Webhook-Signature": sign_webhook(
                    secret=secret, message_id=message_id, at=at, body=content
                ),
            },
        )
    except OutgoingError as error:
        raise DeliveryFailed(error.detail) from None
    if not 200 <= answer.status < 300:
        raise DeliveryFailed(f"The webhook answered {answer.status}.")


def _words(code: int, text: bytes | str) -> str:
    plain = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(plain.split())[:300]}"
