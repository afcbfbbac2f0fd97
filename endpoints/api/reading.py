"""What the views of this floor read from a request."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspaces.domain.errors import InvalidInput


def read_switch(request: Request, name: str) -> bool:
    """A query parameter that is true or false, false when it is not there."""
    raw = request.query_params.get(name, "").lower()
    if raw not in ("", "true", "false", "1", "0"):
        raise InvalidInput.field(name, f"{name} must be true or false.")
    return raw in ("true", "1")


def read_version(value: Any, field: str = "version") -> int:
    """The number of an endpoint's version, from `"1"` or `1`."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not (isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidInput.field(field, f"{field} must be the number of a version, such as '0'.")
    return int(text)


def read_flag(body: dict[str, Any], name: str) -> bool:
    """A field of a body that is true or false, false when it is not there."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidInput.field(name, f"{name} must be true or false.")
    return bool(value)
