"""Sockets are opened by this studio's own pages only."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class SameOrigin:
    """Refuses a socket whose Origin is not the host and port that it connects to.

    Host names alone do not do: another program on another port of this machine shares the
    cookies, so it must not be able to open a socket with them.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = dict(scope.get("headers", []))
        origin = headers.get(b"origin", b"").decode("latin1")
        host = headers.get(b"host", b"").decode("latin1")
        if same_origin(origin, host):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def same_origin(origin: str, host: str) -> bool:
    """Whether a page of `origin` was served by `host`, and this studio goes by that name."""
    try:
        netloc = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    domain, _ = split_domain_port(host)
    known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    return known and netloc in (host.lower(), urlsplit(settings.FOREBAY_URL).netloc.lower())
