"""REST: the modules of the designer, the studio's own and a workspace's own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from pipelines import draft_selectors as selectors
from pipelines.api.draft_shapes import module_shape, module_version_shape, palette_shape
from pipelines.domain.module_specs import GROUPS, PORT_TYPES
from pipelines.domain.reuse import digest_of
from pipelines.models import ModuleVersion
from pipelines.services.library import ensure_library
from pipelines.services.modules import (
    add_module_version,
    change_module,
    change_module_version,
    create_module,
)
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent, note_done
from workspaces.domain.roles import Permission

CREATED = {201: OpenApiTypes.OBJECT}


class ModuleDetailView(WorkspaceAPIView):
    """What views that answer with a module share."""

    def detail(self, uid: str) -> dict[str, Any]:
        module = selectors.get_module(self.workspace, uid)
        rows = selectors.module_versions(module)
        return {**module_shape(module), "versions": [module_version_shape(row) for row in rows]}

    def answer_again(self, uid: str) -> Response:
        """To a request whose module was stored and whose answer was not."""
        return Response(self.detail(uid), status=201)


class ModuleListView(ModuleDetailView):
    """The palette."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str) -> Response:
        """Every active module in its default version, with its spec, in one answer; `all=true`
        lists deprecated and disabled ones too. With `If-None-Match` 304 while nothing changed."""
        ensure_library(workspace=self.workspace, actor=self.actor)
        rows = selectors.palette(
            self.workspace, everything=request.query_params.get("all") == "true"
        )
        tag = f'"{digest_of([_seen(row) for row in rows])[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers=headers)
        body = {
            "items": [palette_shape(row) for row in rows],
            "groups": list(GROUPS),
            "port_types": list(PORT_TYPES),
        }
        return Response(body, headers=headers)

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("modules.create", recover=ModuleDetailView.answer_again)
    def post(self, request: Request, workspace_name: str) -> Response:
        """An own module: `spec` (an object, or the text of its JSON or YAML file), `snapshot` (the
        id of its source files) and as wanted `version`; or `name` and `description` of one whose
        versions come later. 422 lists every fault by its field."""
        module = create_module(
            workspace=self.workspace,
            actor=self.actor,
            body=json_object(request),
            note_stored=lambda made: note_done(self, made.uid),
        )
        return Response(self.detail(module.uid), status=201)


@extend_schema(responses=OpenApiTypes.OBJECT)
class ModuleByNameView(ModuleDetailView):
    """One module by its name."""

    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        """The own module of that name, else the studio's, with its versions, newest first."""
        ensure_library(workspace=self.workspace, actor=self.actor)
        return Response(self.detail(selectors.get_module_named(self.workspace, name).uid))


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ModuleView(ModuleDetailView):
    """One module with its versions, newest first."""

    permissions = {"PATCH": Permission.PUBLISH}

    def get(self, request: Request, workspace_name: str, module_id: str) -> Response:
        return Response(self.detail(module_id))

    def patch(self, request: Request, workspace_name: str, module_id: str) -> Response:
        """Change `status` (Active, Deprecated, Disabled) or `default_version`; `name` and
        `description` of an own module."""
        module = selectors.get_module(self.workspace, module_id)
        change_module(module=module, actor=self.actor, changes=json_object(request))
        return Response(self.detail(module_id))


class ModuleVersionsView(ModuleDetailView):
    """The versions of a module."""

    permissions = {"POST": Permission.PUBLISH}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, workspace_name: str, module_id: str) -> Response:
        """Newest first, each with its spec and what changed."""
        return Response({"items": self.detail(module_id)["versions"]})

    @extend_schema(request=OpenApiTypes.OBJECT, responses=CREATED)
    @idempotent("modules.add_version")
    def post(self, request: Request, workspace_name: str, module_id: str) -> Response:
        """The next version: `spec`, `snapshot`, as wanted `version`, `set_default`, `changes`."""
        module = selectors.get_module(self.workspace, module_id)
        row = add_module_version(module=module, actor=self.actor, body=json_object(request))
        return Response(module_version_shape(row), status=201)


@extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
class ModuleVersionView(WorkspaceAPIView):
    """One version of a module."""

    permissions = {"PATCH": Permission.PUBLISH}

    def get(self, request: Request, workspace_name: str, module_id: str, version: str) -> Response:
        module = selectors.get_module(self.workspace, module_id)
        return Response(module_version_shape(selectors.get_module_version(module, version)))

    def patch(
        self, request: Request, workspace_name: str, module_id: str, version: str
    ) -> Response:
        """Change `status` (Active, Deprecated, Disabled) or `changes`, what is said of it."""
        module = selectors.get_module(self.workspace, module_id)
        row = selectors.get_module_version(module, version)
        change_module_version(row=row, actor=self.actor, changes=json_object(request))
        return Response(module_version_shape(row))


def _seen(row: ModuleVersion) -> list[str]:
    """What of a palette's entry may change; a version's spec never does."""
    module = row.module
    return [module.uid, row.version, module.status, module.name, module.description]
