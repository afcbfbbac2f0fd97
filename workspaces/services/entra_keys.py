"""The keys with which Entra ID signs: fetched, kept, and fetched anew when it changes them.

Kept in each web process. A key that is not known makes one more look, but not more often than
twice a minute, so that invented keys cost Entra ID and us nothing. When the keys can't be fetched
the old ones serve on for a day. Where there are none a failed look answers for all who ask within
the next seconds: a look may hang, and tokens that anybody invents would hold up the whole process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import jwt

from workspaces.domain.entra import ALGORITHMS, EntraSettings
from workspaces.domain.errors import Unavailable
from workspaces.outgoing import OutgoingError, fetch

logger = logging.getLogger(__name__)

FRESH = 3600.0  # seconds until the keys are looked up again
GRACE = 24 * 3600.0  # so long they serve when that fails
UNKNOWN_EVERY = 30.0  # between two looks for a key that is not known
RETRY_EVERY = 30.0  # between two tries after one failed
NEEDED_EVERY = 5.0  # the same where no keys serve meanwhile; from the end of the try that failed
SECONDS = 5.0  # a call may take; other requests of the process wait for it

Fetch = Callable[[str], Any]


def fetch_json(url: str) -> Any:
    """What stands at a URL, through the one outgoing client. Raises Unavailable."""
    answer = fetch(url, headers={"Accept": "application/json"}, seconds=SECONDS)
    if answer.status != 200:
        raise OutgoingError(f"{url} answered {answer.status}.")
    return answer.json()


class EntraKeys:
    """The discovery document and the signing keys of one tenant."""

    def __init__(
        self,
        settings: EntraSettings,
        *,
        fetch: Fetch = fetch_json,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = self._failed_at = float("-inf")
        self._failure = ("", "")  # sentence and code of the last one

    def signing_key(self, kid: str) -> jwt.PyJWK | None:
        """The key of this id, or None when the tenant has none. Raises Unavailable."""
        with self._lock:
            now = self._clock()
            if now - self._fetched_at > FRESH:
                self._renew(now, needed=now - self._fetched_at > GRACE)
            elif kid not in self._keys and now - self._tried_at > UNKNOWN_EVERY:
                self._renew(now, needed=False)
            return self._keys.get(kid)

    def document(self) -> dict[str, Any]:
        """The discovery document: where browsers sign in, where codes are traded."""
        with self._lock:
            now = self._clock()
            if now - self._fetched_at > FRESH:
                self._renew(now, needed=not self._document)
            return self._document

    def look(self) -> dict[str, Any]:
        """Fetches everything now, for the page's test. Raises Unavailable; answers the facts."""
        with self._lock:
            self._load(self._clock())
            return {"issuer": self._document["issuer"], "keys": len(self._keys)}

    def _renew(self, now: float, *, needed: bool) -> None:
        if needed and now - self._failed_at <= NEEDED_EVERY:
            raise Unavailable(self._failure[0], code=self._failure[1])
        if needed or now - self._tried_at > RETRY_EVERY:
            self._tried_at = now
            try:
                self._load(now)
            except Unavailable as error:
                self._failed_at, self._failure = self._clock(), (error.detail, error.code)
                if needed:
                    raise
                logger.warning("Entra ID's keys can't be renewed, the old ones stay: %s", error)

    def _load(self, now: float) -> None:
        self._tried_at = now
        document = self._fetch(self.settings.discovery_url)
        if not isinstance(document, dict) or document.get("issuer") != self.settings.issuer:
            told = document.get("issuer") if isinstance(document, dict) else document
            raise Unavailable(
                f"{self.settings.authority} calls itself {str(told)[:200]!r} there, not "
                f"{self.settings.issuer!r}: look at FOREBAY_ENTRA_TENANT and _AUTHORITY.",
                code="wrong_issuer",
            )
        listed = self._fetch(str(document.get("jwks_uri") or ""))
        entries = listed.get("keys") if isinstance(listed, dict) else None
        keys = dict(filter(None, (_usable(entry) for entry in entries or ())))
        if not keys:
            raise Unavailable("Entra ID lists no key that can be used.", code="no_keys")
        self._document, self._keys, self._fetched_at = document, keys, now


def _usable(entry: Any) -> tuple[str, jwt.PyJWK] | None:
    """(id, key) for a public key that signs with an algorithm we take; else None."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(entry.get("kty")), "")
    if algorithm not in ALGORITHMS or not isinstance(entry.get("kid"), str) or "d" in entry:
        return None
    try:
        return entry["kid"], jwt.PyJWK(entry, algorithm=algorithm)
    except jwt.PyJWTError:
        return None
