"""Compute targets: the list, a target's nodes, queue and settings, and changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from compute.models import ComputeTarget
from compute.selectors import compute_targets, get_target, target_statuses
from compute.services.targets import create_target, delete_target, update_target
from pipelines import compute_selectors, page_selectors
from pipelines.views.common import crumbs, may, page_url, render_list
from workspaces.domain.errors import Conflict, InvalidInput
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page
from workspaces.services.access import authorize

# The form's fields -> the label a person reads and what an empty field means.
NUMBERS = {
    "min_nodes": "Least nodes",
    "max_nodes": "Most nodes",
    "idle_seconds_before_scaledown": "Idle seconds before a node is given up",
    "memory_limit_mb": "Memory limit of a step",
}
MAY_BE_EMPTY = ("memory_limit_mb",)


def _row(target: ComputeTarget, nodes: Any) -> dict[str, Any]:
    return {"target": target, "nodes": nodes, "paused": target.paused_at is not None}


def _context(request: HttpRequest, *trail: tuple[str, str]) -> dict[str, Any]:
    return {
        "live_after": page_selectors.newest_event(),
        "section": "compute",
        "breadcrumbs": crumbs(request, *trail),
        "may_change": may(request, Permission.COMPUTE),
    }


@workspace_page(Permission.READ)
def list_targets(request: HttpRequest) -> HttpResponse:
    """The compute targets with their nodes and queues now."""
    context = _context(request, ("Compute", ""))
    targets = list(compute_targets(request.workspace))  # type: ignore[attr-defined]
    nodes = target_statuses(targets)
    context["rows"] = [_row(target, nodes[target.pk]) for target in targets]
    return render_list(
        request, "computes-list", "compute/targets_list.html", "compute/targets.html", context
    )


def _texts_of(target: ComputeTarget | None) -> dict[str, str]:
    """What a form shows before anybody typed."""
    if target is None:
        return {
            "name": "",
            "min_nodes": "0",
            "max_nodes": "4",
            "idle_seconds_before_scaledown": "1800",
            "memory_limit_mb": "",
        }
    limit = target.memory_limit_mb
    return {
        "name": target.name,
        "min_nodes": str(target.min_nodes),
        "max_nodes": str(target.max_nodes),
        "idle_seconds_before_scaledown": str(target.idle_seconds),
        "memory_limit_mb": "" if limit is None else str(limit),
    }


def _body(texts: Mapping[str, str]) -> dict[str, Any]:
    """The form as a request body; a number that is none stays a text, for the check to name."""
    body: dict[str, Any] = {}
    for name in NUMBERS:
        text = texts.get(name, "").strip()
        if not text and name in MAY_BE_EMPTY:
            body[name] = None
        else:
            body[name] = int(text) if text.isascii() and text.isdigit() else text
    return body


def _errors(error: InvalidInput | Conflict) -> dict[str, str]:
    """Messages by the field they belong to; `form` holds those of none."""
    found: dict[str, str] = {}
    for problem in error.problems:
        message = problem.message
        for name, label in NUMBERS.items():
            message = message.replace(f"'{name}'", label).replace(name, label)
        found.setdefault(problem.field or "form", message)
    if not found:
        taken = isinstance(error, Conflict) and error.code == "exists"
        found["name" if taken else "form"] = error.detail
    return found


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.COMPUTE)
def new_target(request: HttpRequest) -> HttpResponse:
    """The form of a new target, with what is wrong beside its field."""
    trail = [("Compute", page_url(request, "computes")), ("New compute target", "")]
    context = _context(request, *trail) | {"texts": _texts_of(None), "errors": {}}
    if request.method == "POST":
        context["texts"] = {name: request.POST.get(name, "") for name in context["texts"]}
        try:
            target = create_target(
                workspace=request.workspace,  # type: ignore[attr-defined]
                actor=request.actor,  # type: ignore[attr-defined]
                body={"name": context["texts"]["name"].strip(), **_body(context["texts"])},
            )
        except (InvalidInput, Conflict) as error:
            context["errors"] = _errors(error)
        else:
            messages.success(request, f"Compute target {target.name} is ready.")
            return redirect(page_url(request, "compute", name=target.name))
    return _form(request, "compute/target_new.html", context)


@require_http_methods(["GET", "POST"])
@workspace_page(Permission.READ)
def show_target(request: HttpRequest, name: str) -> HttpResponse:
    """One target: what runs on it, what waits, its settings; POST changes the settings."""
    workspace = request.workspace  # type: ignore[attr-defined]
    context = _context(request, ("Compute", page_url(request, "computes")), (name, ""))
    target = get_target(workspace, name)
    texts, errors = _texts_of(target), {}
    if request.method == "POST":
        authorize(
            actor=request.actor,  # type: ignore[attr-defined]
            workspace_name=workspace.name,
            permission=Permission.COMPUTE,
        )
        texts = {**texts, **{field: request.POST.get(field, "") for field in NUMBERS}}
        try:
            update_target(
                workspace=workspace,
                actor=request.actor,  # type: ignore[attr-defined]
                target=target,
                body=_body(texts),
            )
        except InvalidInput as error:
            errors = _errors(error)
        else:
            messages.success(request, "The settings are kept. Steps that run keep their node.")
            return redirect(page_url(request, "compute", name=name))
    context |= {
        **_row(target, target_statuses([target])[target.pk]),
        "running": compute_selectors.running_on(target),
        "queue": compute_selectors.queue_of(target),
        "texts": texts,
        "errors": errors,
    }
    if errors:
        return _form(request, "compute/target.html", context)
    return render_list(
        request, "compute-now", "compute/target_now.html", "compute/target.html", context
    )


def _form(request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
    response = render_list(request, "", page, page, context)
    response.status_code = 422 if context["errors"] else 200
    return response


@require_POST
@workspace_page(Permission.COMPUTE)
def pause_target(request: HttpRequest, name: str) -> HttpResponse:
    """Pause or resume: `paused` is 1 or 0."""
    workspace = request.workspace  # type: ignore[attr-defined]
    update_target(
        workspace=workspace,
        actor=request.actor,  # type: ignore[attr-defined]
        target=get_target(workspace, name),
        body={"paused": request.POST.get("paused") == "1"},
    )
    return redirect(page_url(request, "compute", name=name))


@require_POST
@workspace_page(Permission.COMPUTE)
def remove_target(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a target that nothing uses; otherwise say what does."""
    workspace = request.workspace  # type: ignore[attr-defined]
    try:
        delete_target(
            workspace=workspace,
            actor=request.actor,  # type: ignore[attr-defined]
            target=get_target(workspace, name),
            now=timezone.now(),
        )
    except Conflict as error:
        messages.error(request, error.detail)
        return redirect(page_url(request, "compute", name=name))
    messages.success(request, f"Compute target {name} is deleted. Past runs still show it.")
    return redirect(page_url(request, "computes"))
