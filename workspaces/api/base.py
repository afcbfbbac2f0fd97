"""What every REST view stands on: who asks, in which workspace, may they."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from workspaces.api.addresses import address_of
from workspaces.api.reading import why_signed_out
from workspaces.domain.errors import InvalidInput, Unauthenticated
from workspaces.domain.roles import Permission
from workspaces.models import AccessToken, IdempotencyKey, Workspace
from workspaces.services.access import ACCOUNT_CLOSED, Actor, authorize

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class ForebayAPIView(APIView):
    """A view for signed-in callers: `self.actor` stands before the handler runs."""

    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise signed_out(request)
        token = request.auth if isinstance(request.auth, AccessToken) else None
        through = request.auth if isinstance(request.auth, str) else ""
        self.actor = Actor(
            user=request.user, token=token, address=address_of(request), through=through
        )


def signed_out(request: Request) -> Unauthenticated:
    """Why nobody is signed in: never was, the session ended, the account was closed."""
    match why_signed_out(request):
        case "ended":
            return Unauthenticated("Your session ended. Sign in again.", code="session_ended")
        case "closed":
            return Unauthenticated(ACCOUNT_CLOSED, code="account_disabled")
    return Unauthenticated("Sign in, or send a token in the header 'Authorization: Bearer fby_…'.")


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

    def need(self, permission: Permission) -> None:
        """Asks for more than the method does, where it depends on what is sent."""
        authorize(actor=self.actor, workspace_name=self.workspace.name, permission=permission)


def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; no body is an empty one. Raises InvalidInput for anything else."""
    body = request.data
    if isinstance(body, dict):
        # Without a body REST framework hands out an empty form, which is a dict too.
        return dict(body.items())
    raise InvalidInput("The body must be a JSON object: {…}.")
