"""REST: who may do what in a workspace. Everyone in it may look, Owners change."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.domain.roles import Permission
from workspaces.domain.times import iso
from workspaces.models import Member
from workspaces.selectors import member_by_user_name, members_of
from workspaces.services.members import (
    add_member,
    change_role,
    invite_person,
    remove_member,
)

OWNERS = dict.fromkeys(("POST", "PATCH"), Permission.MANAGE)


def member_json(member: Member) -> dict[str, Any]:
    """A member as programs see them."""
    principal = getattr(member.user, "service_principal", None)
    return {
        "user": member.user.get_username(),
        "name": member.user.get_full_name() or member.user.get_username(),
        "kind": "person" if principal is None else "service_principal",
        "role": member.role,
        "from_entra": member.from_entra,
        "active": member.user.is_active,
        "created_at": iso(member.created_at),
    }


def invite_url(raw: str) -> str:
    """The address at which an invited person chooses a password."""
    return f"{settings.FOREBAY_URL}/invite/{raw}"


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class MemberListView(WorkspaceAPIView):
    """The members of a workspace."""

    permissions = OWNERS

    def get(self, request: Request, workspace_name: str) -> Response:
        """Everyone with a role, by user name."""
        return Response({"items": [member_json(row) for row in members_of(self.workspace)]})

    def post(self, request: Request, workspace_name: str) -> Response:
        """Add somebody known here: `{user, role}`, by user name or e-mail address; or invite
        somebody new: `{invite: {user_name, email}, role}`, answered with `invite_url`."""
        body = json_object(request)
        role = body.get("role")
        if not isinstance(body.get("invite"), dict):
            member = add_member(
                workspace=self.workspace, actor=self.actor, who=body.get("user"), role=role
            )
            return Response(member_json(member), status=201)
        wanted = body["invite"]
        member, raw = invite_person(
            workspace=self.workspace,
            actor=self.actor,
            user_name=wanted.get("user_name"),
            email=wanted.get("email"),
            role=role,
            now=timezone.now(),
        )
        return Response({**member_json(member), "invite_url": invite_url(raw)}, status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class MemberView(WorkspaceAPIView):
    """One member, by user name."""

    permissions = {**OWNERS, "DELETE": Permission.READ}  # everyone may leave

    def get(self, request: Request, workspace_name: str, user_name: str) -> Response:
        """The member's role."""
        return Response(member_json(member_by_user_name(self.workspace, user_name)))

    def patch(self, request: Request, workspace_name: str, user_name: str) -> Response:
        """Give the member another `role`. 409 when no Owner would be left."""
        member = member_by_user_name(self.workspace, user_name)
        changed = change_role(
            member=member, actor=self.actor, role=json_object(request).get("role")
        )
        return Response(member_json(changed))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, workspace_name: str, user_name: str) -> Response:
        """Remove a member (Owners), or leave. 409 when no Owner would be left."""
        leaving = user_name == self.actor.user.get_username() and not self.actor.is_run_token
        if not leaving:
            self.need(Permission.MANAGE)
        remove_member(member=member_by_user_name(self.workspace, user_name), actor=self.actor)
        return Response(status=204)
