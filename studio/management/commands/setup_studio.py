"""`manage.py setup_studio`: database, administrator, workspace; may be repeated."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from studio.setup import new_sign_in_url, set_up_studio
from studio.startup import migrate_database, prepare_data_folder


class Command(BaseCommand):
    """Makes what is missing and prints a sign-in link."""

    help = "Brings the database up to date and makes the administrator and the workspace."
    requires_system_checks = ()  # those are for `manage.py check` and the tests

    def handle(self, *args: Any, **options: Any) -> None:
        for line in migrate_database(prepare_data_folder()):
            self.stdout.write(line)
        studio = set_up_studio(settings.FOREBAY_WORKSPACE)
        self.stdout.write(f"workspace {studio.workspace.name} is ready in {settings.FOREBAY_DATA}")
        self.stdout.write(f"sign in:  {new_sign_in_url(studio.admin)}")
