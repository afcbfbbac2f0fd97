"""Who is told when a run of a schedule or an endpoint ends: its rules, one rule, its messages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from endpoints import schedule_page_selectors as reads
from endpoints.models import Delivery, NotificationRule, PipelineEndpoint, Schedule
from endpoints.schedule_selectors import get_rule, get_schedule
from endpoints.selectors import get_endpoint
from endpoints.services.rules import (
    change_rule,
    create_rule,
    delete_rule,
    rotate_rule_secret,
    send_test,
)
from endpoints.views.common import back_url, url_of
from endpoints.views.schedules import schedule_context
from pipelines.views.common import crumbs, may
from workspaces.domain.errors import ForebayError, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import ActorRequest, workspace_page
from workspaces.services.access import authorize
from workspaces.services.notifications import mail_is_set_up

EVENTS = ("failed", "completed")
WORDS = {"address is the URL": "The address is the URL", "address holds": "The address holds"}
NO_EVENT = "Choose at least one end of a run."
Subject = Schedule | PipelineEndpoint


def _subject_url(request: ActorRequest, subject: Subject) -> str:
    page, workspace = "notifications", request.workspace.name
    if isinstance(subject, PipelineEndpoint):
        page = "endpoint-notifications"
    return reverse(f"schedules:{page}", args=[workspace, subject.uid])


def _rule_url(request: ActorRequest, rule: NotificationRule) -> str:
    return reverse("schedules:rule", args=[request.workspace.name, rule.uid])


def _context(request: ActorRequest, subject: Subject, *trail: tuple[str, str]) -> dict[str, Any]:
    """The way back and what may be pressed, for a page of a schedule or of an endpoint."""
    here = _subject_url(request, subject) if trail else ""
    steps = (("Notifications", here), *trail)
    if isinstance(subject, Schedule):
        context = schedule_context(request, subject, *steps)
    else:
        home = url_of(request, "endpoint", endpoint_id=subject.uid)
        context = {
            "endpoint": subject,
            "section": "endpoints",
            "breadcrumbs": crumbs(
                request, ("Endpoints", url_of(request, "endpoints")), (subject.name, home), *steps
            ),
            "may_change": may(request, Permission.PUBLISH),
            "may_write": may(request, Permission.WRITE),
        }
    return context | {
        "subject": subject,
        "subject_url": _subject_url(request, subject),
        "tab": "notifications",
        "mail": mail_is_set_up(),
    }


def _typed(request: ActorRequest) -> dict[str, Any]:
    """The form as a rule's body; the check of the service names what is wrong."""
    return {
        "on": [event for event in request.POST.getlist("on") if event in EVENTS],
        "address": request.POST.get("address", "").replace("\0", ""),
        "channel": request.POST.get("channel", ""),
    }


def _errors(error: ForebayError) -> dict[str, str]:
    if not isinstance(error, InvalidInput) or not error.problems:
        return {"address": error.detail}
    found = {}
    for problem in error.problems:
        message = problem.message
        for program, person in WORDS.items():
            message = message.replace(program, person)
        found[problem.field if problem.field in ("on", "channel") else "address"] = message
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.READ)
def of_schedule(request: ActorRequest, schedule_id: str) -> HttpResponse:
    """The rules of a schedule and the latest messages; POST adds a rule."""
    return _rules(request, get_schedule(request.workspace, schedule_id))


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.READ)
def of_endpoint(request: ActorRequest, endpoint_id: str) -> HttpResponse:
    """The same for an endpoint."""
    return _rules(request, get_endpoint(request.workspace, endpoint_id))


def _rules(request: ActorRequest, subject: Subject) -> HttpResponse:
    typed: dict[str, Any] = {
        "on": ["failed"],
        "address": "",
        "channel": "email" if mail_is_set_up() else "webhook",
    }
    if request.method != "POST":
        return _rules_page(request, subject, typed)
    authorize(
        actor=request.actor,
        workspace_name=request.workspace.name,
        permission=Permission.PUBLISH,
    )
    typed = _typed(request)
    if not typed["on"]:
        return _rules_page(request, subject, typed, {"on": NO_EVENT}, 422)
    kind = "schedule" if isinstance(subject, Schedule) else "endpoint"
    try:
        row, secret = create_rule(
            workspace=request.workspace, actor=request.actor, body={**typed, kind: subject.uid}
        )
    except ForebayError as error:
        return _rules_page(request, subject, typed, _errors(error), error.status)
    if secret:
        return _rule_page(request, row, secret=secret)
    messages.success(request, f"{row.shown_address} is told from now on.")
    return redirect(_subject_url(request, subject))


def _rules_page(
    request: ActorRequest,
    subject: Subject,
    typed: dict[str, Any],
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, subject) | {
        "rules": reads.rules_of(subject),
        "deliveries": reads.deliveries_of_subject(subject),
        "typed": typed,
        "errors": errors or {},
    }
    return _render(request, "endpoints/notifications.html", context, status)


def _render(
    request: ActorRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"  # it may show a secret
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.READ)
def show_rule(request: ActorRequest, rule_id: str) -> HttpResponse:
    """One rule with its messages; POST changes whom it tells of what."""
    rule = get_rule(request.workspace, rule_id)
    if request.method != "POST":
        return _rule_page(request, rule)
    authorize(
        actor=request.actor,
        workspace_name=request.workspace.name,
        permission=Permission.PUBLISH,
    )
    typed = _typed(request)
    if not typed["on"]:
        return _rule_page(request, rule, typed=typed, errors={"on": NO_EVENT}, status=422)
    changes: dict[str, Any] = {"on": typed["on"]}
    if _is_another_address(rule, typed["address"]):
        changes["address"] = typed["address"]
    try:
        change_rule(rule=rule, actor=request.actor, changes=changes)
    except ForebayError as error:
        return _rule_page(request, rule, typed=typed, errors=_errors(error), status=error.status)
    messages.success(request, "Saved.")
    return redirect(_rule_url(request, rule))


def _is_another_address(rule: NotificationRule, text: str) -> bool:
    """An empty webhook's address keeps the one that is stored, which is not shown."""
    if rule.channel == NotificationRule.WEBHOOK:
        return bool(text.strip())
    return text.strip() != rule.shown_address


def _rule_page(
    request: ActorRequest,
    rule: NotificationRule,
    *,
    secret: str = "",
    typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rule = get_rule(request.workspace, rule.uid)
    on = {"failed": rule.on_failed, "completed": rule.on_completed}
    stored = {
        "on": [event for event in EVENTS if on[event]],
        "address": rule.shown_address if rule.channel == NotificationRule.EMAIL else "",
    }
    context = _context(request, _subject_of(rule), (rule.shown_address, "")) | {
        "rule": rule,
        "secret": secret,
        "typed": typed or stored,
        "errors": errors or {},
        "page": reads.deliveries_page(rule, request.GET.get("page", "1")),
    }
    return _render(request, "endpoints/notification.html", context, status)


def _subject_of(rule: NotificationRule) -> Subject:
    """As the pages of it read it."""
    if rule.schedule is not None:
        return get_schedule(rule.workspace, rule.schedule.uid)
    assert rule.endpoint is not None
    return get_endpoint(rule.workspace, rule.endpoint.uid)


@require_POST
@workspace_page(Permission.PUBLISH)
def switch(request: ActorRequest, rule_id: str) -> HttpResponse:
    """`enabled` is "1" or "0"."""
    rule = get_rule(request.workspace, rule_id)
    enabled = request.POST.get("enabled") == "1"
    change_rule(rule=rule, actor=request.actor, changes={"enabled": enabled})
    said = "is told again" if enabled else "is told nothing until it is enabled"
    messages.success(request, f"{rule.shown_address} {said}.")
    return redirect(back_url(request, _rule_url(request, rule)))


@require_POST
@workspace_page(Permission.PUBLISH)
def test(request: ActorRequest, rule_id: str) -> HttpResponse:
    """Sends a test now, and says what came of it."""
    rule = get_rule(request.workspace, rule_id)
    sent = send_test(rule=rule, actor=request.actor)
    if sent.state == Delivery.SENT:
        messages.success(request, f"The test was taken for {rule.shown_address}.")
    else:
        messages.error(request, f"The test was not sent: {sent.last_error}")
    return redirect(back_url(request, _rule_url(request, rule)))


@require_POST
@workspace_page(Permission.PUBLISH)
def rotate(request: ActorRequest, rule_id: str) -> HttpResponse:
    """Another secret for a webhook, shown this once."""
    rule = get_rule(request.workspace, rule_id)
    secret = rotate_rule_secret(rule=rule, actor=request.actor)
    return _rule_page(request, rule, secret=secret)


@require_POST
@workspace_page(Permission.PUBLISH)
def delete(request: ActorRequest, rule_id: str) -> HttpResponse:
    """It goes with its messages."""
    rule = get_rule(request.workspace, rule_id)
    delete_rule(rule=rule, actor=request.actor)
    messages.success(request, f"{rule.shown_address} is told nothing any more.")
    return redirect(_subject_url(request, _subject_of(rule)))
