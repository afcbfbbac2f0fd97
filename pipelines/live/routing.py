"""The studio's one socket."""

from __future__ import annotations

from django.urls import re_path

from pipelines.live.consumer import LiveConsumer

websocket_urlpatterns = [
    re_path(r"^ws/(?P<workspace_name>[^/]+)/live$", LiveConsumer.as_asgi()),
]
