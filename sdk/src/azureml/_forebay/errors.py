"""Answers of the server that are not a success, as exceptions.

The server answers ``application/problem+json``; :func:`error_from_answer` makes the exception::

    401 Unauthenticated   404 NotFound    413 TooLarge           other 4xx  Refused
    403 Forbidden         409 Conflict    422 Invalid (problems) 5xx        ServerFailed

All are also the public classes that a v1 program catches (``azureml.exceptions``).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Type

from azureml.exceptions import (
    AuthenticationException,
    AzureMLException,
    ServiceException,
    UserErrorException,
)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was sent: at which node and field, and why."""

    message: str
    code: str = "invalid"
    node: str = ""
    node_name: str = ""
    field: str = ""

    def __str__(self) -> str:
        place = self.node_name or self.node
        if self.field:
            place = f"{place}, {self.field}" if place else self.field
        return f"{place}: {self.message}" if place else self.message


class AnswerError(AzureMLException):
    """A request the server did not grant. ``status`` is HTTP's, ``code`` the server's word."""

    status: int = 0
    code: str = ""
    body: Dict[str, Any]
    problems: Sequence[Problem]

    def _fill(
        self, status: int, code: str, body: Dict[str, Any], problems: Sequence[Problem]
    ) -> None:
        self.status = status
        self.code = code
        self.body = body
        self.problems = problems


class Refused(AnswerError, UserErrorException):
    """A 4xx without a class of its own."""


class Unauthenticated(AnswerError, AuthenticationException):
    """401: no token, or one the server does not know (any more)."""


class Forbidden(Refused):
    """403: known, but not allowed."""


class NotFound(Refused):
    """404."""


class Conflict(Refused):
    """409: the thing exists, or something must be sent first (``body["missing"]``)."""


class TooLarge(Refused):
    """413."""


class Invalid(Refused):
    """422: see ``problems``."""


class ServerFailed(AnswerError, ServiceException):
    """5xx."""


class Unreachable(ServiceException):
    """No answer at all."""


_CLASSES: Dict[int, Type[AnswerError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    422: Invalid,
}


def problems_from_json(items: Any) -> List[Problem]:
    """The ``problems`` array of an answer, or of ``/runs/validate``, as values."""
    found = []
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict):
            found.append(
                Problem(
                    message=str(item.get("message") or "is not valid"),
                    code=str(item.get("code") or "invalid"),
                    node=str(item.get("node") or ""),
                    node_name=str(item.get("node_name") or ""),
                    field=str(item.get("field") or ""),
                )
            )
    return found


def error_from_answer(status: int, content: bytes, *, method: str, url: str) -> AnswerError:
    """The exception for an answer of 400 and above; its text is what the server said."""
    body = _parse(content)
    problems = problems_from_json(body.get("problems"))
    sentence = str(body.get("detail") or body.get("title") or "")
    if not sentence:
        sentence = f"{method} {url} was answered with status {status}."
    if problems:
        lines = [f"  - {problem}" for problem in problems]
        if len(problems) == 1 and problems[0].message in sentence:
            lines = []
        sentence = "\n".join([sentence, *lines])
    code = str(body.get("code") or "")
    if status == 401:
        sentence += "\n" + _advise(code, url)
    kind = _CLASSES.get(status, ServerFailed if status >= 500 else Refused)
    error = kind(sentence)
    if isinstance(error, ServiceException):
        error.status_code = status
    error._fill(status, code, body, problems)
    return error


def _advise(code: str, url: str) -> str:
    """What to do about a 401: where the token came from, and where there is another."""
    server = "/".join(url.split("/")[:3])
    if code not in ("token_expired", "token_revoked"):
        return (
            f"Sign in with `forebay login --server {server}`, or set FOREBAY_TOKEN"
            " to a personal token from the studio's Settings page."
        )
    if os.environ.get("FOREBAY_TOKEN"):
        return f"Set FOREBAY_TOKEN to a new token: {server}/settings/tokens/ makes one."
    return (
        f"Make a new one at {server}/settings/tokens/ and keep it with"
        f" `forebay login --server {server}`."
    )


def _parse(content: bytes) -> Dict[str, Any]:
    try:
        body: Optional[Any] = json.loads(content.decode("utf-8"))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
