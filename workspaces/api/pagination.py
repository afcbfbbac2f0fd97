"""Pages of a list by cursor: stable while rows are added, and of one cost at any depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet
from rest_framework.request import Request

from workspaces.domain.errors import InvalidInput

Row = TypeVar("Row", bound=Model)

DEFAULT_LIMIT, MOST = 50, 200
SALT = "forebay.cursor"


def cursor_page(
    queryset: QuerySet[Row],
    request: Request,
    serialize: Callable[[Row], dict[str, Any]],
    key: str = "-id",
    *,
    default: int = DEFAULT_LIMIT,
    most: int = MOST,
) -> dict[str, Any]:
    """`{"items": […], "next": cursor or None}` for `?cursor=&limit=`.

    `key` is a unique field, with `-` for descending. The cursor is opaque and signed.
    """
    field, descending = key.lstrip("-"), key.startswith("-")
    limit = read_limit(request, default=default, most=most)
    cursor = request.query_params.get("cursor")
    if cursor:
        try:
            name, value = signing.loads(cursor, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            name, value = None, None
        if name != key:
            raise InvalidInput.field("cursor", "The cursor is not one that this list gave out.")
        queryset = queryset.filter(**{f"{field}__{'lt' if descending else 'gt'}": value})
    rows = list(queryset.order_by(key)[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    last = signing.dumps([key, getattr(rows[-1], field)], salt=SALT) if more else None
    return {"items": [serialize(row) for row in rows], "next": last}


def read_limit(request: Request, *, default: int = DEFAULT_LIMIT, most: int = MOST) -> int:
    """`?limit=`, 1 to `most`, `default` when not given."""
    raw = request.query_params.get("limit", str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and 1 <= int(raw) <= most):
        raise InvalidInput.field("limit", f"limit must be a number from 1 to {most}.")
    return int(raw)
