"""REST: compute targets."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compute.domain.targets import NodeCounts
from compute.models import ComputeTarget
from compute.selectors import compute_targets, get_target, target_statuses
from compute.services.targets import create_target, delete_target, update_target
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.domain.roles import Permission


def target_json(target: ComputeTarget, nodes: NodeCounts | None = None) -> dict[str, Any]:
    """A compute target as programs see it."""
    nodes = nodes or target_statuses([target])[target.pk]
    return {
        "id": target.uid,
        "name": target.name,
        "kind": target.kind,
        "vm_size": target.vm_size,
        "vm_priority": target.vm_priority,
        "min_nodes": target.min_nodes,
        "max_nodes": target.max_nodes,
        "idle_seconds_before_scaledown": target.idle_seconds,
        "memory_limit_mb": target.memory_limit_mb,
        "paused": target.paused_at is not None,
        "paused_at": target.paused_at,
        "description": target.description,
        "tags": target.tags,
        "state": "Succeeded",
        "status": nodes.as_dict(),
        "queue": {"queued": nodes.queued},
        "last_busy_at": target.last_busy_at,
        "created_at": target.created_at,
        "modified_at": target.modified_at,
    }


class ComputesView(WorkspaceAPIView):
    """The workspace's compute targets."""

    permissions = {"POST": Permission.COMPUTE}

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str) -> Response:
        """All of them, by name."""
        targets = list(compute_targets(self.workspace))
        nodes = target_statuses(targets)
        return Response({"items": [target_json(t, nodes[t.pk]) for t in targets]})

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request, workspace_name: str) -> Response:
        """A new one; 409 `exists` when the name is taken."""
        target = create_target(
            workspace=self.workspace, actor=self.actor, body=json_object(request)
        )
        return Response(target_json(target), status=201)


class ComputeView(WorkspaceAPIView):
    """One compute target."""

    permissions = {
        "PATCH": Permission.COMPUTE,
        "DELETE": Permission.COMPUTE,
    }

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        """The target with its nodes now."""
        return Response(target_json(get_target(self.workspace, name)))

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request, workspace_name: str, name: str) -> Response:
        """Change what the body names."""
        target = update_target(
            workspace=self.workspace,
            actor=self.actor,
            target=get_target(self.workspace, name),
            body=json_object(request),
        )
        return Response(target_json(target))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, workspace_name: str, name: str) -> Response:
        """Take it away; 409 `in_use` while steps run or wait on it."""
        delete_target(
            workspace=self.workspace,
            actor=self.actor,
            target=get_target(self.workspace, name),
            now=timezone.now(),
        )
        return Response(status=204)
