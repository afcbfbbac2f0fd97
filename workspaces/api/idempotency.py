"""`Idempotency-Key`: a request that is sent twice is done once and answered twice."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from workspaces.api.base import WorkspaceAPIView
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.models import IdempotencyKey

HEADER = "Idempotency-Key"
LONGEST = 200
# A request that was cut off (the server was killed) may be tried again after this long.
ABANDONED_AFTER = timedelta(seconds=60)

View = TypeVar("View", bound=WorkspaceAPIView)
Handler = Callable[..., Response]


def idempotent(route: str) -> Callable[[Handler], Handler]:
    """For a handler of a WorkspaceAPIView: keeps the answer under (workspace, actor, route, key).

    Same key and same body: the stored answer. Another body: 422 `idempotency_mismatch`. The
    first one still under way: 409 `idempotency_in_progress`. Only answers below 400 are kept,
    so a refused request may be mended and sent again. Without the header nothing changes.
    """

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def wrapper(view: View, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = request.headers.get(HEADER, "")
            if not key:
                return handler(view, request, *args, **kwargs)
            if len(key) > LONGEST:
                raise InvalidInput.field(HEADER, f"{HEADER} has at most {LONGEST} characters.")
            row, stored = _claim(view, request, route=route, key=key)
            if stored is not None:
                return stored
            try:
                response = handler(view, request, *args, **kwargs)
            except BaseException:
                row.delete()
                raise
            if response.status_code >= 400:
                row.delete()
            else:
                row.status, row.answer = response.status_code, _plain(response.data)
                row.save(update_fields=["status", "answer"])
            return response

        return wrapper

    return decorate


def _claim(
    view: WorkspaceAPIView, request: Request, *, route: str, key: str
) -> tuple[IdempotencyKey, Response | None]:
    """This request's row, and the answer if it was given before."""
    digest = _body_digest(request)
    identity = {
        "workspace": view.workspace,
        "actor": view.actor.user,
        "route": route,
        "key": key,
    }
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(**identity, body_digest=digest), None
    except IntegrityError:
        pass
    row = IdempotencyKey.objects.filter(**identity).first()
    if row is None:  # the first one was just refused
        raise _in_progress()
    if row.body_digest != digest:
        raise InvalidInput(
            f"The {HEADER} {key!r} was used for another request. Use a new one for each.",
            code="idempotency_mismatch",
        )
    if row.status is not None:
        return row, Response(
            row.answer, status=row.status, headers={"Idempotency-Replayed": "true"}
        )
    now = timezone.now()
    taken = IdempotencyKey.objects.filter(
        pk=row.pk, status=None, created_at__lt=now - ABANDONED_AFTER
    ).update(created_at=now)
    if not taken:
        raise _in_progress()
    return row, None


def _in_progress() -> Conflict:
    return Conflict(
        "The first request with this key is still under way. Try again in a second.",
        code="idempotency_in_progress",
        extra={"retry_after": 1},
    )


def _body_digest(request: Request) -> str:
    _ = request.data  # parsing leaves the digest
    return str(getattr(request, "body_digest", ""))


def _plain(data: Any) -> Any:
    """The answer as JSON alone would bring it back: dates become text."""
    return json.loads(json.dumps(data, cls=JSONEncoder))
