"""`manage.py sign_in_link [user]`: a one-time link for a browser on this machine."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from studio.setup import ADMIN, new_sign_in_url


class Command(BaseCommand):
    """Prints the link and nothing else, so that a script can use it."""

    help = "Prints a link that signs one browser on this machine in, once, within 10 minutes."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", nargs="?", default=ADMIN, help="user name (default: admin)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        self.stdout.write(new_sign_in_url(user))
