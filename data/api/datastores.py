"""REST: datastores and the files in them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from data.models import Datastore
from data.selectors import datastores, get_datastore, list_files, local_path
from data.services.datastores import set_default_datastore, write_file
from data.storage import StoredFile
from workspaces.api.base import WorkspaceAPIView
from workspaces.api.downloads import file_download
from workspaces.domain.errors import Forbidden, InvalidInput, NotFound
from workspaces.domain.relative_paths import shown


def datastore_json(datastore: Datastore) -> dict[str, Any]:
    """A datastore as programs see it: never where its root is."""
    return {
        "id": datastore.uid,
        "name": datastore.name,
        "kind": datastore.kind,
        "is_default": datastore.is_default,
        "created_at": datastore.created_at,
    }


def file_json(file: StoredFile) -> dict[str, Any]:
    """A file of a datastore."""
    return {"path": file.path, "size": file.size, "modified_at": file.modified_at}


def read_flag(request: Request, name: str, default: bool) -> bool:
    """A query parameter that is true or false."""
    raw = request.query_params.get(name, str(default)).lower()
    if raw not in ("true", "false"):
        raise InvalidInput.field(name, f"'{name}' must be true or false.")
    return raw == "true"


class DatastoresView(WorkspaceAPIView):
    """The workspace's datastores."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str) -> Response:
        """All of them, by name."""
        return Response({"items": [datastore_json(d) for d in datastores(self.workspace)]})


class DatastoreView(WorkspaceAPIView):
    """One datastore."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        """The datastore of this name."""
        return Response(datastore_json(get_datastore(self.workspace, name)))


class DefaultDatastoreView(WorkspaceAPIView):
    """Which datastore is the default one."""

    @extend_schema(request=None, responses={200: dict})
    def post(self, request: Request, workspace_name: str, name: str) -> Response:
        """Make this one the default; not for a step's own token, as every program would notice."""
        if self.actor.is_run_token:
            raise Forbidden(
                "A step's own token may not change which datastore is the default one.",
                code="run_token",
            )
        datastore = set_default_datastore(
            workspace=self.workspace,
            actor=self.actor,
            datastore=get_datastore(self.workspace, name),
        )
        return Response(datastore_json(datastore))


class DatastoreFilesView(WorkspaceAPIView):
    """The files of a datastore."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, name: str) -> Response:
        """`?prefix=`: one file, all files below a folder, or all that match `*` and `**`."""
        datastore = get_datastore(self.workspace, name)
        files = list_files(datastore, request.query_params.get("prefix", ""))
        return Response({"items": [file_json(file) for file in files]})


class DatastoreFileView(WorkspaceAPIView):
    """One file of a datastore."""

    parser_classes: list[type[BaseParser]] = []  # the body is the file, of any type

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, workspace_name: str, name: str, path: str) -> HttpResponseBase:
        """The file's bytes, as an attachment."""
        place = local_path(get_datastore(self.workspace, name), path)
        if not place.is_file():
            raise NotFound(f"There is no file {shown(path)} in datastore {name!r}.")
        return file_download(place, path.rsplit("/", 1)[-1])

    @extend_schema(request={"application/octet-stream": OpenApiTypes.BINARY}, responses={200: dict})
    def put(self, request: Request, workspace_name: str, name: str, path: str) -> Response:
        """Store the body as this file; 409 `exists` unless `?overwrite=true`."""
        # The plain request: REST framework's own would look for a parser.
        written = write_file(
            workspace=self.workspace,
            actor=self.actor,
            datastore=get_datastore(self.workspace, name),
            path=path,
            stream=request._request,
            overwrite=read_flag(request, "overwrite", False),
        )
        return Response(file_json(written), status=201)
