"""REST addresses of snapshots, below /api/v1/workspaces/<workspace_name>/."""

from __future__ import annotations

from django.urls import path

from workspaces.api.snapshots import (
    BlobsView,
    MissingBlobsView,
    SnapshotFileView,
    SnapshotsView,
    SnapshotView,
)

urlpatterns = [
    path("snapshots/missing", MissingBlobsView.as_view()),
    path("blobs", BlobsView.as_view()),
    path("snapshots", SnapshotsView.as_view()),
    path("snapshots/<str:snapshot_id>", SnapshotView.as_view()),
    path("snapshots/<str:snapshot_id>/files/<path:path>", SnapshotFileView.as_view()),
]
