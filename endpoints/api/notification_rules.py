"""REST: who is told when runs end, and what became of the messages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from endpoints import schedule_selectors
from endpoints.api.published import CREATED
from endpoints.api.schedule_shapes import delivery_shape, rule_shape
from endpoints.models import NotificationRule
from endpoints.services.rules import (
    change_rule,
    create_rule,
    delete_rule,
    rotate_rule_secret,
    send_test,
)
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.pagination import cursor_page
from workspaces.domain.roles import Permission


class RulesView(WorkspaceAPIView):
    """What views that answer with rules share."""

    permissions = {
        "POST": Permission.PUBLISH,
        "PATCH": Permission.PUBLISH,
        "DELETE": Permission.PUBLISH,
    }

    def rule(self, uid: str) -> NotificationRule:
        return schedule_selectors.get_rule(self.workspace, uid)

    def shape(self, row: NotificationRule) -> dict[str, Any]:
        return rule_shape(row, schedule_selectors.delivery_counts([row])[row.pk])


class RuleListView(RulesView):
    """The notification rules of a workspace."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """Newest first; `endpoint` or `schedule` (an id) narrows the list."""
        rows = schedule_selectors.list_rules(
            self.workspace,
            endpoint=request.query_params.get("endpoint", ""),
            schedule=request.query_params.get("schedule", ""),
        )
        kept: list[NotificationRule] = []

        def keep(row: NotificationRule) -> dict[str, Any]:
            kept.append(row)
            return {}

        page = cursor_page(rows, request, keep)
        counts = schedule_selectors.delivery_counts(kept)
        return Response({**page, "items": [rule_shape(row, counts[row.pk]) for row in kept]})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    def post(self, request: Request, workspace_name: str) -> Response:
        """A rule: `endpoint` or `schedule` (an id), `channel` ("email", "webhook"), `address`,
        and as wanted `on` (["failed"], "completed") and `enabled`. For a webhook the answer has
        `secret`, with which its signatures are checked; it is shown this once."""
        row, secret = create_rule(
            workspace=self.workspace, actor=self.actor, body=json_object(request)
        )
        shown = {"secret": secret} if secret else {}
        return Response({**self.shape(self.rule(row.uid)), **shown}, status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class RuleView(RulesView):
    """One notification rule."""

    def get(self, request: Request, workspace_name: str, rule_id: str) -> Response:
        """A webhook's address is shown in part only, its secret never."""
        return Response(self.shape(self.rule(rule_id)))

    def patch(self, request: Request, workspace_name: str, rule_id: str) -> Response:
        """Change `on`, `address` or `enabled`."""
        change_rule(rule=self.rule(rule_id), actor=self.actor, changes=json_object(request))
        return Response(self.shape(self.rule(rule_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, workspace_name: str, rule_id: str) -> Response:
        """It goes with its messages, those that wait too."""
        delete_rule(rule=self.rule(rule_id), actor=self.actor)
        return Response(status=204)


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
class RuleTestView(RulesView):
    """Trying a rule."""

    def post(self, request: Request, workspace_name: str, rule_id: str) -> Response:
        """Sends a test now and answers with its delivery: `state` is sent or failed."""
        return Response(delivery_shape(send_test(rule=self.rule(rule_id), actor=self.actor)))


@extend_schema(request=None, responses=OpenApiTypes.OBJECT)
class RuleSecretView(RulesView):
    """Changing a webhook's secret."""

    def post(self, request: Request, workspace_name: str, rule_id: str) -> Response:
        """A new `secret`, shown this once; the old one signs nothing any more."""
        secret = rotate_rule_secret(rule=self.rule(rule_id), actor=self.actor)
        return Response({"secret": secret})


@extend_schema(responses=OpenApiTypes.OBJECT)
class RuleDeliveriesView(RulesView):
    """The messages of a rule."""

    def get(self, request: Request, workspace_name: str, rule_id: str) -> Response:
        """Latest first: `state`, `attempts`, `last_error`, and `next_at` for those that wait."""
        rows = schedule_selectors.deliveries_of(self.rule(rule_id))
        return Response(cursor_page(rows, request, delivery_shape))
