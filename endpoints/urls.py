"""URLs of published pipelines, pipeline endpoints, schedules and notification rules."""

from __future__ import annotations

from django.urls import include, path

from endpoints.api import notification_rules, pipeline_endpoints, published, schedules

API = "api/v1/workspaces/<str:workspace_name>/"
PUBLISHED = API + "published-pipelines/<str:published_id>"
ENDPOINT = API + "pipeline-endpoints/<str:endpoint_id>"
SCHEDULE = API + "schedules/<str:schedule_id>"
RULE = API + "notification-rules/<str:rule_id>"

urlpatterns = [
    path(
        API + "published-pipelines",
        published.PublishedListView.as_view(),
        name="api-published-pipelines",
    ),
    path(PUBLISHED, published.PublishedView.as_view(), name="api-published-pipeline"),
    path(
        PUBLISHED + "/submit", published.PublishedSubmitView.as_view(), name="api-published-submit"
    ),
    path(PUBLISHED + "/draft", published.PublishedDraftView.as_view(), name="api-published-draft"),
    path(PUBLISHED + "/runs", published.PublishedRunsView.as_view(), name="api-published-runs"),
    path(
        API + "runs/<str:run_uid>/publish",
        published.RunPublishView.as_view(),
        name="api-run-publish",
    ),
    path(
        API + "drafts/<str:draft_id>/publish",
        published.DraftPublishView.as_view(),
        name="api-draft-publish",
    ),
    path(
        API + "pipeline-endpoints",
        pipeline_endpoints.EndpointListView.as_view(),
        name="api-pipeline-endpoints",
    ),
    path(ENDPOINT, pipeline_endpoints.EndpointView.as_view(), name="api-pipeline-endpoint"),
    path(
        ENDPOINT + "/versions",
        pipeline_endpoints.EndpointVersionsView.as_view(),
        name="api-endpoint-versions",
    ),
    path(
        ENDPOINT + "/versions/<str:version>",
        pipeline_endpoints.EndpointVersionView.as_view(),
        name="api-endpoint-version",
    ),
    path(
        ENDPOINT + "/submit",
        pipeline_endpoints.EndpointSubmitView.as_view(),
        name="api-endpoint-submit",
    ),
    path(
        ENDPOINT + "/runs",
        pipeline_endpoints.EndpointRunsView.as_view(),
        name="api-endpoint-runs",
    ),
    path(API + "schedules", schedules.ScheduleListView.as_view(), name="api-schedules"),
    path(
        API + "schedules/preview",
        schedules.SchedulePreviewView.as_view(),
        name="api-schedule-preview",
    ),
    path(SCHEDULE, schedules.ScheduleView.as_view(), name="api-schedule"),
    path(
        SCHEDULE + "/run-now", schedules.ScheduleRunNowView.as_view(), name="api-schedule-run-now"
    ),
    path(SCHEDULE + "/runs", schedules.ScheduleRunsView.as_view(), name="api-schedule-runs"),
    path(SCHEDULE + "/ticks", schedules.ScheduleTicksView.as_view(), name="api-schedule-ticks"),
    path(SCHEDULE + "/next", schedules.ScheduleNextView.as_view(), name="api-schedule-next"),
    path(
        API + "notification-rules",
        notification_rules.RuleListView.as_view(),
        name="api-notification-rules",
    ),
    path(RULE, notification_rules.RuleView.as_view(), name="api-notification-rule"),
    path(RULE + "/test", notification_rules.RuleTestView.as_view(), name="api-rule-test"),
    path(RULE + "/secret", notification_rules.RuleSecretView.as_view(), name="api-rule-secret"),
    path(
        RULE + "/deliveries",
        notification_rules.RuleDeliveriesView.as_view(),
        name="api-rule-deliveries",
    ),
    path("", include("endpoints.schedule_page_urls")),
    path("", include("endpoints.page_urls")),
]
