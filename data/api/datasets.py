"""REST: datasets, their versions, files and rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from data.engine.table import open_table
from data.models import DatasetVersion
from data.selectors import (
    dataset_files,
    dataset_versions,
    get_dataset_by_name,
    get_dataset_version,
    registered_datasets,
)
from data.services.datasets import create_dataset, register_dataset
from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.downloads import ChunkedResponse
from workspaces.domain.errors import InvalidInput

MOST_IDS = 100
TABLE = "application/x-forebay-table"


def dataset_json(version: DatasetVersion) -> dict[str, Any]:
    """A dataset version as programs see it; name and version are null when unregistered."""
    return {
        "id": version.uid,
        "kind": version.kind,
        "name": version.dataset.name if version.dataset else None,
        "version": version.version,
        "definition": version.definition,
        "description": version.description,
        "tags": version.tags,
        "created_at": version.created_at,
    }


def flag(body: dict[str, Any], name: str, default: bool) -> bool:
    """A field that is true or false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise InvalidInput.field(name, f"'{name}' must be true or false.")
    return value


class DatasetsView(WorkspaceAPIView):
    """The workspace's datasets."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str) -> Response:
        """The latest version of each registered name; with `ids` (public ids, by commas; at most
        100) those versions, registered or not, as far as they are there."""
        asked = request.query_params.get("ids")
        if asked is None:
            rows = registered_datasets(self.workspace)
        elif len(ids := asked.split(",")) > MOST_IDS:
            raise InvalidInput.field("ids", f"At most {MOST_IDS} ids are answered at once.")
        else:
            rows = dataset_versions(self.workspace, ids)
        return Response({"items": [dataset_json(version) for version in rows]})

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request, workspace_name: str) -> Response:
        """`{"kind", "definition", "validate"}`: an unregistered dataset."""
        body = json_object(request)
        version = create_dataset(
            workspace=self.workspace,
            actor=self.actor,
            kind=body.get("kind"),
            definition=body.get("definition"),
            validate=flag(body, "validate", True),
        )
        return Response(dataset_json(version), status=201)


class DatasetView(WorkspaceAPIView):
    """One dataset."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, dataset_id: str) -> Response:
        """The dataset version with this id, registered or not."""
        return Response(dataset_json(get_dataset_version(self.workspace, dataset_id)))


class RegisterDatasetView(WorkspaceAPIView):
    """Names and versions."""

    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request, workspace_name: str, dataset_id: str) -> Response:
        """`{"name", "description", "tags", "create_new_version"}` -> the registered version."""
        body = json_object(request)
        version = register_dataset(
            workspace=self.workspace,
            actor=self.actor,
            version=get_dataset_version(self.workspace, dataset_id),
            name=body.get("name"),
            description=body.get("description"),
            tags=body.get("tags"),
            create_new_version=flag(body, "create_new_version", False),
        )
        return Response(dataset_json(version))


class DatasetByNameView(WorkspaceAPIView):
    """A registered dataset."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        """`?version=`: a number, or `latest` when not given."""
        version = request.query_params.get("version", "latest")
        return Response(dataset_json(get_dataset_by_name(self.workspace, name, version)))


class DatasetFilesView(WorkspaceAPIView):
    """The files that a dataset stands for now."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, dataset_id: str) -> Response:
        """Each with the place that a download gives it."""
        files = dataset_files(get_dataset_version(self.workspace, dataset_id))
        return Response(
            {
                "items": [
                    {
                        "datastore": file.datastore.name,
                        "path": file.path,
                        "relative_path": file.relative,
                        "size": file.size,
                    }
                    for file in files
                ]
            }
        )


class DatasetRowsView(WorkspaceAPIView):
    """A tabular dataset's rows."""

    @extend_schema(responses={(200, TABLE): OpenApiTypes.BINARY})
    def get(self, request: Request, workspace_name: str, dataset_id: str) -> HttpResponseBase:
        """`?limit=`: a line of JSON with the columns, then CSV; see docs/contributing/DATA.md."""
        version = get_dataset_version(self.workspace, dataset_id)
        if version.kind != DatasetVersion.TABULAR:
            raise InvalidInput(
                "A file dataset has no rows. Download its files, or make a tabular dataset.",
                code="not_tabular",
            )
        table = open_table(
            files=[
                {"local": str(file.local), "path": file.path} for file in dataset_files(version)
            ],
            definition=version.definition,
            limit=_read_limit(request),
            scratch=settings.FOREBAY_DATA / "scratch",
        )
        return ChunkedResponse(iter(table), close=table.close, content_type=TABLE)


def _read_limit(request: Request) -> int | None:
    raw = request.query_params.get("limit")
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise InvalidInput.field("limit", "'limit' must be a whole number of rows.")
    return int(raw)
