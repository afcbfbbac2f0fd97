"""Small questions about one HTTP connection."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import http.client


def set_timeout(connection: http.client.HTTPConnection, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def retry_after(response: http.client.HTTPResponse) -> float:
    """Seconds the server asks to wait; 0 when it does not say."""
    text = response.getheader("Retry-After") or ""
    return float(text) if text.isdigit() else 0.0


def is_stale(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has closed (or written to) an idle connection."""
    try:
        readable, _, _ = select.select([connection.sock], [], [], 0)
    except (OSError, ValueError):
        return True
    return bool(readable)
