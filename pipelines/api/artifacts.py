"""REST: files kept with a step or a run."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from pipelines import artifacts, selectors
from pipelines.api.runs import writable_run
from pipelines.api.writing import writable_step
from pipelines.models import Artifact
from pipelines.services.artifacts import keep_artifact
from workspaces.api.base import WorkspaceAPIView
from workspaces.api.downloads import file_download
from workspaces.domain.errors import NotFound

BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
RAW_BODY = {"application/octet-stream": OpenApiTypes.BINARY}


@extend_schema(responses=OpenApiTypes.OBJECT)
class StepArtifactsView(WorkspaceAPIView):
    """Files that a step uploaded, or left in ./outputs and ./logs."""

    def get(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        """By path. While the step runs, ./outputs and ./logs are listed as they are now."""
        files = artifacts.artifacts_of(selectors.get_step(self.workspace, step_uid))
        return Response({"items": [{"path": one.path, "size": one.size} for one in files]})


class StepArtifactView(WorkspaceAPIView):
    """One such file."""

    parser_classes: list[type[BaseParser]] = []  # the body is the file, of any type

    @extend_schema(responses=BYTES)
    def get(
        self, request: Request, workspace_name: str, step_uid: str, path: str
    ) -> HttpResponseBase:
        return _download(artifacts.get_artifact(selectors.get_step(self.workspace, step_uid), path))

    @extend_schema(request=RAW_BODY, responses={201: OpenApiTypes.OBJECT})
    def put(self, request: Request, workspace_name: str, step_uid: str, path: str) -> Response:
        """Keep the body under this name, in place of an earlier file of the name."""
        step = writable_step(self, step_uid)
        row = keep_artifact(run=step.run, step_run=step, path=path, stream=request._request)
        return _kept(row)


@extend_schema(responses=OpenApiTypes.OBJECT)
class RunArtifactsView(WorkspaceAPIView):
    """Files that were uploaded to a run itself."""

    def get(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        files = artifacts.artifacts_of_run(selectors.get_run(self.workspace, run_uid))
        return Response({"items": [{"path": one.path, "size": one.size} for one in files]})


class RunArtifactView(WorkspaceAPIView):
    """One such file."""

    parser_classes: list[type[BaseParser]] = []  # the body is the file, of any type

    @extend_schema(responses=BYTES)
    def get(
        self, request: Request, workspace_name: str, run_uid: str, path: str
    ) -> HttpResponseBase:
        return _download(
            artifacts.get_run_artifact(selectors.get_run(self.workspace, run_uid), path)
        )

    @extend_schema(request=RAW_BODY, responses={201: OpenApiTypes.OBJECT})
    def put(self, request: Request, workspace_name: str, run_uid: str, path: str) -> Response:
        """Keep the body under this name, in place of an earlier file of the name."""
        run = writable_run(self, run_uid)
        row = keep_artifact(run=run, step_run=None, path=path, stream=request._request)
        return _kept(row)


def _kept(row: Artifact) -> Response:
    return Response({"path": row.path, "size": row.size, "sha256": row.sha256}, status=201)


def _download(file: artifacts.KeptFile) -> HttpResponseBase:
    try:
        return file_download(file.place, Path(file.path).name)
    except FileNotFoundError:
        raise NotFound(f"The file {file.path!r} is gone from the store.") from None
