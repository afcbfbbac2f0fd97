"""REST: registered environments, their builds, and the builds' logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from compute.domain.definitions import as_asked
from compute.domain.mapping import CURATED
from compute.models import EnvironmentBuild, EnvironmentVersion
from compute.selectors import (
    build_log,
    environment_rules,
    environment_versions,
    get_build,
    get_environment,
    latest_environments,
)
from compute.services.environment_versions import register_environment
from compute.services.environments import build_environment, plan_environment
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.domain.errors import InvalidInput

LOG_CHUNK = 1 << 20


def environment_json(row: EnvironmentVersion) -> dict[str, Any]:
    """A registered environment as programs see it."""
    return {
        "id": row.uid,
        "name": row.name,
        "version": str(row.version),
        "definition": row.definition,
        "curated": False,
        "created_by": row.created_by.get_username(),
        "created_at": row.created_at,
    }


def curated_json(name: str) -> dict[str, Any]:
    """An environment that has a name only: the administrator's mapping says what it is."""
    return {
        "id": None,
        "name": name,
        "version": None,
        "definition": {},
        "curated": True,
        "created_by": None,
        "created_at": None,
    }


def plan_json(asked: dict[str, Any]) -> dict[str, Any]:
    """What would be built for it now, and how far that is."""
    spec = plan_environment(asked)
    build = EnvironmentBuild.objects.filter(key=spec.key).first()
    return {
        "key": spec.key,
        "status": build.status if build else None,
        "python": spec.python,
        "requirements": list(spec.requirements),
        "defaults": list(spec.defaults),
        "notices": list(spec.notices),
    }


def build_json(build: EnvironmentBuild) -> dict[str, Any]:
    """A build, what it is made of, and the last lines of a failed one."""
    return {
        "key": build.key,
        "status": build.status,
        "attempt": build.attempt,
        "python": build.spec.get("python"),
        "requirements": build.spec.get("requirements", []),
        "defaults": build.spec.get("defaults", []),
        "notices": build.spec.get("notices", []),
        "lock": build.lock,
        "error_lines": build.error.split("\n") if build.error else [],
        "created_at": build.created_at,
        "started_at": build.started_at,
        "finished_at": build.finished_at,
    }


class EnvironmentsView(WorkspaceAPIView):
    """The workspace's registered environments."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str) -> Response:
        """The newest version of each, by name; then the curated names that the mapping knows."""
        names = {
            rule.asked
            for rule in environment_rules()
            if rule.kind == "curated" and not set(rule.asked) & set("*?[")
        }
        items = [environment_json(row) for row in latest_environments(self.workspace)]
        return Response({"items": items + [curated_json(name) for name in sorted(names)]})

    @extend_schema(request=dict, responses={200: dict, 201: dict})
    def post(self, request: Request, workspace_name: str) -> Response:
        """Register; 200 with the newest version when nothing in it changed."""
        row, made = register_environment(
            workspace=self.workspace, actor=self.actor, body=json_object(request)
        )
        return Response(environment_json(row), status=201 if made else 200)


class EnvironmentView(WorkspaceAPIView):
    """One registered or curated environment."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        """A version (`?version=`, the newest by default), and what it becomes here."""
        if name.startswith(CURATED):
            asked: dict[str, Any] = {"name": name, "python": None, "docker": {}, "variables": {}}
            return Response({**curated_json(name), "versions": [], "plan": plan_json(asked)})
        row = get_environment(self.workspace, name, request.query_params.get("version", ""))
        versions = [str(one.version) for one in environment_versions(self.workspace, name)]
        asked = as_asked(row.name, row.version, row.definition)
        return Response({**environment_json(row), "versions": versions, "plan": plan_json(asked)})


class EnvironmentBuildsView(WorkspaceAPIView):
    """Builds that somebody wants before a step needs them."""

    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request, workspace_name: str) -> Response:
        """`{"name", "definition"}`: the build of that content, asked for if it is not there."""
        build = build_environment(workspace=self.workspace, body=json_object(request))
        return Response(build_json(build))


class EnvironmentBuildView(WorkspaceAPIView):
    """One build; equal content is built once, whatever it is called."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, key: str) -> Response:
        """Its state, what it is made of, and the last lines of a failed one."""
        return Response(build_json(get_build(self.workspace, key)))


class EnvironmentBuildLogView(WorkspaceAPIView):
    """What a build printed."""

    @extend_schema(responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request, workspace_name: str, key: str) -> HttpResponse:
        """Up to `limit` bytes (at most 1 MiB) from `offset`; headers as those of a step's log."""
        build = get_build(self.workspace, key)
        complete = build.status in EnvironmentBuild.ENDED  # read before the file
        limit = min(_number(request, "limit", LOG_CHUNK) or LOG_CHUNK, LOG_CHUNK)
        data, size, start = _read(build_log(build), _number(request, "offset", 0), limit)
        answer = HttpResponse(data, content_type="text/plain; charset=utf-8")
        answer["X-Content-Type-Options"] = "nosniff"
        answer["X-Forebay-Log-Start"] = str(start)
        answer["X-Forebay-Log-Size"] = str(size)
        answer["X-Forebay-Log-Next"] = str(start + len(data))
        answer["X-Forebay-Log-Complete"] = "1" if complete else "0"
        return answer


def _number(request: Request, name: str, default: int) -> int:
    raw = request.query_params.get(name, str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise InvalidInput.field(name, f"'{name}' must be a whole number from 0 up.")
    return int(raw)


def _read(path: Path, offset: int, limit: int) -> tuple[bytes, int, int]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            start = min(offset, size)
            file.seek(start)
            return file.read(limit), size, start
    except FileNotFoundError:
        return b"", 0, 0
