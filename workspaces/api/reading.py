"""How a request is read: who sent it, and its JSON. Named in the settings of REST framework."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from rest_framework import exceptions as drf
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from workspaces.api.addresses import address_of
from workspaces.domain.errors import InvalidInput, TooLarge, Unauthenticated
from workspaces.domain.json_values import MOST_LEVELS, holds_unstorable, is_too_deep
from workspaces.models import AccessToken
from workspaces.services.access import authenticate_token
from workspaces.services.audit import record_audit
from workspaces.services.brakes import BEARER
from workspaces.services.entra import authenticate_jwt, is_jwt

CHALLENGE = 'Bearer realm="forebay"'
GUESSES = ("token_unknown", "token_invalid")  # what a guess looks like; not an expired one
JSON_LIMIT = 64 * 1024 * 1024
TOO_DEEP = "The JSON is nested too deeply."


def why_signed_out(request: HttpRequest | Request) -> str:
    """`ended` or `closed` for a browser that was signed in and is no more; else nothing."""
    session = getattr(request, "session", None)
    if session is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    return "closed" if SESSION_KEY in session else "ended"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer fby_…`; no header leaves the choice to the session.

    An address that sends many tokens which are not known is told to wait. Good ones always pass:
    nothing is asked about the address before a token turns out bad.
    """

    def authenticate(self, request: Request) -> tuple[User, AccessToken | str | None] | None:
        scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            if is_jwt(raw := raw.strip()):
                actor = authenticate_jwt(raw, address=address_of(request), now=timezone.now())
                return actor.user, actor.through
            actor = authenticate_token(raw, now=timezone.now())
        except Unauthenticated as error:
            if error.code in GUESSES:
                self._brake(address_of(request))
            raise
        return actor.user, actor.token

    def _brake(self, address: str) -> None:
        now = timezone.now()
        BEARER.check(address, now=now)
        if BEARER.failed(address, now=now):
            record_audit(
                actor=None,
                workspace=None,
                action="token.refused",
                kind="token",
                address=address,
                detail={"code": "too_many_requests", "attempts": BEARER.most},
            )

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class BrowserAuthentication(SessionAuthentication):
    """The session of a page. Its CSRF token is looked for in the plain request, which leaves a
    body that is no form where it is: REST framework's own would ask a parser for it."""

    def enforce_csrf(self, request: Request) -> None:
        super().enforce_csrf(request._request)  # type: ignore[arg-type]


class AnyAccept(BaseContentNegotiation):
    """Answers are JSON (or a file's own type) whatever `Accept` says; nobody gets a bare 406."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        for parser in parsers:
            wanted = parser.media_type or "*/*"
            given = (request.content_type or "").partition(";")[0].strip().lower()
            if wanted in ("*/*", given):
                return parser
        return None

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        first = next(iter(renderers))
        return first, first.media_type


class LimitedJSONParser(BaseParser):
    """JSON up to 64 MB, without NaN, with text that can be stored.

    Leaves the body's SHA-256 on the request for the idempotency keys.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        declared = request.META.get("CONTENT_LENGTH") if request is not None else None
        raw = b"" if declared and int(declared) > JSON_LIMIT else stream.read(JSON_LIMIT + 1)
        if (declared and int(declared) > JSON_LIMIT) or len(raw) > JSON_LIMIT:
            raise TooLarge("A JSON body has at most 64 MB. Files are sent as blobs, not in JSON.")
        if request is not None:
            request.body_digest = hashlib.sha256(raw).hexdigest()
        try:
            value = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite)
        except RecursionError:
            raise drf.ParseError(TOO_DEEP) from None
        except ValueError as error:
            raise drf.ParseError(f"The body is not JSON: {error}.") from None
        if raw.count(b"[") + raw.count(b"{") > MOST_LEVELS and is_too_deep(value):
            raise drf.ParseError(TOO_DEEP)
        if b"\\u" in raw and holds_unstorable(value):
            raise InvalidInput(
                "The JSON holds text that can't be stored: NUL or half a surrogate pair."
            )
        return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:40]} is too large a number")
    return value
