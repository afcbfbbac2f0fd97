"""`manage.py rotate_key`: a new key for the server, and everything encrypted with it anew."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from endpoints.services.rules import reseal_rules
from studio.health import is_locked, runner_lock
from studio.settings.secret_key import key_file, load_secret_keys, new_key
from studio.startup import lock_studio


class Command(BaseCommand):
    """Ended anywhere, it is run again: the old keys stay in the file until nothing needs them."""

    help = "Replaces the server's key while the studio is stopped; people sign in again after it."

    def handle(self, *args: Any, **options: Any) -> None:
        data = Path(settings.FOREBAY_DATA)
        lock = lock_studio(data)
        try:
            if is_locked(runner_lock()):
                raise CommandError(
                    "A runner works on this folder. Stop web, runner and queue first."
                )
            old = load_secret_keys(data)
            fresh = new_key()
            write_keys(key_file(data), [fresh, *old])
            settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = fresh, old
            count = reseal_rules()
            write_keys(key_file(data), [fresh])
        finally:
            os.close(lock)
        self.stdout.write(
            f"The key in {key_file(data)} is new; the secrets of {count} notification rules are "
            "encrypted with it. Copy it to where you keep the old one. Everybody signs in again."
        )


def write_keys(path: Path, keys: list[str]) -> None:
    """Replaces the file in one move, 0600 from its first moment."""
    try:
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=".key-")
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except OSError as error:
        raise CommandError(f"The key file {path} can't be written: {error.strerror}.") from None
