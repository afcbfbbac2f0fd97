"""The one place that turns errors into HTTP: `application/problem+json` with a sentence."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from workspaces.api.reading import CHALLENGE
from workspaces.domain.errors import (
    Forbidden,
    ForebayError,
    InvalidInput,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class BadRequest(ForebayError):
    status, code, title = 400, "bad_request", "The request can't be read"


class NotAllowed(ForebayError):
    status, code, title = 405, "method_not_allowed", "Not something that can be done here"


class WrongType(ForebayError):
    status, code, title = 415, "unsupported_media_type", "Not a kind of body that is read here"


def problem_body(error: ForebayError) -> dict[str, Any]:
    """The JSON of an error: type, title, status, code, detail, problems and what it adds."""
    return {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "problems": [problem.as_dict() for problem in error.problems],
        **error.extra,
    }


def problem_headers(error: ForebayError) -> dict[str, str]:
    """Headers that belong to the status: how to sign in, when to come again."""
    if isinstance(error, Unauthenticated):
        plain = ("unauthenticated", "session_ended")
        told = "" if error.code in plain else ', error="invalid_token"'
        return {"WWW-Authenticate": CHALLENGE + told}
    if isinstance(error, Unavailable | TooMany):
        return {"Retry-After": str(error.extra.get("retry_after", 1))}
    return {}


def problem_response(error: ForebayError) -> HttpResponse:
    """The same answer for code that stands outside REST framework's views."""
    return JsonResponse(
        problem_body(error),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=problem_headers(error),
    )


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler. None lets an unforeseen error become a logged 500."""
    error = as_forebay_error(exc)
    if error is None:
        return None
    return Response(
        problem_body(error),
        status=error.status,
        content_type=CONTENT_TYPE,
        headers=problem_headers(error),
    )


def as_forebay_error(exc: Exception) -> ForebayError | None:
    """The ForebayError that says what this exception means to a caller, if it means anything."""
    if isinstance(exc, ForebayError):
        return exc
    if isinstance(exc, Http404):
        return NotFound("There is nothing at this address.")
    if isinstance(exc, RequestDataTooBig):
        return TooLarge("The body is larger than 64 MB.")
    if isinstance(exc, PermissionDenied):
        return Forbidden(str(exc) or "You may not do this.")
    if isinstance(exc, SuspiciousOperation):
        return BadRequest(str(exc) or "The request is malformed.")
    if isinstance(exc, OperationalError) and "locked" in str(exc):
        logger.warning("the database stayed locked for 20 s", exc_info=exc)
        return Unavailable("The database is busy. Try again.", code="busy")
    if isinstance(exc, drf.APIException):
        return _from_rest_framework(exc)
    return None


def _from_rest_framework(exc: drf.APIException) -> ForebayError:
    detail = str(exc.detail) if isinstance(exc.detail, str) else str(exc.default_detail)
    match exc:
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            return Unauthenticated(
                "Sign in, or send a token in the header 'Authorization: Bearer fby_…'."
            )
        case drf.PermissionDenied():
            csrf = "CSRF" in detail
            return Forbidden(
                "The page is too old to be trusted with this. Load it again." if csrf else detail,
                code="csrf" if csrf else None,
            )
        case drf.MethodNotAllowed():
            return NotAllowed(detail)
        case drf.UnsupportedMediaType():
            return WrongType(f"{detail} Send application/json.")
        case drf.NotFound():
            return NotFound(detail)
        case drf.Throttled():
            wait = int(getattr(exc, "wait", None) or 1) + 1
            return TooMany(
                f"Too many requests. Try again in {wait} s.", extra={"retry_after": wait}
            )
        case drf.ValidationError():
            return InvalidInput(detail)
    return BadRequest(detail)
