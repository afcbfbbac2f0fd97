"""Schedules: the list, one schedule with its due times and what became of them, its switches."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from endpoints import schedule_page_selectors as reads
from endpoints.models import PipelineEndpoint, PublishedPipeline, Schedule
from endpoints.schedule_page_selectors import SchedulesAsked
from endpoints.schedule_selectors import get_schedule
from endpoints.services.schedules import change_schedule, delete_schedule, run_now
from endpoints.views.common import back_url
from pipelines.page_selectors import newest_event
from pipelines.views.common import crumbs, may, page_url, render_list
from workspaces.domain.errors import ForebayError
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page

OVERVIEW, HISTORY, RUNS = "overview", "history", "runs"


def list_url(request: ActorRequest) -> str:
    """The address of the list."""
    return reverse("schedules:list", kwargs={"workspace_name": request.workspace.name})


def schedule_url(request: ActorRequest, schedule: Schedule, page: str = "schedule") -> str:
    """The address of a page of one schedule."""
    return reverse(f"schedules:{page}", args=[request.workspace.name, schedule.uid])


def schedule_context(
    request: ActorRequest, schedule: Schedule, *trail: tuple[str, str]
) -> dict[str, Any]:
    """What the pages of one schedule share: its head, its way back, what may be pressed."""
    here = schedule_url(request, schedule) if trail else ""
    return {
        "schedule": schedule,
        "trigger": reads.trigger_words(schedule),
        "section": "schedules",
        "breadcrumbs": crumbs(
            request, ("Schedules", list_url(request)), (schedule.name, here), *trail
        ),
        "may_change": may(request, Permission.PUBLISH),
        "may_write": may(request, Permission.WRITE),
    }


def schedules_tab(
    request: ActorRequest, target: PublishedPipeline | PipelineEndpoint
) -> dict[str, Any]:
    """What endpoints/schedules_of.html reads: the schedules of what they run."""
    kind = "published" if isinstance(target, PublishedPipeline) else "endpoint"
    page = reads.schedules_of_page(target, request.GET.get("page", "1"))
    return {
        "page": page,
        "listed": page.object_list,
        "new_query": f"{kind}={target.uid}",
        "may_change": may(request, Permission.PUBLISH),
    }


@workspace_page(Permission.READ)
def list_all(request: ActorRequest) -> HttpResponse:
    """Schedules of the workspace."""
    get = request.GET.get
    asked = SchedulesAsked(
        text=get("q", "").replace("\0", "").strip()[:200],
        disabled=get("disabled") == "1",
        sort=get("sort", ""),
        page=get("page", "1"),
    )
    page = reads.schedules_page(request.workspace, asked)
    anything = bool(page.object_list) or bool(asked.text)
    context = {
        "live_after": newest_event(),
        "section": "schedules",
        "breadcrumbs": crumbs(request, ("Schedules", "")),
        "asked": asked,
        "page": page,
        "listed": page.object_list,
        "show_target": True,
        "only_disabled": not anything
        and not asked.disabled
        and Schedule.objects.filter(workspace=request.workspace).exists(),
        "may_change": may(request, Permission.PUBLISH),
        "may_write": may(request, Permission.WRITE),
    }
    fragment = "endpoints/schedules_list.html"
    return render_list(request, "schedules-list", fragment, "endpoints/schedules.html", context)


@workspace_page(Permission.READ)
def show_schedule(request: ActorRequest, schedule_id: str) -> HttpResponse:
    """One schedule; `tab` is overview, history or runs."""
    schedule = get_schedule(request.workspace, schedule_id)
    tab = request.GET.get("tab", OVERVIEW)
    number = request.GET.get("page", "1")
    context = schedule_context(request, schedule) | {"live_after": newest_event(), "tab": tab}
    if tab == HISTORY:
        context["page"] = reads.ticks_page(schedule, number)
        fragment = "endpoints/schedule_history.html"
    elif tab == RUNS:
        context["page"] = reads.schedule_runs_page(schedule, number)
        fragment = "endpoints/schedule_runs.html"
    else:
        context |= _overview(schedule)
        fragment = "endpoints/schedule_overview.html"
    context["fragment"] = fragment
    return render_list(request, "schedule-tab", fragment, "endpoints/schedule.html", context)


def _overview(schedule: Schedule) -> dict[str, Any]:
    listed = reads.listed_schedules([schedule])[0]
    return {
        "tab": OVERVIEW,
        "last_run": listed.last_run,
        "problem": listed.problem,
        "meaning": reads.trigger_meaning(schedule),
        "times": reads.next_times(schedule, timezone.now()),
        "watched": reads.watched_state(schedule),
        "place": reads.watched_place(schedule),
    }


@require_POST
@workspace_page(Permission.PUBLISH)
def switch(request: ActorRequest, schedule_id: str) -> HttpResponse:
    """`enabled` is "1" or "0"."""
    schedule = get_schedule(request.workspace, schedule_id)
    enable = request.POST.get("enabled") == "1"
    status = Schedule.ACTIVE if enable else Schedule.DISABLED
    try:
        change_schedule(schedule=schedule, actor=request.actor, changes={"status": status})
    except ForebayError as error:
        messages.error(request, error.detail)
        return redirect(back_url(request, schedule_url(request, schedule)))
    said = "submits when it is due" if enable else "submits nothing until it is enabled"
    messages.success(request, f"The schedule “{schedule.name}” {said}.")
    return redirect(back_url(request, schedule_url(request, schedule)))


@require_POST
@workspace_page(Permission.WRITE)
def submit_now(request: ActorRequest, schedule_id: str) -> HttpResponse:
    """One run besides the due times; leads to it."""
    schedule = get_schedule(request.workspace, schedule_id)
    try:
        run = run_now(schedule=schedule, actor=request.actor)
    except ForebayError as error:
        messages.error(request, f"No run was submitted: {error.detail}")
        return redirect(back_url(request, schedule_url(request, schedule)))
    return redirect(page_url(request, "run", run_uid=run.uid))


@require_POST
@workspace_page(Permission.PUBLISH)
def delete(request: ActorRequest, schedule_id: str) -> HttpResponse:
    """It goes with its history; the runs that it submitted stay."""
    schedule = get_schedule(request.workspace, schedule_id)
    delete_schedule(schedule=schedule, actor=request.actor)
    messages.success(request, f"The schedule “{schedule.name}” is deleted. Its runs stay.")
    return redirect(list_url(request))
