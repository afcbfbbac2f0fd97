"""The ASGI application: HTTP by Django, sockets by Channels for signed-in, same-origin pages."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

http_application = get_asgi_application()  # loads the apps, which the consumers below need

from pipelines.live.routing import websocket_urlpatterns  # noqa: E402
from studio.origin import SameOrigin  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
