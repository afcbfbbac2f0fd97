"""A step's side panel: the same fragment inside the run page and as a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from pipelines import (
    artifacts,
    child_selectors,
    metric_selectors,
    page_selectors,
    selectors,
    step_words,
)
from pipelines.domain.status import FINAL, Status, sentence
from pipelines.environment_selectors import step_notices
from pipelines.metric_page import lay_out
from pipelines.models import Run, StepRun
from pipelines.parameter_values import step_parameters
from pipelines.previews import IMAGE_LIMIT, image_type, read_preview
from pipelines.resource_chart import draw_resources
from pipelines.views.children import Place, list_context
from pipelines.views.common import may_write, page_url, render_panel
from workspaces.domain.errors import ForebayError, NotFound
from workspaces.domain.roles import Permission
from workspaces.models import Snapshot
from workspaces.pages import workspace_page
from workspaces.services.snapshots import blob_store

LISTED_FILES = 500
PANELS = (
    ("details", "Details"),
    ("parameters", "Parameters"),
    ("outputs", "Outputs + logs"),
    ("metrics", "Metrics"),
    ("children", "Child runs"),  # only of steps that have some
    ("snapshot", "Snapshot"),
    ("attempts", "Attempts"),
)


def panel_context(request: HttpRequest, run: Run, step: StepRun) -> dict[str, Any]:
    """What the panel shows; only the open tab's rows are read."""
    final = Status(step.status) in FINAL
    name = request.GET.get("panel", "")
    if name not in dict(PANELS):
        # Zero clicks to what people look for: the log of what runs or failed.
        shows_log = step.status == Status.FAILED.value or (step.attempt and not final)
        name = "outputs" if shows_log else "details"
    # A reused step has no attempt of its own: its log and files are those of the earlier one.
    origin = selectors.origin_of(step)
    context: dict[str, Any] = {
        "run": run,
        "step": step,
        "origin": origin,
        "step_final": final,
        "step_sentence": sentence(step.reason, step.reason_data),
        "queue_line": step_words.queue_line(step),
        "may_write": may_write(request),
        "can_cancel_step": step_words.can_cancel(step),
        "run_over": Status(run.status) in FINAL,
        "panels": _panels(origin, name),
        "panel": name,
        "tab": request.GET.get("tab", "graph"),
        "panel_url": page_url(request, "step", run_uid=run.uid, step_uid=step.uid),
    }
    fill = FILLERS.get(name)
    if fill is not None:
        context |= fill(request, step, origin)
    return context


def _panels(origin: StepRun, shown: str) -> tuple[tuple[str, str], ...]:
    if shown == "children" or child_selectors.children_of_step(origin).exists():
        return PANELS
    return tuple(panel for panel in PANELS if panel[0] != "children")


def _arguments(step: StepRun) -> list[dict[str, str]]:
    """Arguments as they were written: words, and references by name."""
    shown = []
    for argument in step.node.get("arguments", []):
        if isinstance(argument, dict) and argument:
            kind, value = next(iter(argument.items()))
            shown.append({"kind": kind, "text": str(value)})
        else:
            shown.append({"kind": "", "text": str(argument)})
    return shown


def _details(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    spec = step.environment.spec
    return {
        "arguments": _arguments(step),
        "environment_name": (step.node.get("environment") or {}).get("name") or "Default",
        "environment_python": spec.get("python") if isinstance(spec, dict) else None,
        "environment_notices": step_notices(step.run.workspace, [step])[step.pk],
        "environment_url": page_url(request, "environment-build", key=step.environment.key),
    }


def _parameters(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    return step_parameters(step)


def _outputs(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    rows = []
    for output in page_selectors.outputs_of(step):
        try:
            files, gone = selectors.output_files(output), ""
        except ForebayError as error:
            files, gone = [], error.detail
        rows.append(
            {
                "row": output,
                "files": files[:LISTED_FILES],
                "more": max(0, len(files) - LISTED_FILES),
                "gone": gone,
            }
        )
    kept = artifacts.artifacts_of(step)
    return {
        "outputs": rows,
        "artifacts": kept[:LISTED_FILES],
        "more_artifacts": max(0, len(kept) - LISTED_FILES),
        "log_attempt": origin.attempt,
    }


def _metrics(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    found = metric_selectors.metrics_of(origin)
    return {
        "metrics": lay_out((step, origin, series) for series in found),
        "resources": draw_resources(origin),
    }


def _snapshot(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    return {"files": step.snapshot.files[:2000], "snapshot": step.snapshot}


def _attempts(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    rows = page_selectors.attempts_of(origin)
    seen = request.GET.get("seen", "")
    return {
        "attempts": [step_words.attempt_row(origin, row) for row in rows],
        # A page that has all the attempts keeps its logs; only what is said of them changes.
        "same_attempts": bool(rows) and seen == str(len(rows)),
    }


def _children(request: HttpRequest, step: StepRun, origin: StepRun) -> dict[str, Any]:
    tab = request.GET.get("tab", "graph")
    run_url = page_url(request, "run", run_uid=step.run.uid)
    panel_url = page_url(request, "step", run_uid=step.run.uid, step_uid=step.uid)
    query = urlencode({"tab": tab, "panel": "children"})
    place = Place(f"{run_url}?{query}&step={step.uid}", f"{panel_url}?{query}")
    children = child_selectors.children_of_step(origin)
    return {"children": list_context(request, children, place)}


FILLERS: dict[str, Callable[[HttpRequest, StepRun, StepRun], dict[str, Any]]] = {
    "details": _details,
    "parameters": _parameters,
    "outputs": _outputs,
    "metrics": _metrics,
    "snapshot": _snapshot,
    "attempts": _attempts,
    "children": _children,
}


def _find(request: HttpRequest, run_uid: str, step_uid: str) -> tuple[Run, StepRun]:
    run = selectors.get_run(request.workspace, run_uid)  # type: ignore[attr-defined]
    return run, page_selectors.step_by_uid(run, step_uid)


@workspace_page(Permission.READ)
def show_panel(request: HttpRequest, run_uid: str, step_uid: str) -> HttpResponse:
    """The panel of a step; `?live=1` gives only what changes while the step runs."""
    run, step = _find(request, run_uid, step_uid)
    context = panel_context(request, run, step)
    fragment = "pipelines/step_live.html" if "live" in request.GET else "pipelines/step_panel.html"
    if "log" in request.GET:
        context["attempt"] = _shown_attempt(context, request.GET["log"])
        fragment = "pipelines/step_attempt_log.html"
    response = render_panel(request, fragment, step.name, run, context)
    if fragment == "pipelines/step_live.html" and context["step_final"]:
        response.status_code = 286  # htmx puts it in place and asks no more at intervals
    return response


def _shown_attempt(context: dict[str, Any], number: str) -> dict[str, Any]:
    for attempt in context.get("attempts", []):
        if str(attempt["row"].number) == number:
            return dict(attempt)
    raise NotFound("The step has no such attempt.")


def _requested_file(request: HttpRequest, step: StepRun) -> tuple[Path, str]:
    """The file that `?artifact=` or `?output=&file=` names, and its name as users know it."""
    artifact_path = request.GET.get("artifact")
    if artifact_path is not None:
        kept = artifacts.get_artifact(step, artifact_path)
        return kept.place, kept.path
    output = selectors.get_output(step, request.GET.get("output", ""))
    inner = request.GET.get("file", "")
    return selectors.output_file(output, inner), inner or output.name


@workspace_page(Permission.READ)
def show_preview(request: HttpRequest, run_uid: str, step_uid: str) -> HttpResponse:
    """The beginning of a file: text, the first rows of a table, or a raster image."""
    run, step = _find(request, run_uid, step_uid)
    path, name = _requested_file(request, step)
    try:
        preview = read_preview(path, name)
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound("This file is not there any more.") from None
    context = {"run": run, "step": step, "name": name, "preview": preview}
    context["image_url"] = (
        page_url(request, "image", run_uid=run.uid, step_uid=step.uid)
        + "?"
        + request.GET.urlencode()
    )
    return render_panel(request, "pipelines/preview.html", name, run, context)


@workspace_page(Permission.READ)
def show_image(request: HttpRequest, run_uid: str, step_uid: str) -> HttpResponse:
    """A raster image, known by its first bytes; never anything that could run a script."""
    _run, step = _find(request, run_uid, step_uid)
    path, _name = _requested_file(request, step)
    try:
        if path.stat().st_size > IMAGE_LIMIT:
            raise NotFound("This image is too large to be shown here: download it.")
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound("This file is not there any more.") from None
    media_type = image_type(data)
    if media_type is None:
        raise NotFound("This file is no image that can be shown: download it.")
    response = HttpResponse(data, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=300"
    return response


@workspace_page(Permission.READ)
def show_source(request: HttpRequest, run_uid: str, step_uid: str) -> HttpResponse:
    """A file of the step's snapshot as text."""
    run, step = _find(request, run_uid, step_uid)
    path = request.GET.get("path", "")
    entry = _snapshot_file(step.snapshot, path)
    try:
        preview = read_preview(blob_store().path_of(entry["sha256"]), path)
    except FileNotFoundError:
        raise NotFound("This file is not in the store any more.") from None
    context = {"run": run, "step": step, "name": path, "preview": preview, "image_url": ""}
    return render_panel(request, "pipelines/preview.html", path, run, context)


def _snapshot_file(snapshot: Snapshot, path: str) -> dict[str, Any]:
    for entry in snapshot.files:
        if entry["path"] == path:
            return dict(entry)
    raise NotFound("The snapshot has no such file.")
