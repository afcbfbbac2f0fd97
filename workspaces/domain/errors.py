"""Every error that a caller is meant to see.

    ForebayError
    ├── InvalidInput       422  what was sent can't be used; lists every problem at once
    ├── Unauthenticated    401  no token, or one that is unknown, expired or revoked
    ├── Forbidden          403  known, but not allowed to do this
    ├── NotFound           404  not here, or not visible to the caller
    ├── Conflict           409  true a moment ago, not now; or needs something first
    ├── TooLarge           413  above a limit that the sentence names
    ├── TooMany            429  too many attempts; the sentence says when to come again
    └── Unavailable        503  a part of the studio that this needs is not running

Services raise these; `workspaces/api/problems.py` is the only place that turns them into HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, keyed so that a page or a program can point at it.

    `node` is the id of a graph node or None, `field` a dotted path inside it (or in the body).
    """

    message: str
    field: str = ""
    node: str | None = None
    node_name: str | None = None
    code: str = "invalid"

    def as_dict(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "node_name": self.node_name,
            "field": self.field,
            "code": self.code,
            "message": self.message,
        }


class ForebayError(Exception):
    """Base of all errors with a sentence for the user. The message is that sentence."""

    status = 500
    code = "error"
    title = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        problems: Sequence[Problem] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.problems = tuple(problems)
        self.extra = dict(extra or {})


class InvalidInput(ForebayError):
    """What was sent can't be used; `problems` names each node and field."""

    status, code, title = 422, "invalid_input", "The request can't be used as it is"

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> InvalidInput:
        """One error for all problems, so that a caller mends them in one go."""
        first = problems[0]
        where = f"{first.node_name or first.node}: " if first.node else ""
        more = "" if len(problems) == 1 else f" (and {len(problems) - 1} more)"
        return cls(f"{where}{first.message}{more}", problems=problems)

    @classmethod
    def field(cls, field: str, message: str, code: str = "invalid") -> InvalidInput:
        """A single wrong field of a request body."""
        return cls(message, problems=[Problem(message, field=field, code=code)])


class Unauthenticated(ForebayError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(ForebayError):
    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(ForebayError):
    status, code, title = 404, "not_found", "Not found"


class Conflict(ForebayError):
    status, code, title = 409, "conflict", "Not possible right now"


class TooLarge(ForebayError):
    status, code, title = 413, "too_large", "Too large"


class TooMany(ForebayError):
    status, code, title = 429, "too_many_requests", "Too many requests"


class Unavailable(ForebayError):
    status, code, title = 503, "unavailable", "Not available right now"
