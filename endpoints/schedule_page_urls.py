"""Pages of schedules and of who is told when runs end; whole paths, from the root."""

from __future__ import annotations

from django.urls import path

from endpoints.views import notifications, schedule_form, schedules

app_name = "schedules"
HERE = "w/<str:workspace_name>/"
LIST = HERE + "schedules/"
SCHEDULE = LIST + "<str:schedule_id>/"
RULE = HERE + "notifications/<str:rule_id>/"
ENDPOINT = HERE + "endpoints/<str:endpoint_id>/"

urlpatterns = [
    path(LIST, schedules.list_all, name="list"),
    path(LIST + "new/", schedule_form.new_schedule, name="new"),
    path(LIST + "preview", schedule_form.preview, name="preview"),
    path(LIST + "parameters", schedule_form.show_parameters, name="parameters"),
    path(SCHEDULE, schedules.show_schedule, name="schedule"),
    path(SCHEDULE + "edit/", schedule_form.edit_schedule, name="edit"),
    path(SCHEDULE + "switch", schedules.switch, name="switch"),
    path(SCHEDULE + "run-now", schedules.submit_now, name="run-now"),
    path(SCHEDULE + "delete", schedules.delete, name="delete"),
    path(SCHEDULE + "notifications/", notifications.of_schedule, name="notifications"),
    path(ENDPOINT + "notifications/", notifications.of_endpoint, name="endpoint-notifications"),
    path(RULE, notifications.show_rule, name="rule"),
    path(RULE + "switch", notifications.switch, name="rule-switch"),
    path(RULE + "test", notifications.test, name="rule-test"),
    path(RULE + "secret", notifications.rotate, name="rule-secret"),
    path(RULE + "delete", notifications.delete, name="rule-delete"),
]
