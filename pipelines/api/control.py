"""REST: how runs go on: one step canceled, a run submitted again or resumed, a forecast."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compute.models import EnvironmentBuild
from pipelines import selectors
from pipelines.api.runs import writable_run
from pipelines.api.shapes import new_run_shape, step_shapes
from pipelines.services.again import body_of_run, frozen_builds, resubmit_run, resume_run
from pipelines.services.cancel import cancel_step
from pipelines.services.forecast import forecast_run
from pipelines.services.module_graphs import finish_modules
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.domain.errors import InvalidInput
from workspaces.domain.roles import Permission


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
class StepCancelView(WorkspaceAPIView):
    """Ending one step early."""

    def post(self, request: Request, workspace_name: str, step_uid: str) -> Response:
        """Ask a step to end: what is below it is Canceled, the rest of the run goes on."""
        step = selectors.get_step(self.workspace, step_uid)
        writable_run(self, step.run.uid)
        cancel_step(step=step, actor=self.actor)
        return Response(step_shapes([selectors.get_step(self.workspace, step_uid)])[0])


class NewRunView(WorkspaceAPIView):
    """What both ways of running a stored run again share."""

    def answer_again(self, run_uid: str) -> Response:
        """To a request whose run was stored and whose answer was not."""
        return Response(new_run_shape(selectors.get_run(self.workspace, run_uid)), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
class RunResumeView(NewRunView):
    """Going on where a run failed or was canceled."""

    @idempotent("runs.resume", recover=NewRunView.answer_again)
    def post(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """A new run that keeps the completed steps whose parts are unchanged: 201.

        Body: `parameters`, `force_nodes`, and `from_node`, which runs again with all below it.
        """
        run = resume_run(
            run=selectors.get_run(self.workspace, run_uid),
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses={201: OpenApiTypes.OBJECT})
class RunResubmitView(NewRunView):
    """Running the same pipeline once more."""

    @idempotent("runs.resubmit", recover=NewRunView.answer_again)
    def post(self, request: Request, workspace_name: str, run_uid: str) -> Response:
        """A new run of the same graph, 201. Body: `parameters`, `force_nodes` (these run whatever
        there is to reuse) and `regenerate_outputs` (all do)."""
        run = resubmit_run(
            run=selectors.get_run(self.workspace, run_uid),
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(new_run_shape(run), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RunForecastView(WorkspaceAPIView):
    """What a submit would do with each step."""

    permissions = {"POST": Permission.READ}

    def post(self, request: Request, workspace_name: str) -> Response:
        """Per step `reused`, `runs` or `depends`, with a sentence; nothing is stored.

        Body: a submit's, or `run` (the id of a stored one) with `parameters`, `force_nodes`,
        `regenerate_outputs`, `resume_from` and `rerun_from_node` as wanted.
        """
        body: dict[str, Any] = json_object(request)
        builds: dict[str, EnvironmentBuild] = {}
        if "run" in body:
            if not isinstance(body["run"], str):
                raise InvalidInput.field("run", "run must be the id of a run.")
            run = selectors.get_run(self.workspace, body["run"])
            changes: dict[str, Any] = {
                name: body[name] for name in ("resume_from", "rerun_from_node") if name in body
            }
            body, builds = {**body_of_run(run, body), **changes}, frozen_builds(run)
        finished, faults = finish_modules(workspace=self.workspace, actor=self.actor, body=body)
        if faults:
            raise InvalidInput.of(faults)
        return Response(forecast_run(workspace=self.workspace, body=finished, environments=builds))
