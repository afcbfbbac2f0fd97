"""REST: pipeline endpoints and their versions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from endpoints import selectors
from endpoints.api.published import CREATED, StartedRunView
from endpoints.api.reading import read_flag, read_switch, read_version
from endpoints.api.shapes import endpoint_shape
from endpoints.domain.texts import unknown_fields
from endpoints.models import PipelineEndpoint
from endpoints.services.endpoint_changes import change_endpoint
from endpoints.services.endpoint_publishing import publish_endpoint, publish_version
from endpoints.services.pipeline_endpoints import set_version_status
from endpoints.services.submitting import submit_published
from pipelines.api.shapes import new_run_shape, run_shape
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.api.pagination import cursor_page
from workspaces.domain.errors import InvalidInput
from workspaces.domain.roles import Permission


class EndpointAnswersView(WorkspaceAPIView):
    """What views that answer with an endpoint share."""

    def shapes(self, rows: list[PipelineEndpoint]) -> list[dict[str, Any]]:
        versions = selectors.versions_by_endpoint(rows)
        usages = selectors.usage_of("endpoint", [row.pk for row in rows])
        return [endpoint_shape(row, versions[row.pk], usages[row.pk]) for row in rows]

    def detail(self, uid: str) -> dict[str, Any]:
        return self.shapes([selectors.get_endpoint(self.workspace, uid)])[0]

    def answer_again(self, uid: str) -> Response:
        """To a request that was done and whose answer was not sent."""
        return Response(self.detail(uid), status=201)


class EndpointListView(EndpointAnswersView):
    """The pipeline endpoints of a workspace."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """Newest first. `active_only=true`, `q` (part of the name) and `name` narrow the list."""
        rows = selectors.list_endpoints(
            self.workspace,
            active_only=read_switch(request, "active_only"),
            text=request.query_params.get("q", ""),
            name=request.query_params.get("name", ""),
        )
        kept: list[PipelineEndpoint] = []

        def keep(row: PipelineEndpoint) -> dict[str, Any]:
            kept.append(row)
            return {}

        page = cursor_page(rows, request, keep)
        return Response({**page, "items": self.shapes(kept)})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("endpoints.create", recover=EndpointAnswersView.answer_again)
    def post(self, request: Request, workspace_name: str) -> Response:
        """Make one: `name`, `description`, and `published_pipeline` (an id), which becomes its
        version 0; or `graph` with `version` and `continue_on_step_failure`, published on the way.
        """
        row = publish_endpoint(
            workspace=self.workspace,
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(self.detail(row.uid), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class EndpointView(EndpointAnswersView):
    """One pipeline endpoint."""

    permissions = {"PATCH": Permission.PUBLISH}

    def get(self, request: Request, workspace_name: str, endpoint_id: str) -> Response:
        """With all its versions, also when it is archived."""
        return Response(self.detail(endpoint_id))

    def patch(self, request: Request, workspace_name: str, endpoint_id: str) -> Response:
        """Change `name`, `description`, `default_version`, and `status`: "Active", "Disabled" or
        "Archived"; "Active" brings an archived one back, with a new `name` if its own is taken."""
        change_endpoint(
            endpoint=selectors.get_endpoint(self.workspace, endpoint_id),
            actor=self.actor,
            changes=json_object(request),
        )
        return Response(self.detail(endpoint_id))


class EndpointVersionsView(EndpointAnswersView):
    """The versions of an endpoint."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str, endpoint_id: str) -> Response:
        """From "0" up."""
        return Response({"items": self.detail(endpoint_id)["versions"]})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("endpoints.add_version", recover=EndpointAnswersView.answer_again)
    def post(self, request: Request, workspace_name: str, endpoint_id: str) -> Response:
        """Add `published_pipeline` (an id), or a `graph` published on the way, under the next
        number; `make_default` makes it the default. Answers with the endpoint."""
        body = json_object(request)
        publish_version(
            endpoint=selectors.get_endpoint(self.workspace, endpoint_id),
            actor=self.actor,
            body=body,
            make_default=read_flag(body, "make_default"),
            note_stored=lambda made: note_done(self, made.endpoint.uid),
        )
        return Response(self.detail(endpoint_id), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class EndpointVersionView(EndpointAnswersView):
    """One version of an endpoint."""

    permissions = {"PATCH": Permission.PUBLISH}

    def patch(
        self, request: Request, workspace_name: str, endpoint_id: str, version: str
    ) -> Response:
        """Set `status`, "Active" or "Disabled"; not of the default version. Answers with the
        endpoint."""
        endpoint = selectors.get_endpoint(self.workspace, endpoint_id)
        found = selectors.get_version(endpoint, version)
        body = json_object(request)
        if problems := unknown_fields(body, ("status",)):
            raise InvalidInput.of(problems)
        set_version_status(
            endpoint=endpoint,
            actor=self.actor,
            number=found.number,
            status=body.get("status"),
        )
        return Response(self.detail(endpoint_id))


@extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
class EndpointSubmitView(StartedRunView):
    """Calling an endpoint."""

    @idempotent("endpoints.submit", recover=StartedRunView.answer_again)
    def post(self, request: Request, workspace_name: str, endpoint_id: str) -> Response:
        """A run of `version`, or of the default one: 201. The rest of the body is that of a
        published pipeline's submit."""
        endpoint = selectors.get_endpoint(self.workspace, endpoint_id)
        body = json_object(request)
        asked = body.pop("version", None)
        version = selectors.get_version(endpoint, None if asked is None else read_version(asked))
        run = submit_published(
            published=version.published,
            endpoint_version=version,
            actor=self.actor,
            body=body,
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(responses=OpenApiTypes.OBJECT)
class EndpointRunsView(WorkspaceAPIView):
    """The runs that an endpoint started."""

    def get(self, request: Request, workspace_name: str, endpoint_id: str) -> Response:
        """Newest first; `version` narrows to one."""
        endpoint = selectors.get_endpoint(self.workspace, endpoint_id)
        asked = request.query_params.get("version")
        rows = selectors.runs_of_endpoint(
            endpoint, version=None if asked is None else read_version(asked)
        )
        return Response(cursor_page(rows, request, run_shape))
