"""REST: submit, list, follow and cancel runs."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pipelines import selectors
from pipelines.api.shapes import (
    event_shape,
    metrics_page,
    new_run_shape,
    run_detail,
    run_shape,
    step_shapes,
)
from pipelines.domain.drawing import graph_dot
from pipelines.models import Run
from pipelines.services.cancel import cancel_run
from pipelines.services.planning import check_submission
from pipelines.services.records import ingest_records
from pipelines.services.runs import update_run
from pipelines.services.submission import submit_run
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.api.pagination import cursor_page
from workspaces.domain.errors import Forbidden, InvalidInput
from workspaces.domain.roles import Permission

LONGEST_WAIT = 25.0
POLL_EVERY = 0.1


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RunListView(WorkspaceAPIView):
    """The runs of a workspace; POST submits a pipeline."""

    def get(self, request: Request, workspace_name: str) -> Response:
        """Newest first; `experiment`, `status` (may repeat) and `q` narrow the list."""
        rows = selectors.list_runs(
            self.workspace,
            experiment=request.query_params.get("experiment", ""),
            statuses=request.query_params.getlist("status"),
            text=request.query_params.get("q", ""),
        )
        return Response(cursor_page(rows, request, run_shape))

    def answer_again(self, run_uid: str) -> Response:
        """To a submit whose run was stored and whose answer was not."""
        return Response(new_run_shape(selectors.get_run(self.workspace, run_uid)), status=201)

    @idempotent("runs.submit", recover=answer_again)
    def post(self, request: Request, workspace_name: str) -> Response:
        """Submit: 201 with the run and its steps, or 422 with every problem by node and field.

        Above 1,000 steps `graph` and `steps` of the answer are null: ask `…/steps` for them.
        """
        run = submit_run(
            workspace=self.workspace,
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda run: note_done(self, run.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RunValidateView(WorkspaceAPIView):
    """The dry run of a submit."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str) -> Response:
        """All problems that a submit of this body would have; nothing is stored."""
        problems = check_submission(
            workspace=self.workspace, actor=self.actor, body=json_object(request)
        )
        return Response({"problems": [problem.as_dict() for problem in problems]})


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RunView(WorkspaceAPIView):
    """One run."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        return Response(run_detail(selectors.get_run(self.workspace, run_uid)))

    def patch(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """Change description, tags and properties; a tag given as null is removed."""
        run = writable_run(self, run_uid)
        update_run(run=run, changes=json_object(request))
        return Response(run_detail(selectors.get_run(self.workspace, run_uid)))


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
class RunCancelView(WorkspaceAPIView):
    """Ending a run early."""

    def post(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """Ask a run to end; one that has ended is left as it is."""
        cancel_run(run=writable_run(self, run_uid), actor=self.actor)
        return Response(run_detail(selectors.get_run(self.workspace, run_uid)))


@extend_schema(responses=OpenApiTypes.OBJECT)
class RunStepsView(WorkspaceAPIView):
    """The steps of a run, in topological order."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """All, or at most `limit` behind the position `after`; then `next` is the next `after`."""
        run = selectors.get_run(self.workspace, run_uid)
        limit = int(read_number(request, "limit", 0)) or None
        after = int(read_number(request, "after", -1))
        steps = selectors.steps_of(run, after=after, limit=limit)
        more = limit is not None and len(steps) == limit
        return Response({"items": step_shapes(steps), "next": steps[-1].position if more else None})


@extend_schema(responses=OpenApiTypes.OBJECT)
class RunEventsView(WorkspaceAPIView):
    """Following a run without a socket."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """Events after id `after`; with `wait` the answer comes when there is one, or empty."""
        run = selectors.get_run(self.workspace, run_uid)
        after = int(read_number(request, "after", 0))
        deadline = time.monotonic() + min(read_number(request, "wait", 0), LONGEST_WAIT)
        events = selectors.events_after(run, after)
        while not events and time.monotonic() < deadline:
            time.sleep(POLL_EVERY)
            events = selectors.events_after(run, after)
        last = events[-1].pk if events else after
        return Response({"items": [event_shape(event) for event in events], "last": last})


@extend_schema(responses=OpenApiTypes.OBJECT)
class RunMetricsView(WorkspaceAPIView):
    """What was logged on a run."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """Values in the order they were logged; `recursive=true` adds those of the steps."""
        run = selectors.get_run(self.workspace, run_uid)
        rows = selectors.metrics_of(
            run,
            None,
            name=request.query_params.get("name", ""),
            recursive=request.query_params.get("recursive") == "true",
        )
        return Response(metrics_page(rows, request))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RunRecordsView(WorkspaceAPIView):
    """Metrics, tags and properties logged on a run from outside its steps."""

    @idempotent("runs.records")
    def post(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        run = writable_run(self, run_uid)
        stored = ingest_records(
            run=run, step_run=None, records=read_records(request), now=timezone.now()
        )
        return Response({"stored": stored})


@extend_schema(responses={(200, "text/vnd.graphviz"): OpenApiTypes.STR})
class RunDotView(WorkspaceAPIView):
    """The graph of a run as DOT text, for Graphviz."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> HttpResponse:
        run = selectors.get_run(self.workspace, run_uid)
        statuses = {step.node_id: step.status for step in selectors.steps_of(run)}
        answer = HttpResponse(
            graph_dot(run.graph, statuses), content_type="text/vnd.graphviz; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="run-{run.number}.dot"'
        return answer


def writable_run(view: WorkspaceAPIView, uid: str) -> Run:
    """The run, if the caller may write it: a step's own token writes only the run it is part of."""
    run = selectors.get_run(view.workspace, uid)
    if view.actor.is_run_token:
        step = selectors.get_step(view.workspace, view.actor.step_run_uid)
        if step.run_id != run.pk:
            raise Forbidden("A step's own token writes only its own run.", code="run_token")
    return run


def read_number(request: Request, name: str, default: float) -> float:
    """A query parameter that must be a number from 0 up."""
    raw = request.query_params.get(name)
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e18:
        raise InvalidInput.field(name, f"{name} must be a number from 0 up.")
    return value


def read_records(request: Request) -> list[dict[str, Any]]:
    """The `records` of a body: a list of objects, 10,000 at the most."""
    records = json_object(request).get("records")
    if not isinstance(records, list) or not all(isinstance(item, dict) for item in records):
        raise InvalidInput.field("records", "records must be a list of objects.")
    if len(records) > 10_000:
        raise InvalidInput.field("records", "At most 10,000 records fit one request.")
    return records
