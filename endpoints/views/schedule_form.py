"""The form of a schedule: new and edit, the times it would be due, the fields of its target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from data.selectors import datastores, default_datastore
from endpoints import schedule_page_selectors as reads
from endpoints.domain.recurrence_form import DAYS
from endpoints.domain.schedule_form import ScheduleFields, read_schedule
from endpoints.domain.schedule_texts import (
    NEW,
    Texts,
    body_of_texts,
    changes_between,
    placed,
    problems_of,
    texts_of_body,
    times_of_texts,
)
from endpoints.domain.schedule_words import cron_meaning, due_times, rule_words
from endpoints.domain.time_zones import read_zone, zone_names
from endpoints.models import PipelineEndpoint, PublishedPipeline, Schedule
from endpoints.schedule_selectors import get_schedule
from endpoints.selectors import get_endpoint, get_published, get_version
from endpoints.services.schedules import change_schedule, create_schedule, stored_body
from endpoints.views.schedules import list_url, schedule_context, schedule_url
from pipelines.parameter_form import Field, fields_of, place_problems, values_of
from pipelines.views.common import crumbs
from workspaces.domain.errors import Conflict, ForebayError, InvalidInput, NotFound
from workspaces.domain.roles import Permission
from workspaces.domain.times import iso
from workspaces.pages import ActorRequest, workspace_page

PATH_TYPES = ("datapath", "string")
NAMES = {"datastore": "watch-datastore", "path": "watch-path"}  # as the suggestions of paths ask
FREQUENCIES = [("Minute", "minutes"), ("Hour", "hours"), ("Day", "days"), ("Week", "weeks")]
FREQUENCIES += [("Month", "months")]
POLICIES = [
    ("skip", "Skip them", "Only a time that is not late is submitted."),
    ("run_once", "Run once", "One run stands for all that were missed."),
    ("catch_up", "Catch up", "A run for each of them, the last 100 at most."),
]
CHANGED_MEANWHILE = (
    "Somebody else changed this schedule since this form was opened. What you typed is still "
    "here: save again to put it in the place of theirs."
)
Target = tuple[PublishedPipeline | PipelineEndpoint | None, PublishedPipeline | None]


class Form:
    """One request for the form: the texts of its controls and the parameters of its target."""

    def __init__(
        self, request: ActorRequest, texts: Texts, values: Mapping[str, Any], *, typed: bool
    ) -> None:
        self.request, self.texts, self.values, self.typed = request, texts, values, typed
        self.errors: dict[str, str] = {}
        self.target, self.published = self._read_target()
        self.parameters = list(self.published.parameters) if self.published is not None else []
        # What was typed into the fields of another pipeline means nothing for this one's.
        given = request.POST if typed and self.same_fields else None
        self.fields = fields_of(request.workspace, self.parameters, values, typed=given)
        if (named := self.path_field) is not None:
            named.error = ""

    @property
    def same_fields(self) -> bool:
        """Whether the fields that were typed into are those of the chosen target."""
        return self.request.POST.get("fields_of", "") == self.texts["target"]

    @property
    def path_field(self) -> Field | None:
        """The parameter that each change gives its path to, and nobody fills in."""
        if self.texts["trigger"] != Schedule.DATASTORE:
            return None
        wanted = self.texts["data_path_parameter_name"]
        return next((one for one in self.fields if one.name == wanted), None)

    @property
    def shown_fields(self) -> list[Field]:
        return [one for one in self.fields if one is not self.path_field]

    @property
    def complete(self) -> bool:
        """Whether the fields that belong to the target were there to fill in, and are right."""
        return self.same_fields and not any(one.error for one in self.fields)

    def body(self) -> dict[str, Any]:
        """What the form asks for, but the target."""
        return body_of_texts(self.texts) | {"parameters": values_of(self.shown_fields, self.values)}

    def refuse(self, error: ForebayError) -> None:
        """Keep what a service said, beside the fields it is about."""
        if not isinstance(error, InvalidInput):
            self.errors["form"] = error.detail
            return
        self.errors |= placed(place_problems(self.fields, problems_of(error)))

    def target_body(self) -> dict[str, str]:
        """The target as a new schedule names it."""
        kind, _, uid = self.texts["target"].partition(":")
        return {"endpoint" if kind == "endpoint" else "published_pipeline": uid}

    def _read_target(self) -> Target:
        kind, _, uid = self.texts["target"].partition(":")
        try:
            if kind == "endpoint":
                endpoint = get_endpoint(self.request.workspace, uid)
                return endpoint, get_version(endpoint).published
            if kind == "published":
                published = get_published(self.request.workspace, uid)
                return published, published
        except NotFound as error:
            self.errors["target"] = error.detail
        return None, None

    def context(self) -> dict[str, Any]:
        """What the templates of the form and of its parts read."""
        workspace = self.request.workspace
        return {
            "texts": self.texts,
            "errors": self.errors,
            "target": self.target,
            "fields": self.shown_fields,
            "path_field": self.path_field,
            "path_parameters": [p["name"] for p in self.parameters if p["type"] in PATH_TYPES],
            "datastores": list(datastores(workspace).values_list("name", flat=True)),
            "week_days": self.texts["week_days"].split(),
        }


def _typed(request: ActorRequest) -> Texts:
    post = request.POST
    texts = {
        name: post.get(NAMES.get(name, name), "").replace("\r\n", "\n").replace("\0", "")
        for name in NEW
    }
    return texts | {"week_days": " ".join(request.POST.getlist("week_days"))}


def _page(
    request: ActorRequest, form: Form, schedule: Schedule | None, status: int = 200
) -> HttpResponse:
    if schedule is not None:
        context = schedule_context(request, schedule, ("Edit", ""))
    else:
        trail = (("Schedules", list_url(request)), ("New schedule", ""))
        context = {"section": "schedules", "breadcrumbs": crumbs(request, *trail)}
    context |= form.context() | {
        "schedule": schedule,
        "seen_at": iso(schedule.updated_at) if schedule is not None else "",
        "targets": _choices(request, form) if schedule is None else [],
        "experiments": reads.experiment_suggestions(request.workspace),
        "zones": zone_names(),
        "frequencies": FREQUENCIES,
        "all_days": DAYS,
        "policies": POLICIES,
        "choose_zone": schedule is None and not form.typed,
        **_preview(form, store_problems=False),
    }
    response = render(request, "endpoints/schedule_form.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _choices(request: ActorRequest, form: Form) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be chosen, and what is chosen where the list is too long to hold it."""
    groups = reads.target_choices(request.workspace)
    chosen = form.texts["target"]
    listed = any(value == chosen for _, choices in groups for value, _ in choices)
    if form.target is not None and not listed:
        groups.append(("Chosen", [(chosen, form.target.name)]))
    return groups


def _preview(form: Form, *, store_problems: bool = True) -> dict[str, Any]:
    """The next times of what is typed, or what is wrong with it."""
    now = timezone.now()
    try:
        fields = read_schedule({"name": "preview", **times_of_texts(form.texts)}, now=now)
    except InvalidInput as error:
        problems = placed(problems_of(error))
        if store_problems:
            form.errors |= problems
        return {"time_problems": [*dict.fromkeys(problems.values())]}
    return {"times": _times(fields), "words": _words(fields), "zone_name": fields.time_zone}


def _times(fields: ScheduleFields) -> list[Any]:
    now = timezone.now()
    return due_times(fields.rule(now), read_zone(fields.time_zone), now)


def _words(fields: ScheduleFields) -> str:
    if fields.trigger == Schedule.DATASTORE:
        return ""
    if fields.trigger == Schedule.CRON:
        return cron_meaning(fields.cron)
    return rule_words(fields.rule(timezone.now()), fields.time_zone)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.PUBLISH)
def new_schedule(request: ActorRequest) -> HttpResponse:
    """The form of a new schedule; `endpoint` or `published` in the URL chooses its target."""
    if request.method != "POST":
        form = Form(request, _first_texts(request), {}, typed=False)
        form.errors = {}
        return _page(request, form, None)
    form = Form(request, _typed(request), {}, typed=True)
    if form.target is None or not form.complete:
        return _unfinished(request, form, None)
    try:
        row = create_schedule(
            workspace=request.workspace,
            actor=request.actor,
            body=form.body() | form.target_body(),
        )
    except ForebayError as error:
        form.refuse(error)
        return _page(request, form, None, error.status)
    messages.success(request, f"The schedule “{row.name}” is ready.")
    return redirect(schedule_url(request, row))


def _first_texts(request: ActorRequest) -> Texts:
    texts = dict(NEW)
    for kind in ("endpoint", "published"):
        if uid := request.GET.get(kind):
            texts["target"] = f"{kind}:{uid[:36]}"
    try:
        texts["datastore"] = default_datastore(request.workspace).name
    except NotFound:
        texts["datastore"] = ""
    return texts


def _unfinished(request: ActorRequest, form: Form, schedule: Schedule | None) -> HttpResponse:
    """The form again: without a target, or with parameters that nobody saw yet or are wrong."""
    if form.target is None:
        form.errors.setdefault("target", "Choose what it runs.")
    elif not form.same_fields:
        form.errors["form"] = "These are the parameters of what you chose. Look at them, then save."
    _preview(form)
    if not form.texts["name"].strip():
        form.errors["name"] = "The schedule needs a name."
    return _page(request, form, schedule, 422)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_page(Permission.PUBLISH)
def edit_schedule(request: ActorRequest, schedule_id: str) -> HttpResponse:
    """The form of a stored schedule. Only what is changed is sent, so that a new name does not
    let it count anew."""
    schedule = get_schedule(request.workspace, schedule_id)
    stored = stored_body(schedule)
    before = texts_of_body(stored) | {"target": _target_of(schedule)}
    if request.method != "POST":
        form = Form(request, before, schedule.parameters, typed=False)
        return _page(request, form, schedule)
    texts = _typed(request) | {"target": before["target"]}
    form = Form(request, texts, schedule.parameters, typed=True)
    if not form.complete:
        return _unfinished(request, form, schedule)
    if request.POST.get("seen_at") != iso(schedule.updated_at):
        form.errors["form"] = CHANGED_MEANWHILE
        return _page(request, form, schedule, 409)
    first = body_of_texts(before) | {"parameters": schedule.parameters}
    changes = changes_between(first, form.body())
    try:
        if changes:
            change_schedule(schedule=schedule, actor=request.actor, changes=changes)
    except ForebayError as error:
        form.refuse(error)
        if isinstance(error, Conflict):
            schedule = get_schedule(request.workspace, schedule_id)
        return _page(request, form, schedule, error.status)
    messages.success(request, "Saved." if changes else "Nothing was changed.")
    return redirect(schedule_url(request, schedule))


def _target_of(schedule: Schedule) -> str:
    if schedule.endpoint is not None:
        return f"endpoint:{schedule.endpoint.uid}"
    return f"published:{schedule.published.uid}" if schedule.published is not None else ""


@require_POST
@workspace_page(Permission.READ)
def preview(request: ActorRequest) -> HttpResponse:
    """The next five times of the form, and what is wrong beside each control of the times."""
    form = Form(request, _typed(request), {}, typed=True)
    form.errors = {}
    context = _preview(form)
    context |= {"errors": form.errors, "texts": form.texts, "swap": True}
    response = render(request, "endpoints/schedule_preview.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@workspace_page(Permission.READ)
def show_parameters(request: ActorRequest) -> HttpResponse:
    """The fields of the chosen target, with what is typed where they are still the same."""
    uid = request.POST.get("schedule", "")
    values = get_schedule(request.workspace, uid).parameters if uid else {}
    form = Form(request, _typed(request), values, typed=True)
    response = render(request, "endpoints/schedule_parameters.html", form.context())
    response["Cache-Control"] = "no-store"
    return response
