"""Who may write what of a step: its own script, and people who may change the workspace."""

from __future__ import annotations

from pipelines import selectors
from pipelines.models import StepRun
from workspaces.api.base import WorkspaceAPIView
from workspaces.domain.errors import Forbidden


def writable_step(view: WorkspaceAPIView, uid: str) -> StepRun:
    """The step, if the caller may write it: a step's own token writes only that step."""
    step = selectors.get_step(view.workspace, uid)
    if view.actor.is_run_token and view.actor.step_run_uid != step.uid:
        raise Forbidden("A step's own token writes its own step only.", code="run_token")
    return step
