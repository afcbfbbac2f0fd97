"""REST: experiments."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pipelines import selectors
from pipelines.api.shapes import experiment_shape
from pipelines.models import Experiment
from pipelines.services.runs import ensure_experiment
from workspaces.api.base import WorkspaceAPIView, json_object


def _with_last_run(experiments: list[Experiment]) -> list[dict[str, object]]:
    ids = [getattr(row, "last_run_id", None) for row in experiments]
    last = selectors.runs_by_id([pk for pk in ids if pk])
    return [
        experiment_shape(row, last.get(pk) if pk else None)
        for row, pk in zip(experiments, ids, strict=True)
    ]


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ExperimentListView(WorkspaceAPIView):
    """The experiments of a workspace."""

    def get(self, request: Request, workspace_name: str) -> Response:
        """Most recently used first; `q` narrows by name."""
        rows = selectors.list_experiments(self.workspace, text=request.query_params.get("q", ""))
        return Response({"items": _with_last_run(list(rows[:1000]))})

    def post(self, request: Request, workspace_name: str) -> Response:
        """Get or create an experiment by name."""
        made = ensure_experiment(workspace=self.workspace, name=json_object(request).get("name"))
        row = selectors.get_experiment(self.workspace, made.name)
        return Response(_with_last_run([row])[0])


@extend_schema(responses=OpenApiTypes.OBJECT)
class ExperimentView(WorkspaceAPIView):
    """One experiment."""

    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        row = selectors.get_experiment(self.workspace, name)
        return Response(_with_last_run([row])[0])
