"""REST: pipeline drafts, their versions, and runs of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from data.api.datasets import dataset_json
from pipelines import draft_selectors as selectors
from pipelines.api.control import NewRunView
from pipelines.api.draft_shapes import (
    draft_detail,
    draft_shape,
    draft_version_shape,
    person_shape,
    sample_shape,
    saved_shape,
)
from pipelines.api.shapes import new_run_shape
from pipelines.domain.drafts import tab_problems
from pipelines.models import PipelineDraft
from pipelines.selectors import get_run
from pipelines.services.draft_runs import forecast_draft, submit_draft, validate_draft
from pipelines.services.draft_schema import draft_schema
from pipelines.services.drafts import (
    copy_draft,
    create_draft,
    delete_draft,
    draft_of_run,
    restore_version,
    save_draft,
)
from pipelines.services.presence import keep_presence
from pipelines.services.samples import draft_of_sample, place_sample_data, read_samples
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.api.pagination import cursor_page
from workspaces.domain.errors import InvalidInput, Problem
from workspaces.domain.roles import Permission

CREATED = {201: OpenApiTypes.OBJECT}
ORIGINS = ("from_run", "from_draft", "sample")


class DraftDetailView(WorkspaceAPIView):
    """What views that answer with a draft share."""

    def draft(self, uid: str, *, graph: bool = True) -> PipelineDraft:
        """Without `graph` that is read when somebody asks for it."""
        return selectors.get_draft(self.workspace, uid, graph=graph)

    def answer_again(self, uid: str) -> Response:
        """To a request whose draft was stored and whose answer was not."""
        return Response(draft_detail(self.draft(uid)), status=201)


class DraftListView(DraftDetailView):
    """The drafts of a workspace."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """Newest first, without graphs; `q` is a part of the name."""
        rows = selectors.list_drafts(self.workspace, text=request.query_params.get("q", ""))
        return Response(cursor_page(rows, request, draft_shape))

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("drafts.create", recover=DraftDetailView.answer_again)
    def post(self, request: Request, workspace_name: str) -> Response:
        """A draft: empty, of a `graph`, of a run (`from_run`), another draft (`from_draft`) or a
        `sample` (its key), whose data comes with it.
        Beside it `name`, `description`, `experiment`, `parameters`, `default_compute`, `tags`,
        `properties`, `continue_on_step_failure`."""
        draft = self._create(json_object(request))
        return Response(draft_detail(self.draft(draft.uid)), status=201)

    def _create(self, body: dict[str, Any]) -> PipelineDraft:
        origins = {name: body.pop(name) for name in ORIGINS if name in body}
        if len(origins) > 1 or not all(isinstance(uid, str) for uid in origins.values()):
            message = "A draft is made from one run, draft or sample, by its id."
            raise InvalidInput.field(next(iter(origins)), message)
        made: dict[str, Any] = {
            "actor": self.actor,
            "body": body,
            "note_stored": lambda row: note_done(self, row.uid),
        }
        if "from_run" in origins:
            return draft_of_run(run=get_run(self.workspace, origins["from_run"]), **made)
        if "from_draft" in origins:
            return copy_draft(draft=self.draft(origins["from_draft"]), **made)
        if "sample" in origins:
            return draft_of_sample(workspace=self.workspace, key=origins["sample"], **made)
        return create_draft(workspace=self.workspace, **made)


class SampleListView(WorkspaceAPIView):
    """The sample pipelines."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """What `POST …/drafts` takes as `sample`: key, name, summary, number of steps, data."""
        return Response({"items": [sample_shape(one) for one in read_samples()]})


class SampleDataView(WorkspaceAPIView):
    """The data of the sample pipelines."""

    @extend_schema(request=None, responses=CREATED)
    def post(self, request: Request, workspace_name: str) -> Response:
        """Put all of it into the workspace, as opening each sample does. What is there stays."""
        made = place_sample_data(workspace=self.workspace, actor=self.actor)
        return Response({"items": [dataset_json(one) for one in made]}, status=201)


class DraftView(DraftDetailView):
    """One draft."""

    permissions = {"PATCH": Permission.PUBLISH, "DELETE": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """With its graph, also when something it names is gone: `validate` says what."""
        return Response(draft_detail(self.draft(draft_id)))

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """Save: the `revision` that was read and what changed. 409 `stale` has the draft as
        somebody else saved it meanwhile. `note` keeps the version for good; `tab`, a random id of
        the browser's tab, is told to others with who saved."""
        draft, body = self.draft(draft_id, graph=False), json_object(request)
        return Response(saved_shape(save_draft(draft=draft, actor=self.actor, body=body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """The draft and its versions go; runs that it made stay."""
        delete_draft(draft=self.draft(draft_id, graph=False), actor=self.actor)
        return Response(status=204)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class DraftValidateView(DraftDetailView):
    """What is wrong with a draft."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """Every problem by node and field, of the draft or of the `graph`, `default_compute` and
        `parameters` that are sent. Stores nothing."""
        draft, body = self.draft(draft_id, graph=False), json_object(request)
        problems = validate_draft(draft=draft, actor=self.actor, body=body)
        return Response({"problems": [problem.as_dict() for problem in problems]})


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class DraftSchemaView(DraftDetailView):
    """The columns of the tables in a draft."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """By node and port the columns that are known, from a dataset, an earlier run or a
        module's rule; null where they are not. Of the draft or of the `graph` and `parameters`
        that are sent; `nodes` are ids to tell of, all when left out."""
        draft, body = self.draft(draft_id, graph=False), json_object(request)
        return Response(draft_schema(draft=draft, actor=self.actor, body=body))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class DraftForecastView(DraftDetailView):
    """What a submit of a draft would do with each step."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """As `…/runs/forecast`, with the `problems` that a submit would have: then there are no
        steps. Body, as wanted: `graph`, `default_compute`, `parameters`, `up_to`, `force_nodes`,
        `regenerate_outputs`, `experiment`."""
        draft, body = self.draft(draft_id, graph=False), json_object(request)
        return Response(forecast_draft(draft=draft, actor=self.actor, body=body))


@extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
class DraftSubmitView(NewRunView):
    """Running a draft."""

    @idempotent("drafts.submit", recover=NewRunView.answer_again)
    def post(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """A run of the draft as it is saved: 201. Body, as wanted: what a submit of a run takes
        but the graph, `up_to` (a node: it and all above it) and `revision` (409 when stale)."""
        run = submit_draft(
            draft=selectors.get_draft(self.workspace, draft_id),
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(responses=OpenApiTypes.OBJECT)
class DraftVersionsView(DraftDetailView):
    """What was saved of a draft."""

    def get(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """Newest first, without graphs. Autosaves get fewer the older they are; versions with a
        note stay."""
        rows = selectors.draft_versions(self.draft(draft_id, graph=False))
        return Response(cursor_page(rows, request, draft_version_shape, "-number"))


@extend_schema(responses=OpenApiTypes.OBJECT)
class DraftVersionView(DraftDetailView):
    """One saved version."""

    def get(self, request: Request, workspace_name: str, draft_id: str, number: str) -> Response:
        row = selectors.get_draft_version(self.draft(draft_id, graph=False), number)
        return Response({**draft_version_shape(row), "graph": row.graph})


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class DraftRestoreView(DraftDetailView):
    """Going back to a saved version."""

    permissions = {"POST": Permission.PUBLISH}

    def post(self, request: Request, workspace_name: str, draft_id: str, number: str) -> Response:
        """The draft with the graph of that version, as its newest one; nothing is lost. With
        `revision` 409 when somebody saved meanwhile."""
        draft, body = self.draft(draft_id, graph=False), json_object(request)
        revision, tab = body.get("revision"), body.get("tab")
        problems = [] if tab is None else tab_problems(tab)
        if revision is not None and (not isinstance(revision, int) or isinstance(revision, bool)):
            problems.append(Problem("revision must be the number that was read.", "revision"))
        if problems:
            raise InvalidInput.of(problems)
        restore_version(
            draft=draft,
            version=selectors.get_draft_version(draft, number),
            actor=self.actor,
            revision=revision,
            tab=tab or "",
        )
        return Response(draft_detail(self.draft(draft_id)))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class DraftPresenceView(DraftDetailView):
    """Who has a draft open."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str, draft_id: str) -> Response:
        """Say every 20 seconds that `tab` (a random id) has the draft open; after 45 it counts as
        closed, with `leave` at once. Answers `people`, the newest `revision` and the id of the
        `last_run`."""
        draft, body = self.draft(draft_id, graph=False), json_object(request)
        people = keep_presence(draft=draft, actor=self.actor, body=body, now=timezone.now())
        shown = [person_shape(row) for row in people]
        last_run = draft.last_run.uid if draft.last_run else None
        return Response({"people": shown, "revision": draft.revision, "last_run": last_run})
