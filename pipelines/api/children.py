"""REST: child runs of steps, of runs and of other child runs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pipelines import selectors
from pipelines.api.runs import read_records, writable_run
from pipelines.api.shapes import metrics_page
from pipelines.api.writing import writable_step
from pipelines.models import ChildRun
from pipelines.services.children import change_child, end_child, open_child
from pipelines.services.records import ingest_records
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent
from workspaces.domain.errors import NotFound
from workspaces.domain.times import iso


def child_shape(child: ChildRun) -> dict[str, Any]:
    """A child run; `parent_id` is the child, the step or the run that it is part of."""
    step = child.step_run
    parent = child.parent or step or child.run
    return {
        "id": child.uid,
        "name": child.name,
        "number": child.number,
        "status": child.status,
        "error": child.error,
        "tags": child.tags,
        "properties": child.properties,
        "run_id": child.run.uid,
        "step_id": step.uid if step is not None else None,
        "parent_id": parent.uid,
        "experiment": child.run.experiment.name,
        "started_at": iso(child.started_at),
        "ended_at": iso(child.ended_at),
    }


def find_child(view: WorkspaceAPIView, uid: str) -> ChildRun:
    """The child of this id. Raises NotFound."""
    rows = selectors.children(view.workspace)
    child = rows.filter(uid=uid).first()
    if child is None:
        raise NotFound(f"There is no child run {uid!r} in workspace {view.workspace.name!r}.")
    return child


def writable_child(view: WorkspaceAPIView, uid: str) -> ChildRun:
    """The child, if the caller may write it: a step's own token, only the step's own."""
    child = find_child(view, uid)
    if child.step_run is not None:
        writable_step(view, child.step_run.uid)
    else:
        writable_run(view, child.run.uid)
    return child


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RunChildrenView(WorkspaceAPIView):
    """Child runs that were opened on a run itself."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """In the order in which they were opened."""
        run = selectors.get_run(self.workspace, run_uid)
        rows = selectors.children(self.workspace).filter(run=run, step_run=None, parent=None)
        return Response({"items": [child_shape(row) for row in rows]})

    def post(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """Open one: {"name", "id" (a GUID of your choice), "tags"}. The same id, the same child."""
        run = writable_run(self, run_uid)
        child = open_child(
            run=run, step_run=None, parent=None, body=json_object(request), now=timezone.now()
        )
        return Response(child_shape(child), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class StepChildrenView(WorkspaceAPIView):
    """Child runs of a step."""

    def get(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        """In the order in which they were opened."""
        step = selectors.origin_of(selectors.get_step(self.workspace, step_uid))
        rows = selectors.children(self.workspace).filter(step_run=step, parent=None)
        return Response({"items": [child_shape(row) for row in rows]})

    def post(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        """Open one: {"name", "id" (a GUID of your choice), "tags"}. The same id, the same child."""
        step = writable_step(self, step_uid)
        child = open_child(
            run=step.run, step_run=step, parent=None, body=json_object(request), now=timezone.now()
        )
        return Response(child_shape(child), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ChildView(WorkspaceAPIView):
    """One child run."""

    def get(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        return Response(child_shape(find_child(self, child_uid)))

    def patch(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        """Change name, tags and properties; a tag given as null is removed."""
        child = writable_child(self, child_uid)
        change_child(child=child, changes=json_object(request))
        return Response(child_shape(find_child(self, child_uid)))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ChildChildrenView(WorkspaceAPIView):
    """Child runs of a child run."""

    def get(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        """In the order in which they were opened."""
        rows = selectors.children(self.workspace).filter(parent=find_child(self, child_uid))
        return Response({"items": [child_shape(row) for row in rows]})

    def post(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        """Open one below this one."""
        parent = writable_child(self, child_uid)
        child = open_child(
            run=parent.run,
            step_run=parent.step_run,
            parent=parent,
            body=json_object(request),
            now=timezone.now(),
        )
        return Response(child_shape(child), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ChildEndView(WorkspaceAPIView):
    """The end of a child run."""

    def post(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        """{"status": "Completed" | "Failed" | "Canceled", "error"}; an ended one stays as it is."""
        child = writable_child(self, child_uid)
        end_child(child=child, body=json_object(request), now=timezone.now())
        return Response(child_shape(find_child(self, child_uid)))


@extend_schema(responses=OpenApiTypes.OBJECT)
class ChildMetricsView(WorkspaceAPIView):
    """What a child run logged."""

    def get(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        rows = selectors.metrics_of_child(
            find_child(self, child_uid), name=request.query_params.get("name", "")
        )
        return Response(metrics_page(rows, request))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ChildRecordsView(WorkspaceAPIView):
    """Metrics, tags and properties sent for a child run."""

    @idempotent("children.records")
    def post(self, request: Request, workspace_name: str, child_uid: str) -> Response:
        child = writable_child(self, child_uid)
        stored = ingest_records(
            run=child.run,
            step_run=child.step_run,
            child=child,
            records=read_records(request),
            now=timezone.now(),
        )
        return Response({"stored": stored})
