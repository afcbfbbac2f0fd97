"""REST: who am I, which workspaces are mine, what is this one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from workspaces.api.base import ForebayAPIView, WorkspaceAPIView
from workspaces.models import Workspace
from workspaces.selectors import memberships

DEFAULT_DATASTORE = "workspaceblobstore"  # the name v1 gave it; data/ knows the rows


def workspace_json(workspace: Workspace) -> dict[str, Any]:
    """A workspace as programs see it."""
    return {
        "id": workspace.uid,
        "name": workspace.name,
        "friendly_name": workspace.friendly_name or workspace.name,
        "description": workspace.description,
        "subscription_id": workspace.subscription_id,
        "resource_group": workspace.resource_group,
        "location": workspace.location,
        "url": f"{settings.FOREBAY_URL}/w/{workspace.name}/",
        "created_at": workspace.created_at,
    }


class SignInOptionsView(APIView):
    """How one may sign in. Open: a program asks before it has a token."""

    authentication_classes = ()

    @extend_schema(responses={200: dict}, auth=[])
    def get(self, request: Request) -> Response:
        """`entra` is null, or says where to get a token of Microsoft Entra ID: `tenant`,
        `authority`, `scope`. Tokens of the studio's own are taken besides."""
        entra = settings.FOREBAY_ENTRA
        told = {"tenant": entra.tenant, "authority": entra.authority, "scope": entra.scope}
        return Response({"entra": told if entra else None})


class MeView(ForebayAPIView):
    """Who the token or the session belongs to."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """The caller's user name, shown name and kind of token."""
        token = self.actor.token
        return Response(
            {
                "user": self.actor.user.get_username(),
                "name": self.actor.name,
                "token_kind": token.kind if token is not None else self.actor.through or "session",
            }
        )


class WorkspaceListView(ForebayAPIView):
    """The workspaces that the caller is a member of."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Every workspace of the caller, with their role in it."""
        found = memberships(self.actor.user)
        token = self.actor.token
        if token is not None and token.workspace_id is not None:
            found = found.filter(workspace_id=token.workspace_id)
        return Response({"items": [{**workspace_json(m.workspace), "role": m.role} for m in found]})


class WorkspaceView(WorkspaceAPIView):
    """One workspace."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str) -> Response:
        """The workspace's ids, names and address."""
        return Response(workspace_json(self.workspace))
