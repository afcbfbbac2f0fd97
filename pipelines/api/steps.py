"""REST: one step run, its log, metrics, artifacts and outputs."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pipelines import selectors
from pipelines.api.runs import read_number, read_records
from pipelines.api.shapes import metrics_page, step_shapes
from pipelines.api.writing import writable_step
from pipelines.domain.log_files import LogPiece, read_cut, read_log
from pipelines.domain.resource_samples import for_display, read_samples
from pipelines.domain.status import FINAL, Status
from pipelines.output_tables import open_output
from pipelines.services.records import ingest_records
from workspaces.api.base import WorkspaceAPIView
from workspaces.api.downloads import ChunkedResponse, file_download
from workspaces.api.idempotency import idempotent
from workspaces.domain.errors import NotFound

LOG_CHUNK = 1 << 20
TABLE = "application/x-forebay-table"
BINARY = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


@extend_schema(responses=OpenApiTypes.OBJECT)
class StepView(WorkspaceAPIView):
    """One step run."""

    def get(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        return Response(step_shapes([selectors.get_step(self.workspace, step_uid)])[0])


@extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
class StepLogView(WorkspaceAPIView):
    """The log of an attempt, by offset in bytes."""

    def get(self, request: Request, workspace_name: str, step_uid: str) -> HttpResponse:
        """Up to `limit` bytes (at most 1 MiB) from `offset`; a negative one counts from the end.

        Headers: X-Forebay-Log-Size (bytes now), -Next (offset to go on from), -Complete (0, 1),
        -Cut (`start-end` of what a long log lost in its middle; one line stands in its place).
        """
        step = selectors.get_step(self.workspace, step_uid)
        number = int(read_number(request, "attempt", 0)) or None
        limit = min(int(read_number(request, "limit", LOG_CHUNK)) or LOG_CHUNK, LOG_CHUNK)
        complete = Status(step.status) in FINAL  # read before the file: nothing comes after
        attempt = selectors.get_attempt(step, number)
        if attempt is not None and attempt.outcome:
            complete = True
        piece, cut = LogPiece(b"", 0, 0, 0), None
        if attempt is not None:
            path = selectors.log_path(attempt)
            piece, cut = read_log(path, self._offset(request), limit), read_cut(path)
        answer = HttpResponse(piece.data, content_type="text/plain; charset=utf-8")
        answer["X-Content-Type-Options"] = "nosniff"
        answer["X-Forebay-Log-Start"] = str(piece.start)
        answer["X-Forebay-Log-Size"] = str(piece.size)
        answer["X-Forebay-Log-Next"] = str(piece.next)
        if cut is not None:
            answer["X-Forebay-Log-Cut"] = f"{cut.start}-{cut.end}"
        answer["X-Forebay-Log-Complete"] = "1" if complete else "0"
        return answer

    @staticmethod
    def _offset(request: Request) -> int:
        raw = request.query_params.get("offset", "0")
        back = raw[1:]
        if raw.startswith("-") and back.isascii() and back.isdigit() and len(back) < 19:
            return -int(back)
        return int(read_number(request, "offset", 0))


@extend_schema(responses=OpenApiTypes.OBJECT)
class StepResourcesView(WorkspaceAPIView):
    """What an attempt used: at most a thousand samples, evenly over its time."""

    def get(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        """`t` seconds since its start, `cpu` percent of one core, `memory_mb`, `processes`, `gpu`.

        Of a longer time each item is the mean, but the most memory and processes.
        """
        step = selectors.get_step(self.workspace, step_uid)
        attempt = selectors.get_attempt(step, int(read_number(request, "attempt", 0)) or None)
        samples = [] if attempt is None else read_samples(selectors.attempt_folder(attempt))
        return Response({"items": [one.as_dict() for one in for_display(samples)]})


@extend_schema(responses=OpenApiTypes.OBJECT)
class StepMetricsView(WorkspaceAPIView):
    """What a step logged."""

    def get(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        step = selectors.get_step(self.workspace, step_uid)
        rows = selectors.metrics_of(
            step.run,
            step,
            name=request.query_params.get("name", ""),
            recursive=request.query_params.get("recursive") == "true",
        )
        return Response(metrics_page(rows, request))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class StepRecordsView(WorkspaceAPIView):
    """Metrics, tags and properties sent for a step by REST instead of its spool."""

    @idempotent("steps.records")
    def post(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        step = writable_step(self, step_uid)
        stored = ingest_records(
            run=step.run, step_run=step, records=read_records(request), now=timezone.now()
        )
        return Response({"stored": stored})


@extend_schema(responses=OpenApiTypes.OBJECT)
class OutputFilesView(WorkspaceAPIView):
    """The files of a published output."""

    def get(self, request: Request, workspace_name: str, step_uid: str, name: str) -> Response:
        output = selectors.get_output(selectors.get_step(self.workspace, step_uid), name)
        files = selectors.output_files(output)
        return Response({"items": [{"path": file.relative, "size": file.size} for file in files]})


@extend_schema(responses=BINARY)
class OutputFileView(WorkspaceAPIView):
    """One file of a published output; without a path, the output that is itself a file."""

    def get(
        self, request: Request, workspace_name: str, step_uid: str, name: str, path: str = ""
    ) -> HttpResponseBase:
        output = selectors.get_output(selectors.get_step(self.workspace, step_uid), name)
        return _download(selectors.output_file(output, path), Path(path or name).name)


@extend_schema(responses={(200, TABLE): OpenApiTypes.BINARY})
class OutputRowsView(WorkspaceAPIView):
    """The rows of a published output that is a table."""

    def get(
        self, request: Request, workspace_name: str, step_uid: str, name: str
    ) -> HttpResponseBase:
        """`?limit=`: a line of JSON with the columns, then CSV; see docs/contributing/DATA.md."""
        output = selectors.get_output(selectors.get_step(self.workspace, step_uid), name)
        limit = request.query_params.get("limit")
        table = open_output(
            output, None if limit is None else int(read_number(request, "limit", 0))
        )
        return ChunkedResponse(iter(table), close=table.close, content_type=TABLE)


def _download(path: Path, name: str) -> HttpResponseBase:
    try:
        return file_download(path, name)
    except FileNotFoundError:
        raise NotFound(f"The file {name!r} is gone from the store.") from None
