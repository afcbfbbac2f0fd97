"""What a socket asks the database: who may listen to what, and what it missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Min, QuerySet

from compute.selectors import get_build
from pipelines.live.tailer import FIELDS, RUN_KINDS, LiveEvent, last_event_id, live_event
from pipelines.models import Event, PipelineDraft, Run, StepRun
from workspaces.domain.errors import NotFound, Unauthenticated
from workspaces.domain.roles import Permission
from workspaces.models import Workspace
from workspaces.services.access import Actor, authorize

REPLAY = 1000  # events a returning socket is given; one that missed more starts anew


@dataclass(frozen=True)
class Missed:
    """Events between a socket's last one and now; `too_old` when they can't all be given."""

    events: list[LiveEvent]
    last: int
    too_old: bool = False


def is_own_origin(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the page that opens a socket came from this studio, port included.

    Browsers send Origin with every socket, so a missing one is a program and has no cookie to
    abuse; a foreign one is another site using a signed-in person's cookie.
    """
    origin = headers.get(b"origin")
    if origin is None:
        return True
    host = urlsplit(origin.decode("latin-1")).netloc.lower()
    asked = headers.get(b"host", b"").decode("latin-1").lower()
    return bool(host) and host in {asked, urlsplit(settings.FOREBAY_URL).netloc.lower()}


def admit(user: User | AnonymousUser | None, workspace_name: str) -> Workspace:
    """The workspace, if this user may read it now. Raises Unauthenticated, NotFound, Forbidden."""
    if user is None or not user.is_authenticated:
        raise Unauthenticated("Sign in first.")
    fresh = User.objects.filter(pk=user.pk, is_active=True).first()
    if fresh is None:
        raise Unauthenticated("This account is closed.")
    return authorize(
        actor=Actor(user=fresh), workspace_name=workspace_name, permission=Permission.READ
    )


def session_is_alive(session: Any) -> bool:
    """Whether the browser's session still exists; signing out ends its sockets too."""
    key = getattr(session, "session_key", None)
    return key is None or bool(session.exists(key))


def missed_events(workspace: Workspace, run_uid: str | None, after: int | None) -> Missed:
    """Events of one run (or of all runs, when None) after an id; `after` None means from now.

    Raises NotFound for a run that is not in this workspace.
    """
    events: QuerySet[Event] = Event.objects.filter(workspace=workspace)
    if run_uid is None:
        events = events.filter(kind__in=RUN_KINDS)
    else:
        run = Run.objects.filter(workspace=workspace, uid=run_uid).only("id").first()
        if run is None:
            raise NotFound(f"There is no run {run_uid!r} in this workspace.")
        events = events.filter(run=run)
    last = last_event_id()
    if after is None:
        return Missed([], last)
    oldest = Event.objects.aggregate(oldest=Min("id"))["oldest"] or 0
    rows = list(
        events.filter(id__gt=after, id__lte=last).order_by("id").values_list(*FIELDS)[: REPLAY + 1]
    )
    # Later than the newest: the database is another one than the page was made from.
    if after > last or (after and after + 1 < oldest) or len(rows) > REPLAY:
        return Missed([], last, too_old=True)
    return Missed([live_event(cast("Any", row)) for row in rows], last)


def check_step(workspace: Workspace, step_uid: str) -> None:
    """Raises NotFound for a step run that is not in this workspace."""
    if not StepRun.objects.filter(run__workspace=workspace, uid=step_uid).exists():
        raise NotFound(f"There is no step run {step_uid!r} in this workspace.")


def check_build(workspace: Workspace, key: str) -> None:
    """Raises NotFound for an environment that this workspace has not asked for."""
    get_build(workspace, key)


def check_draft(workspace: Workspace, uid: str) -> None:
    """Raises NotFound for a draft that is not in this workspace."""
    if not PipelineDraft.objects.filter(workspace=workspace, uid=uid).exists():
        raise NotFound(f"There is no draft {uid!r} in this workspace.")
