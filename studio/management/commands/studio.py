"""`manage.py studio`: web, runner and queue under one supervisor, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from studio.console import Console
from studio.setup import ensure_studio


class Command(BaseCommand):
    """Opens the studio of FOREBAY_DATA on FOREBAY_PORT."""

    help = "Starts the studio: web, runner and queue, restarted when one dies."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        console.open(ensure_studio)
        sys.exit(console.run())
