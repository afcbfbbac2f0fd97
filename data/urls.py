"""URLs of datastores and datasets. Whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from data.api import datasets, datastores

API = "api/v1/workspaces/<str:workspace_name>"

urlpatterns = [
    path(f"{API}/datastores", datastores.DatastoresView.as_view()),
    path(f"{API}/datastores/<str:name>", datastores.DatastoreView.as_view()),
    path(f"{API}/datastores/<str:name>/default", datastores.DefaultDatastoreView.as_view()),
    path(f"{API}/datastores/<str:name>/files", datastores.DatastoreFilesView.as_view()),
    path(f"{API}/datastores/<str:name>/files/<path:path>", datastores.DatastoreFileView.as_view()),
    path(f"{API}/datasets", datasets.DatasetsView.as_view()),
    path(f"{API}/datasets/by-name/<str:name>", datasets.DatasetByNameView.as_view()),
    path(f"{API}/datasets/<str:dataset_id>", datasets.DatasetView.as_view()),
    path(f"{API}/datasets/<str:dataset_id>/register", datasets.RegisterDatasetView.as_view()),
    path(f"{API}/datasets/<str:dataset_id>/files", datasets.DatasetFilesView.as_view()),
    path(f"{API}/datasets/<str:dataset_id>/rows", datasets.DatasetRowsView.as_view()),
]
