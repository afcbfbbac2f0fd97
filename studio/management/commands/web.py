"""`manage.py web`: serves pages, REST and sockets. Started by the supervisor."""

from __future__ import annotations

import gc
import sys
from typing import Any

import setproctitle
from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import get_resolver

from studio.asgi import application
from studio.paced_server import PacedServer
from studio.startup import check_port_is_free


class Command(BaseCommand):
    """One Daphne in this process."""

    help = "Serves the studio on FOREBAY_HOST:FOREBAY_PORT."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def handle(self, *args: Any, **options: Any) -> None:
        check_port_is_free()
        setproctitle.setproctitle(f"forebay web :{settings.FOREBAY_PORT}")
        server = PacedServer(
            application=application,
            endpoints=build_endpoint_description_strings(
                host=settings.FOREBAY_HOST, port=settings.FOREBAY_PORT
            ),
            request_buffer_size=256 * 1024,
            application_close_timeout=2,
            websocket_handshake_timeout=10,
            server_name="Forebay",
        )
        self._leave_alone_what_stays()
        server.run()
        if not server.listening_addresses:
            sys.exit(1)  # somebody took the port since the check

    def _leave_alone_what_stays(self) -> None:
        """The garbage collector need not look at the loaded studio: that it is called while a
        large graph is read cost a quarter of a check of 1,000 modules."""
        get_resolver().url_patterns  # noqa: B018 - loads the views, as the first request would
        gc.collect()
        gc.freeze()
