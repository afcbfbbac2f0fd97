"""REST: snapshots and the blobs they are made of."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.downloads import file_download
from workspaces.domain.errors import InvalidInput, NotFound
from workspaces.domain.snapshot_files import check_size
from workspaces.models import Snapshot
from workspaces.selectors import snapshot_by_uid, snapshot_file
from workspaces.services.snapshots import (
    blob_store,
    create_snapshot,
    missing_blobs,
    store_blobs,
)

FRAMES = "application/x-forebay-blobs"


def snapshot_json(snapshot: Snapshot, *, files: bool = False) -> dict[str, Any]:
    """A snapshot as programs see it."""
    body: dict[str, Any] = {
        "id": snapshot.uid,
        "digest": snapshot.digest,
        "file_count": snapshot.file_count,
        "size": snapshot.size,
        "created_at": snapshot.created_at,
    }
    if files:
        body["files"] = snapshot.files
    return body


class MissingBlobsView(WorkspaceAPIView):
    """Which files have to be sent."""

    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request, workspace_name: str) -> Response:
        """`{"hashes": […]}` -> `{"missing": […]}`."""
        hashes = json_object(request).get("hashes")
        if not isinstance(hashes, list):
            raise InvalidInput.field("hashes", "'hashes' must be a list of SHA-256 digests.")
        return Response({"missing": missing_blobs(workspace=self.workspace, hashes=hashes)})


class BlobsView(WorkspaceAPIView):
    """The files themselves, many in one body."""

    parser_classes: list[type[BaseParser]] = []  # the body is read as it comes

    @extend_schema(
        request={FRAMES: OpenApiTypes.BINARY},
        responses={200: dict},
    )
    def post(self, request: Request, workspace_name: str) -> Response:
        """Frames of `<sha256> <size>\\n` and bytes -> `{"stored": n}`; all are stored or none."""
        if (request.content_type or "").partition(";")[0].strip().lower() != FRAMES:
            raise InvalidInput(f"Send the blobs as {FRAMES}.", code="wrong_type")
        declared = request.META.get("CONTENT_LENGTH") or ""
        if declared.isdigit():
            check_size(int(declared) * 99 // 100)  # headers of frames are not files
        # The plain request: REST framework's own would look for a parser.
        stored = store_blobs(workspace=self.workspace, stream=request._request)
        return Response({"stored": stored})


class SnapshotsView(WorkspaceAPIView):
    """Source folders by content."""

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request, workspace_name: str) -> Response:
        """`{"files": [{path, sha256, size, executable}]}` -> its id; equal content, equal id."""
        snapshot = create_snapshot(
            workspace=self.workspace,
            actor=self.actor,
            files=json_object(request).get("files"),
        )
        return Response(snapshot_json(snapshot), status=201)


class SnapshotView(WorkspaceAPIView):
    """One snapshot."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, workspace_name: str, snapshot_id: str) -> Response:
        """The snapshot with its files."""
        return Response(snapshot_json(snapshot_by_uid(self.workspace, snapshot_id), files=True))


class SnapshotFileView(WorkspaceAPIView):
    """One file of a snapshot."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(
        self, request: Request, workspace_name: str, snapshot_id: str, path: str
    ) -> HttpResponseBase:
        """The file's bytes, as an attachment."""
        file = snapshot_file(snapshot_by_uid(self.workspace, snapshot_id), path)
        try:
            return file_download(blob_store().path_of(file["sha256"]), path.rsplit("/", 1)[-1])
        except FileNotFoundError:
            raise NotFound(f"The bytes of {path!r} are gone from the store.") from None
