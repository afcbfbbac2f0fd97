"""REST: accounts of programs. Owners make them; programs trade their secrets for tokens."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from workspaces.api.addresses import address_of
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.problems import CONTENT_TYPE, problem_body, problem_headers
from workspaces.api.reading import LimitedJSONParser
from workspaces.domain.errors import ForebayError, InvalidInput, TooLarge, Unauthenticated
from workspaces.domain.roles import Permission
from workspaces.domain.times import iso
from workspaces.models import Member, ServicePrincipal, ServicePrincipalSecret
from workspaces.selectors import (
    secret_by_uid,
    service_principal_by_uid,
    service_principals_of,
)
from workspaces.services.service_principals import (
    TOKEN_LIVES,
    add_secret,
    create_principal,
    issue_token,
    revoke_secret,
    rotate_secret,
    update_principal,
)

OWNERS = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), Permission.MANAGE)
DEFAULT_DAYS = 180
LARGEST = 64 * 1024


def secret_json(row: ServicePrincipalSecret, raw: str = "") -> dict[str, Any]:
    """A secret without its text, which only the answer that made it has."""
    shown = {
        "id": row.uid,
        "begins_with": row.prefix,
        "created_at": iso(row.created_at),
        "expires_at": iso(row.expires_at),
        "revoked_at": iso(row.revoked_at),
        "last_used_at": iso(row.last_used_at),
    }
    return {**shown, "client_id": row.principal.client_id, "secret": raw} if raw else shown


def principal_json(row: ServicePrincipal, *, role: str | None) -> dict[str, Any]:
    """A service principal as programs see it."""
    return {
        "id": row.uid,
        "client_id": row.client_id,
        "user": row.user.get_username(),
        "name": row.name,
        "description": row.description,
        "role": role,
        "entra_app_id": row.entra_app_id,
        "enabled": row.disabled_at is None,
        "created_by": row.created_by.get_username() if row.created_by else None,
        "created_at": iso(row.created_at),
        "secrets": [secret_json(secret) for secret in row.secrets.order_by("-id")],
    }


class _OwnersView(WorkspaceAPIView):
    permissions = OWNERS

    def shown(self, row: ServicePrincipal) -> dict[str, Any]:
        member = Member.objects.filter(workspace=self.workspace, user_id=row.user_id).first()
        return principal_json(row, role=member.role if member else None)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ServicePrincipalListView(_OwnersView):
    """The service principals of a workspace."""

    def get(self, request: Request, workspace_name: str) -> Response:
        """All of them, by name."""
        rows = service_principals_of(self.workspace).prefetch_related("secrets")
        return Response({"items": [self.shown(row) for row in rows]})

    def post(self, request: Request, workspace_name: str) -> Response:
        """Make one: `{name, description, role, entra_app_id}`. Its secrets are made after it."""
        row = create_principal(
            workspace=self.workspace, actor=self.actor, body=json_object(request)
        )
        return Response(self.shown(row), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ServicePrincipalView(_OwnersView):
    """One service principal."""

    def get(self, request: Request, workspace_name: str, principal_id: str) -> Response:
        """Its role and its secrets, without their text."""
        return Response(self.shown(service_principal_by_uid(self.workspace, principal_id)))

    def patch(self, request: Request, workspace_name: str, principal_id: str) -> Response:
        """Change name, description, role, entra_app_id; `enabled: false` locks it out."""
        row = update_principal(
            principal=service_principal_by_uid(self.workspace, principal_id),
            actor=self.actor,
            body=json_object(request),
            now=timezone.now(),
        )
        return Response(self.shown(row))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ServicePrincipalSecretListView(_OwnersView):
    """The secrets of a service principal."""

    def post(self, request: Request, workspace_name: str, principal_id: str) -> Response:
        """Add a secret for `days` (180); the answer alone has its text."""
        row, raw = add_secret(
            principal=service_principal_by_uid(self.workspace, principal_id),
            actor=self.actor,
            days=json_object(request).get("days", DEFAULT_DAYS),
            now=timezone.now(),
        )
        return Response(secret_json(row, raw), status=201)


class ServicePrincipalSecretView(_OwnersView):
    """One secret of a service principal."""

    @extend_schema(request=None, responses={204: None})
    def delete(
        self, request: Request, workspace_name: str, principal_id: str, secret_id: str
    ) -> Response:
        """Revoke it, with every token that was given for it."""
        principal = service_principal_by_uid(self.workspace, principal_id)
        secret = secret_by_uid(principal, secret_id)
        revoke_secret(secret=secret, actor=self.actor, now=timezone.now())
        return Response(status=204)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ServicePrincipalSecretRotateView(_OwnersView):
    """Another secret in the place of one."""

    def post(
        self, request: Request, workspace_name: str, principal_id: str, secret_id: str
    ) -> Response:
        """A new secret for `days` (180); the old one works on for 24 hours."""
        principal = service_principal_by_uid(self.workspace, principal_id)
        row, raw = rotate_secret(
            secret=secret_by_uid(principal, secret_id),
            actor=self.actor,
            days=json_object(request).get("days", DEFAULT_DAYS),
            now=timezone.now(),
        )
        return Response(secret_json(row, raw), status=201)


@extend_schema(
    request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
    responses=OpenApiTypes.OBJECT,
    auth=[],
)
class TokenView(APIView):
    """`client_credentials` of OAuth 2: a service principal's secret for a token of one hour.

    Answers in OAuth's own shape, errors too, with our sentence beside it.
    """

    authentication_classes = ()
    parser_classes = (FormParser, LimitedJSONParser)

    def post(self, request: Request, tenant: str = "") -> Response:
        """`grant_type=client_credentials`, `client_id`, `client_secret` as a form, as JSON or
        with the last two as HTTP Basic."""
        try:
            client_id, client_secret = self._read(request)
            token, raw = issue_token(
                client_id=client_id,
                client_secret=client_secret,
                address=address_of(request),
                now=timezone.now(),
            )
        except ForebayError as error:
            return _oauth_error(error)
        assert token.expires_at is not None
        answer = {
            "token_type": "Bearer",
            "access_token": raw,
            "expires_in": int(TOKEN_LIVES.total_seconds()),
            "expires_on": int(token.expires_at.timestamp()),
        }
        return Response(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nobody is known yet: no more is read than such a request needs."""
        super().initial(request, *args, **kwargs)
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise TooLarge("A request for a token has at most 64 KB.")

    def _read(self, request: Request) -> tuple[str, str]:
        body = json_object(request)
        if body.get("grant_type") != "client_credentials":
            raise InvalidInput.field(
                "grant_type", "grant_type must be client_credentials.", "unsupported_grant_type"
            )
        basic = _basic(request.headers.get("Authorization", ""))
        client_id, secret = basic or (body.get("client_id"), body.get("client_secret"))
        for name, value in (("client_id", client_id), ("client_secret", secret)):
            if not isinstance(value, str) or not value or "\0" in value:
                raise InvalidInput.field(name, f"{name} is missing.", "invalid_request")
        return str(client_id), str(secret)


@extend_schema(exclude=True)
class MicrosoftTokenView(TokenView):
    """The same at the path of Microsoft's endpoint, for programs that change the host only."""


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, raw = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(raw.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(name), unquote_plus(secret)  # RFC 6749, 2.3.1


def _oauth_error(error: ForebayError) -> Response:
    word, status = "temporarily_unavailable", error.status
    if isinstance(error, Unauthenticated):
        word = "invalid_client"
    elif error.status in (413, 415, 422):
        code = error.problems[0].code if error.problems else ""
        word = code if code == "unsupported_grant_type" else "invalid_request"
        status = 400
    body = {**problem_body(error), "status": status}
    return Response(
        {**body, "error": word, "error_description": error.detail},
        status=status,
        content_type=CONTENT_TYPE,
        headers={**problem_headers(error), "Cache-Control": "no-store"},
    )
