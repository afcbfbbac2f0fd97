"""`manage.py runner`: the process that starts, watches and ends steps. One per data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from pipelines.runner.loop import Runner, run_until_signaled


class Command(BaseCommand):
    help = "Run queued steps and keep their results. Ends at SIGTERM; steps run on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--slots",
            type=int,
            default=settings.FOREBAY_HOST_SLOTS,
            help="how many steps may run on this machine at once (FOREBAY_HOST_SLOTS)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        runner = Runner(data=Path(settings.FOREBAY_DATA), slots=options["slots"])
        code = run_until_signaled(runner)
        if code:
            raise SystemExit(code)
