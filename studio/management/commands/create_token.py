"""`manage.py create_token [user] --name …`: an access token for a program."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from studio.setup import ADMIN
from workspaces.services.access import create_token


class Command(BaseCommand):
    """Prints the token and nothing else, so that a script can use it."""

    help = "Prints a new access token; it can't be shown again."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", nargs="?", default=ADMIN, help="user name (default: admin)")
        parser.add_argument("--name", default="command line", help="what the list shows")
        parser.add_argument("--days", type=int, default=None, help="how long it lives")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        days = options["days"]
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        _, raw = create_token(user=user, name=options["name"], expires_at=expires_at)
        self.stdout.write(raw)
