"""REST: schedules."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from endpoints import schedule_selectors, selectors
from endpoints.api.published import CREATED, StartedRunView
from endpoints.api.reading import read_switch
from endpoints.api.schedule_shapes import due_shapes, next_shape, schedule_shape, tick_shape
from endpoints.domain.schedule_form import TIME_FIELDS, read_schedule
from endpoints.models import Schedule
from endpoints.services.schedules import (
    change_schedule,
    create_schedule,
    delete_schedule,
    run_now,
)
from pipelines.api.shapes import new_run_shape, run_shape
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.api.pagination import cursor_page
from workspaces.domain.roles import Permission


class SchedulesView(WorkspaceAPIView):
    """What views that answer with schedules share."""

    def shapes(self, rows: list[Schedule]) -> list[dict[str, Any]]:
        usages = selectors.usage_of("schedule", [row.pk for row in rows])
        ticks = schedule_selectors.last_ticks(rows)
        return [schedule_shape(row, usages[row.pk], ticks.get(row.pk)) for row in rows]

    def schedule(self, uid: str) -> Schedule:
        return schedule_selectors.get_schedule(self.workspace, uid)

    def detail(self, uid: str) -> dict[str, Any]:
        return self.shapes([self.schedule(uid)])[0]

    def answer_again(self, uid: str) -> Response:
        """To a request that was done and whose answer was not sent."""
        return Response(self.detail(uid), status=201)


class ScheduleListView(SchedulesView):
    """The schedules of a workspace."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """Newest first. `active_only=true`, `q` (part of the name), and `published_pipeline` or
        `endpoint` (an id) narrow the list."""
        rows = schedule_selectors.list_schedules(
            self.workspace,
            active_only=read_switch(request, "active_only"),
            published=request.query_params.get("published_pipeline", ""),
            endpoint=request.query_params.get("endpoint", ""),
            text=request.query_params.get("q", ""),
        )
        kept: list[Schedule] = []

        def keep(row: Schedule) -> dict[str, Any]:
            kept.append(row)
            return {}

        page = cursor_page(rows, request, keep)
        return Response({**page, "items": self.shapes(kept)})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("schedules.create", recover=SchedulesView.answer_again)
    def post(self, request: Request, workspace_name: str) -> Response:
        """A schedule; it submits nothing before it is due. Body: `name`, `published_pipeline` or
        `endpoint` (an id), exactly one of `recurrence`, `cron` and `datastore`, and as wanted
        `description`, `experiment`, `parameters`, `continue_on_step_failure`, `time_zone`,
        `start_at`, `end_at`, `missed_policy` (skip, run_once, catch_up), `path_on_datastore`,
        `polling_interval` (minutes), `data_path_parameter_name`, `include_subfolders`,
        `one_run_per_change`, `status`. docs/how-to/schedules.md has examples."""
        row = create_schedule(
            workspace=self.workspace,
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(self.detail(row.uid), status=201)


class ScheduleView(SchedulesView):
    """One schedule."""

    permissions = {"PATCH": Permission.PUBLISH, "DELETE": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """With what became of its last due time, and its last run."""
        return Response(self.detail(schedule_id))

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """Change any field of the body of POST but the pipeline or endpoint. Another trigger
        replaces the one before; `status` "Disabled" stops it, "Active" lets it go on from the
        next due time."""
        change_schedule(
            schedule=self.schedule(schedule_id), actor=self.actor, changes=json_object(request)
        )
        return Response(self.detail(schedule_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """It goes with the history of its due times; the runs that it submitted stay."""
        delete_schedule(schedule=self.schedule(schedule_id), actor=self.actor)
        return Response(status=204)


@extend_schema(request=None, responses=CREATED)
class ScheduleRunNowView(StartedRunView):
    """One run besides the due times."""

    permissions = {"POST": Permission.WRITE}

    @idempotent("schedules.run_now", recover=StartedRunView.answer_again)
    def post(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """Submits as the caller, with the schedule's parameters; a disabled one too."""
        run = run_now(
            schedule=schedule_selectors.get_schedule(self.workspace, schedule_id),
            actor=self.actor,
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(responses=OpenApiTypes.OBJECT)
class ScheduleRunsView(SchedulesView):
    """The runs of a schedule."""

    def get(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """Newest first."""
        rows = schedule_selectors.runs_of_schedule(self.schedule(schedule_id))
        return Response(cursor_page(rows, request, run_shape))


@extend_schema(responses=OpenApiTypes.OBJECT)
class ScheduleTicksView(SchedulesView):
    """What became of the due times of a schedule."""

    def get(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """Latest first: `outcome` is submitted (with `run`), skipped or failed (`sentence`)."""
        rows = schedule_selectors.ticks_of(self.schedule(schedule_id))
        return Response(cursor_page(rows, request, tick_shape))


@extend_schema(responses=OpenApiTypes.OBJECT)
class ScheduleNextView(SchedulesView):
    """When a schedule is due."""

    def get(self, request: Request, workspace_name: str, schedule_id: str) -> Response:
        """The next five times, in UTC and as its time zone's clocks read; none while disabled."""
        return Response(next_shape(self.schedule(schedule_id)))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class SchedulePreviewView(WorkspaceAPIView):
    """Trying a form."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str) -> Response:
        """The next five times that a body would be due; of it only the times are read:
        `recurrence`, `cron` or `datastore`, `time_zone`, `start_at`, `end_at`,
        `polling_interval`. Stores nothing. 422 as for POST."""
        now = timezone.now()
        body = json_object(request)
        times = {key: body[key] for key in (*TIME_FIELDS, "polling_interval") if key in body}
        fields = read_schedule({"name": "preview", **times}, now=now)
        return Response(
            {
                "time_zone": fields.time_zone,
                "items": due_shapes(fields.rule(now), fields.time_zone, now),
            }
        )
