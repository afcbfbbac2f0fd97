"""Brakes on guessing: failures are counted in the database, so all web processes share them.

Only failures are counted, so whoever has the right password or token costs nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from workspaces.domain.errors import TooMany
from workspaces.models import FailureCount


@dataclass(frozen=True)
class Brake:
    """After `most` failures within `window` a key has to wait until the window is over."""

    name: str
    most: int
    window: timedelta

    def wait(self, *key: str, now: datetime) -> int:
        """Seconds until the key may try again; 0 when it may now."""
        row = FailureCount.objects.filter(key=self._digest(key)).first()
        if row is None or row.count < self.most or row.since + self.window <= now:
            return 0
        return int((row.since + self.window - now).total_seconds()) + 1

    def check(self, *key: str, now: datetime) -> None:
        """Raises TooMany, with the seconds to wait, when the key has to."""
        seconds = self.wait(*key, now=now)
        if seconds:
            minutes = (seconds + 59) // 60
            many = "1 minute" if minutes == 1 else f"{minutes} minutes"
            raise TooMany(
                f"Too many attempts. Try again in {many}.", extra={"retry_after": seconds}
            )

    @transaction.atomic
    def failed(self, *key: str, now: datetime) -> bool:
        """Notes one failure; whether it is the one after which the key has to wait."""
        rows = FailureCount.objects.filter(key=self._digest(key))
        counted = rows.filter(since__gt=now - self.window).update(count=F("count") + 1)
        if not counted and not rows.update(count=1, since=now):
            try:
                with transaction.atomic():
                    FailureCount.objects.create(key=self._digest(key), count=1, since=now)
            except IntegrityError:  # another process was first
                rows.update(count=F("count") + 1)
        return rows.filter(count=self.most).exists()

    def succeeded(self, *key: str) -> None:
        """Forgets the key's failures."""
        FailureCount.objects.filter(key=self._digest(key)).delete()

    def _digest(self, key: tuple[str, ...]) -> str:
        text = "\n".join([self.name, *key])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


FIVE_MINUTES = timedelta(minutes=5)
# Of one name from one address; then of one address, whatever names it tries.
PASSWORD = Brake("password", 8, FIVE_MINUTES)
PASSWORD_ADDRESS = Brake("password address", 60, FIVE_MINUTES)
CLIENT_SECRET = Brake("client secret", 8, FIVE_MINUTES)
CLIENT_SECRET_ADDRESS = Brake("client secret address", 60, FIVE_MINUTES)
LINK = Brake("link", 20, FIVE_MINUTES)
BEARER = Brake("bearer", 60, FIVE_MINUTES)
LONGEST_WINDOW = FIVE_MINUTES


def drop_old_failures(*, now: datetime) -> int:
    """Drops counts that no brake looks at any more. How many went."""
    count, _ = FailureCount.objects.filter(since__lt=now - LONGEST_WINDOW).delete()
    return count
