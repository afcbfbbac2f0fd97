"""REST: published pipelines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from endpoints import selectors
from endpoints.api.reading import read_switch
from endpoints.api.shapes import published_detail, published_shape
from endpoints.models import PublishedPipeline
from endpoints.services.draft_publishing import publish_draft
from endpoints.services.published_drafts import draft_of_published
from endpoints.services.publishing import change_published, publish_graph, publish_run
from endpoints.services.submitting import submit_published
from pipelines.api.draft_shapes import draft_detail
from pipelines.api.shapes import new_run_shape, run_shape
from pipelines.draft_selectors import get_draft
from pipelines.selectors import get_run
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.api.pagination import cursor_page
from workspaces.domain.roles import Permission

CREATED = {201: OpenApiTypes.OBJECT}


class PublishingView(WorkspaceAPIView):
    """What views that answer with a published pipeline share."""

    def detail(self, uid: str) -> dict[str, Any]:
        row = selectors.get_published(self.workspace, uid)
        usage = selectors.usage_of("published", [row.pk])[row.pk]
        return published_detail(row, usage, selectors.endpoints_of(row))

    def answer_again(self, uid: str) -> Response:
        """To a request whose pipeline was stored and whose answer was not."""
        return Response(self.detail(uid), status=201)


class PublishedListView(PublishingView):
    """The published pipelines of a workspace."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """Newest first. `active_only=true`, `q` (part of the name) and `name` narrow the list."""
        rows = selectors.list_published(
            self.workspace,
            active_only=read_switch(request, "active_only"),
            text=request.query_params.get("q", ""),
            name=request.query_params.get("name", ""),
        )
        kept: list[PublishedPipeline] = []

        def keep(row: PublishedPipeline) -> dict[str, Any]:
            kept.append(row)
            return {}

        page = cursor_page(rows, request, keep)
        usages = selectors.usage_of("published", [row.pk for row in kept])
        return Response({**page, "items": [published_shape(row, usages[row.pk]) for row in kept]})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("published.create", recover=PublishingView.answer_again)
    def post(self, request: Request, workspace_name: str) -> Response:
        """Publish a graph: `name`, `graph`, and as wanted `description`, `version` and
        `continue_on_step_failure`. 422 lists every problem by node and field."""
        row = publish_graph(
            workspace=self.workspace,
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(self.detail(row.uid), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
class RunPublishView(PublishingView):
    """Publishing what ran."""

    permissions = {"POST": Permission.PUBLISH}

    @idempotent("runs.publish", recover=PublishingView.answer_again)
    def post(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """Publish the graph of a run in the environments of its steps. Body: `name`,
        `description`, `version`, `continue_on_step_failure` (the run's, when left out), and
        `defaults`: values of parameters by name, in place of the graph's own defaults."""
        row = publish_run(
            run=get_run(self.workspace, run_uid),
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(self.detail(row.uid), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
class DraftPublishView(PublishingView):
    """Publishing what was drawn."""

    permissions = {"POST": Permission.PUBLISH}

    @idempotent("drafts.publish", recover=PublishingView.answer_again)
    def post(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """Publish a draft as it is saved. Body: `name`, and as wanted `description`, `version`,
        `continue_on_step_failure`, `parameters` (defaults by name, in place of the draft's values),
        `endpoint` (`id` with `make_default`, or `name` and `description` of a new one) and
        `revision` (409 when stale). 422 lists every problem by node and field."""
        row = publish_draft(
            draft=get_draft(self.workspace, draft_id),
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(self.detail(row.uid), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class PublishedView(PublishingView):
    """One published pipeline."""

    permissions = {"PATCH": Permission.PUBLISH}

    def get(self, request: Request, workspace_name: str, published_id: str) -> Response:
        """With its graph, and `reads_at_run_time`: the data that is not frozen."""
        return Response(self.detail(published_id))

    def patch(self, request: Request, workspace_name: str, published_id: str) -> Response:
        """Change `status` ("Active", "Disabled"), `name` or `description`."""
        change_published(
            published=selectors.get_published(self.workspace, published_id),
            actor=self.actor,
            changes=json_object(request),
        )
        return Response(self.detail(published_id))


@extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
class PublishedDraftView(WorkspaceAPIView):
    """Editing what was published."""

    permissions = {"POST": Permission.PUBLISH}

    def answer_again(self, uid: str) -> Response:
        """To a request whose draft was stored and whose answer was not."""
        return Response(draft_detail(get_draft(self.workspace, uid)), status=201)

    @idempotent("published.draft", recover=answer_again)
    def post(self, request: Request, workspace_name: str, published_id: str) -> Response:
        """A pipeline draft of its graph, 201. Body, as wanted: the fields of a draft."""
        row = selectors.get_published(self.workspace, published_id)
        draft = draft_of_published(
            published=row,
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return self.answer_again(draft.uid)


class StartedRunView(WorkspaceAPIView):
    """What views that start a run share."""

    def answer_again(self, run_uid: str) -> Response:
        """To a call whose run was stored and whose answer was not."""
        return Response(new_run_shape(get_run(self.workspace, run_uid)), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
class PublishedSubmitView(StartedRunView):
    """Calling a published pipeline."""

    @idempotent("published.submit", recover=StartedRunView.answer_again)
    def post(self, request: Request, workspace_name: str, published_id: str) -> Response:
        """A run: 201. Body, all as wanted: `experiment`, `parameters`, `description`, `tags`,
        `regenerate_outputs`, `force_nodes`, `continue_on_step_failure`, `parent_run_id`."""
        run = submit_published(
            published=selectors.published_to_call(self.workspace, published_id),
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(responses=OpenApiTypes.OBJECT)
class PublishedRunsView(WorkspaceAPIView):
    """The runs of a published pipeline."""

    def get(self, request: Request, workspace_name: str, published_id: str) -> Response:
        """Newest first, also those that an endpoint or a schedule started."""
        rows = selectors.runs_of_published(selectors.get_published(self.workspace, published_id))
        return Response(cursor_page(rows, request, run_shape))
