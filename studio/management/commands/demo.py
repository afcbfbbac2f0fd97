"""`manage.py demo`: the studio, with the iris example submitted and followed in it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from studio.console import Console, check_example, say
from studio.credentials import ensure_credentials, write_config
from studio.setup import set_up_studio


class Command(BaseCommand):
    """What `make demo` runs once the requirements are there."""

    help = "Opens the studio and runs examples/iris/pipeline.py in it."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="stop the studio when the example has ended"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        examples = Path(settings.BASE_DIR) / "examples"
        program = examples / "iris" / "pipeline.py"
        check_example(program)
        console = Console()
        studio = console.open(set_up_studio)
        ensure_credentials(user=studio.admin, server=settings.FOREBAY_URL)
        write_config(
            examples / "config.json", workspace=studio.workspace, server=settings.FOREBAY_URL
        )
        page = f"{settings.FOREBAY_URL}/w/{studio.workspace.name}/pipelines/"

        def tell(code: int) -> None:
            if code:
                say(
                    f"the example ended with exit code {code}; the studio's logs are in "
                    f"{settings.FOREBAY_DATA}/logs"
                )
            else:
                say(f"look at the run:  {page}")
                say(f"run it again:     {_short(sys.executable)} {_short(program)}")
            if not options["once"]:
                say("the studio stays open; Ctrl-C stops it")

        sys.exit(
            console.run(
                program=[sys.executable, "-u", str(program)],
                then=tell,
                leave_open=not options["once"],
            )
        )


def _short(path: str | Path) -> str:
    """The path as one types it in the project's folder."""
    inside = Path(path).is_relative_to(settings.BASE_DIR)
    return str(Path(path).relative_to(settings.BASE_DIR) if inside else path)
