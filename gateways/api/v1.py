"""v1's addresses: a POST starts a published pipeline or an endpoint, a GET tells how a run is.

Only words are translated here; who may do what, and what is refused, is decided below. The
subscription and the resource group in an address may be any: a workspace's name is unique in a
studio, and programs carry those of the cloud they came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, NoReturn

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from endpoints import selectors
from endpoints.models import EndpointVersion, PipelineEndpoint, PublishedPipeline
from endpoints.services.submitting import submit_published
from gateways.domain.v1_calls import read_call
from pipelines.api.runs import writable_run
from pipelines.api.shapes import run_url
from pipelines.domain.status import Status
from pipelines.models import Run
from pipelines.selectors import get_run
from pipelines.services.cancel import cancel_run
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.api.problems import NotAllowed, as_forebay_error, problem_headers
from workspaces.api.reading import LimitedJSONParser
from workspaces.domain.errors import ForebayError, InvalidInput
from workspaces.domain.times import iso

OBJECT = OpenApiTypes.OBJECT
TAGS = ["v1"]


class AnyTypeJSONParser(LimitedJSONParser):
    """JSON whatever the header says: `curl -d` alone calls it a form."""

    media_type = "*/*"


class V1View(WorkspaceAPIView):
    """A view of v1's addresses: errors have v1's form, and any body is read as JSON."""

    parser_classes = [AnyTypeJSONParser]
    how_to: ClassVar[str] = "Send a POST with a JSON body and the header 'Authorization: Bearer …'."

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return handle_exception

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotAllowed(f"{request.method} does nothing at this address. {self.how_to}")


class SubmittingView(V1View):
    """What the addresses that start a run share."""

    how_to = (
        "It starts a run: send a POST with a JSON body, such as "
        '{"ExperimentName": "nightly", "ParameterAssignments": {}}.'
    )

    def answer_again(self, run_uid: str) -> Response:
        """To a call whose run was stored and whose answer was not."""
        return Response(run_answer(get_run(self.workspace, run_uid), []))

    def start(
        self,
        request: Request,
        published: PublishedPipeline,
        version: EndpointVersion | None = None,
    ) -> Response:
        call = read_call(json_object(request))
        try:
            run = submit_published(
                published=published,
                endpoint_version=version,
                actor=self.actor,
                body=call.body,
                note_stored=lambda made: note_done(self, made.uid),
            )
        except InvalidInput as error:
            error.problems = tuple(
                one if one.node else replace(one, field=call.as_sent(one.field))
                for one in error.problems
            )
            raise
        return Response(run_answer(run, call.warnings))

    def start_version(
        self, request: Request, endpoint: PipelineEndpoint, version: str | None
    ) -> Response:
        asked = request.query_params.get("pipelineVersion") if version is None else version
        found = selectors.get_version(endpoint, asked or None)
        return self.start(request, found.published, found)


@extend_schema(request=OBJECT, responses=OBJECT, tags=TAGS)
class V1PipelineSubmitView(SubmittingView):
    """Starting a published pipeline."""

    @idempotent("v1.submit", recover=SubmittingView.answer_again)
    def post(self, request: Request, published_id: str, **where: str) -> Response:
        """200 with `Id`, `Status` and `RunUrl` of the run. Body, all as wanted: `ExperimentName`,
        `Description`, `Tags`, `ParameterAssignments`, `DataPathAssignments`,
        `DataSetDefinitionValueAssignments`, `RegenerateOutputs`."""
        return self.start(request, selectors.published_to_call(self.workspace, published_id))


@extend_schema(request=OBJECT, responses=OBJECT, tags=TAGS)
class V1EndpointSubmitView(SubmittingView):
    """Starting an endpoint that is named by its id."""

    @idempotent("v1.submit", recover=SubmittingView.answer_again)
    def post(self, request: Request, endpoint_id: str, **where: str) -> Response:
        """Its default version, or `pipelineVersion`; body and answer as of a pipeline."""
        endpoint = selectors.get_endpoint(self.workspace, endpoint_id)
        return self.start_version(request, endpoint, None)


@extend_schema(request=OBJECT, responses=OBJECT, tags=TAGS)
class V1EndpointVersionSubmitView(SubmittingView):
    """Starting one version of an endpoint."""

    @idempotent("v1.submit", recover=SubmittingView.answer_again)
    def post(self, request: Request, endpoint_id: str, version: str, **where: str) -> Response:
        """Body and answer as of a pipeline."""
        endpoint = selectors.get_endpoint(self.workspace, endpoint_id)
        return self.start_version(request, endpoint, version)


@extend_schema(
    request=OBJECT,
    responses=OBJECT,
    tags=TAGS,
    parameters=[
        OpenApiParameter("name", str, required=True),
        OpenApiParameter("pipelineVersion", str),
    ],
)
class V1EndpointByNameSubmitView(SubmittingView):
    """Starting an endpoint by its name."""

    @idempotent("v1.submit", recover=SubmittingView.answer_again)
    def post(self, request: Request, **where: str) -> Response:
        """`?name=X&pipelineVersion=0`, without a version the default; as of a pipeline."""
        name = request.query_params.get("name", "")
        if not name:
            raise InvalidInput.field("name", "Say which endpoint: …/Name?name=X&pipelineVersion=0")
        endpoint = selectors.get_endpoint_by_name(self.workspace, name)
        return self.start_version(request, endpoint, None)


@extend_schema(responses=OBJECT, tags=TAGS)
class V1RunView(V1View):
    """How a run is."""

    how_to = "It tells how a run is: send a GET."

    def get(self, request: Request, run_uid: str, **where: str) -> Response:
        """`Id`, `Status` (`NotStarted`, `Running`, `CancelRequested`, `Finished`, `Failed`,
        `Canceled`) and `RunUrl`; for callers that wait for the end."""
        return Response(run_answer(get_run(self.workspace, run_uid), []))


@extend_schema(request=None, responses=OBJECT, tags=TAGS)
class V1RunCancelView(V1View):
    """Ending a run."""

    how_to = "It cancels a run: send a POST."

    def post(self, request: Request, run_uid: str, **where: str) -> Response:
        """Ask the run to end; one that has ended is left as it is."""
        cancel_run(run=writable_run(self, run_uid), actor=self.actor)
        return Response(run_answer(get_run(self.workspace, run_uid), []))


def run_answer(run: Run, warnings: list[str]) -> dict[str, Any]:
    """A run in v1's words."""
    published = run.origin.get("published") or {}
    endpoint = run.origin.get("endpoint") or {}
    done = run.status == Status.COMPLETED.value
    return {
        "Id": run.uid,
        "Status": "Finished" if done else run.status,
        "RunUrl": run_url(run.workspace.name, run.uid),
        "RunNumber": run.number,
        "ExperimentName": run.experiment.name,
        "Description": run.description,
        "Tags": run.tags,
        "Properties": run.properties,
        "ParameterAssignments": run.parameters,
        "PipelineId": published.get("id"),
        "PipelineEndpointId": endpoint.get("id"),
        "PipelineVersion": endpoint.get("version"),
        "SubmittedBy": run.submitted_by.get_username(),
        "CreatedDate": iso(run.submitted_at),
        "StartTime": iso(run.started_at),
        "EndTime": iso(run.ended_at),
        "Warnings": [*run.origin.get("warnings", []), *warnings],
    }


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """v1's form of an error. None lets an unforeseen one become a logged 500."""
    error = as_forebay_error(exc)
    if error is None:
        return None
    return Response(error_body(error), status=error.status, headers=problem_headers(error))


def error_body(error: ForebayError) -> dict[str, Any]:
    """`{"error": {"code", "message", "target", "details"}}`; a detail for each wrong field."""
    details = [
        {
            "code": problem.code,
            "message": problem.message,
            "target": problem.field,
            "node": problem.node,
        }
        for problem in error.problems
    ]
    return {
        "error": {
            "code": error.code,
            "message": error.detail,
            "target": details[0]["target"] if details else None,
            "details": details,
        }
    }
