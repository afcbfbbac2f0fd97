"""Pages of published pipelines and endpoints; whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from endpoints.views import consume, endpoint, lists, publish, published, submit

app_name = "endpoints"
HERE = "w/<str:workspace_name>/"
PUBLISHED = HERE + "published/<str:published_id>/"
ENDPOINT = HERE + "endpoints/<str:endpoint_id>/"
VERSION = ENDPOINT + "versions/<str:version>/"

urlpatterns = [
    path(HERE + "endpoints/", lists.list_endpoints, name="endpoints"),
    path(HERE + "published/", lists.list_published, name="published-pipelines"),
    path(PUBLISHED, published.show_published, name="published"),
    path(PUBLISHED + "nodes/<str:node_id>/", published.show_node, name="published-node"),
    path(PUBLISHED + "change", published.change, name="published-change"),
    path(PUBLISHED + "draft", published.clone, name="published-draft"),
    path(PUBLISHED + "switch", lists.switch_published, name="published-switch"),
    path(PUBLISHED + "endpoint", publish.add_to_endpoint, name="published-endpoint"),
    path(PUBLISHED + "submit", submit.submit_one, name="published-submit"),
    path(PUBLISHED + "forecast", submit.foretell_one, name="published-forecast"),
    path(ENDPOINT, endpoint.show_endpoint, name="endpoint"),
    path(ENDPOINT + "change", endpoint.change, name="endpoint-change"),
    path(ENDPOINT + "switch", lists.switch_endpoint, name="endpoint-switch"),
    path(ENDPOINT + "archive", endpoint.archive, name="endpoint-archive"),
    path(ENDPOINT + "reactivate", endpoint.reactivate, name="endpoint-reactivate"),
    path(ENDPOINT + "request", consume.show_request, name="endpoint-request"),
    path(ENDPOINT + "submit", submit.submit_endpoint, name="endpoint-submit"),
    path(ENDPOINT + "forecast", submit.foretell_endpoint, name="endpoint-forecast"),
    path(VERSION + "default", endpoint.set_default, name="version-default"),
    path(VERSION + "switch", endpoint.switch_version, name="version-switch"),
    path(VERSION + "diff", endpoint.show_diff, name="version-diff"),
    path(HERE + "runs/<str:run_uid>/publish", publish.publish_run, name="run-publish"),
]
