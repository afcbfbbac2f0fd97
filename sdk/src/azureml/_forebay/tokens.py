"""Bearer tokens that end: kept until shortly before, then fetched again."""

from __future__ import annotations

import threading
import time
from typing import Callable, NamedTuple, Optional, Union

EARLY = 300  # seconds before its end at which a token is replaced


class AccessToken(NamedTuple):
    """A token and when it ends, in seconds since 1970 (0: not known)."""

    token: str
    expires_on: int


class TokenSource:
    """Gives the token for the next request. Safe for threads.

    ``fetch(renew)`` gets one; with ``renew`` the server has just refused the last, and None means
    that there is no other.
    """

    def __init__(self, fetch: Callable[[bool], Optional[AccessToken]]) -> None:
        self._fetch = fetch
        self._kept: Optional[AccessToken] = None
        self._lock = threading.Lock()

    def current(self) -> AccessToken:
        """The token, a new one if the last has ended or soon will."""
        with self._lock:
            kept = self._kept
            if kept is None or (kept.expires_on and kept.expires_on - EARLY < time.time()):
                kept = self._fetch(False)
                assert kept is not None  # only a renewal may find none
            # One whose end is not known is looked up each time: it may have been replaced.
            self._kept = kept if kept.expires_on else None
            return kept

    def renew(self, refused: str) -> bool:
        """Whether there is another token than the one the server has ``refused``."""
        with self._lock:
            if self._kept is not None and self._kept.token != refused:
                return True  # another thread was here
            self._kept = self._fetch(True)
            return self._kept is not None and self._kept.token != refused


Token = Union[str, TokenSource, None]
