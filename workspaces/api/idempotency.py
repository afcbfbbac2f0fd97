"""`Idempotency-Key`: a request that is sent twice is done once and answered twice.

The row goes through three states: claimed (no status, no answer), done (`note_done` left a
reference in the very transaction that did the work; no answer yet), answered. A server that is
killed after the work and before the answer leaves `done`, and the retry answers from that.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from workspaces.api.base import WorkspaceAPIView
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.models import IdempotencyKey

HEADER = "Idempotency-Key"
LONGEST = 200
DONE = "done"  # the reference of a request that was done and not answered yet
# A request that was cut off (the server was killed) may be tried again after this long.
ABANDONED_AFTER = timedelta(seconds=60)

View = TypeVar("View", bound=WorkspaceAPIView)
Handler = Callable[..., Response]


def idempotent(
    route: str, recover: Callable[[Any, str], Response] | None = None
) -> Callable[[Handler], Handler]:
    """For a handler of a WorkspaceAPIView: keeps the answer under (workspace, actor, route, key).

    Same key and same body: the stored answer. Another body: 422 `idempotency_mismatch`. The
    first one still under way: 409 `idempotency_in_progress`. Only answers below 400 are kept,
    so a refused request may be mended and sent again. Without the header nothing changes.

    A handler whose work must never be done twice calls `note_done(view, reference)` inside its
    transaction; `recover(view, reference)` then answers for it when it could not.
    """

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def wrapper(view: View, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = request.headers.get(HEADER, "")
            if not key:
                return handler(view, request, *args, **kwargs)
            if len(key) > LONGEST:
                raise InvalidInput.field(HEADER, f"{HEADER} has at most {LONGEST} characters.")
            row, claimed = _claim(view, request, route=route, key=key)
            if not claimed:
                return _replay(view, row, recover)
            view.claimed_key = row
            try:
                response = handler(view, request, *args, **kwargs)
            except BaseException:
                _ours(row).filter(answer__isnull=True).delete()
                raise
            if response.status_code >= 400:
                _ours(row).filter(answer__isnull=True).delete()
            else:
                _ours(row).update(status=response.status_code, answer=_plain(response.data))
            return response

        return wrapper

    return decorate


def note_done(view: WorkspaceAPIView, reference: str) -> None:
    """Inside the transaction that does the work: this is what the request made.

    Raises Conflict, and so undoes the work, when a later request took the key over meanwhile.
    """
    row = view.claimed_key
    if row is not None and not _ours(row).update(answer={DONE: reference}):
        raise _in_progress()


def _ours(row: IdempotencyKey) -> QuerySet[IdempotencyKey]:
    """The row, as long as nobody took it over: that moves `created_at`."""
    return IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at, status=None)


def _replay(
    view: WorkspaceAPIView, row: IdempotencyKey, recover: Callable[[Any, str], Response] | None
) -> Response:
    if row.status is not None:
        response = Response(row.answer, status=row.status)
    elif recover is not None and isinstance(row.answer, dict):
        response = recover(view, row.answer[DONE])
    else:
        raise _in_progress()
    response["Idempotency-Replayed"] = "true"
    return response


def _claim(
    view: WorkspaceAPIView, request: Request, *, route: str, key: str
) -> tuple[IdempotencyKey, bool]:
    """This request's row, and whether the request is to be done now (or was done before)."""
    digest = _body_digest(request)
    identity = {
        "workspace": view.workspace,
        "actor": view.actor.user,
        "route": route,
        "key": key,
    }
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(**identity, body_digest=digest), True
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
    if row.status is not None or row.answer is not None:
        return row, False
    now = timezone.now()
    taken = IdempotencyKey.objects.filter(
        pk=row.pk, status=None, answer__isnull=True, created_at__lt=now - ABANDONED_AFTER
    ).update(created_at=now)
    if not taken:
        raise _in_progress()
    row.created_at = now
    return row, True


def _in_progress() -> Conflict:
    return Conflict(
        "The first request with this key is still under way. Try again in a second.",
        code="idempotency_in_progress",
        extra={"retry_after": 1},
    )


def _body_digest(request: Request) -> str:
    """Of the body and the address: the same body sent elsewhere is another request."""
    _ = request.data  # parsing leaves the digest
    text = f"{request.get_full_path()} {getattr(request, 'body_digest', '')}"
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(data: Any) -> Any:
    """The answer as JSON alone would bring it back: dates become text."""
    return json.loads(json.dumps(data, cls=JSONEncoder))
