"""What every REST view stands on: who asks, in which workspace, may they."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from workspaces.api.addresses import address_of
from workspaces.domain.errors import InvalidInput, Unauthenticated
from workspaces.domain.roles import Permission
from workspaces.models import AccessToken, IdempotencyKey, Workspace
from workspaces.services.access import Actor, authorize

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class ForebayAPIView(APIView):
    """A view for signed-in callers: `self.actor` stands before the handler runs."""

    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise Unauthenticated(
                "Sign in, or send a token in the header 'Authorization: Bearer fby_…'."
            )
        token = request.auth if isinstance(request.auth, AccessToken) else None
        self.actor = Actor(user=request.user, token=token, address=address_of(request))


class WorkspaceAPIView(ForebayAPIView):
    """A view below `/api/v1/workspaces/<workspace_name>`: sets `self.workspace` too.

    `permissions` names what a method needs where reading for GET and writing for the rest
    is not right, as in `permissions = {"DELETE": Permission.COMPUTE}`.
    """

    permissions: Mapping[str, Permission] = {}
    workspace: Workspace
    claimed_key: IdempotencyKey | None = None  # set by workspaces/api/idempotency.py

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        default = Permission.READ if request.method in SAFE_METHODS else Permission.WRITE
        self.workspace = authorize(
            actor=self.actor,
            workspace_name=kwargs["workspace_name"],
            permission=self.permissions.get(request.method or "GET", default),
        )


def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; no body is an empty one. Raises InvalidInput for anything else."""
    body = request.data
    if isinstance(body, dict):
        # Without a body REST framework hands out an empty form, which is a dict too.
        return dict(body.items())
    raise InvalidInput("The body must be a JSON object: {…}.")
