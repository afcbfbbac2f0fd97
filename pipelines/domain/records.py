"""Records that a script logs: one JSON object a line in its spool, or a list sent over REST.

{"kind": "metric", "target": "self"|"parent", "name", "value", "metric_kind", "description", "at"}
{"kind": "tag"|"property", "target", "name", "value"}
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workspaces.domain.json_values import is_too_deep

NAME_LENGTH = 255
VALUE_BYTES = 1_000_000
KINDS = ("metric", "tag", "property")
TARGETS = ("self", "parent")
CHILD_LENGTH = 36


class BadRecord(ValueError):
    """A record that can't be kept; the message is a sentence."""


@dataclass(frozen=True)
class Record:
    """A record as it is stored: its value holds no NaN or infinity any more."""

    kind: str
    parent: bool
    name: str
    value: Any
    metric_kind: str = "scalar"
    description: str = ""
    at: datetime | None = None
    child: str = ""  # id of the child run it belongs to


def parse_line(line: bytes) -> Record:
    """A line of a spool. Raises BadRecord."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRecord("It is not JSON.") from error
    return parse_record(value)


def parse_record(raw: Any) -> Record:
    """A record as it was sent. Raises BadRecord with what is wrong."""
    if not isinstance(raw, dict):
        raise BadRecord("It is not an object.")
    kind, target = raw.get("kind"), raw.get("target", "self")
    if kind not in KINDS:
        raise BadRecord(f"Its kind is {kind!r}, not one of {', '.join(KINDS)}.")
    if target not in TARGETS:
        raise BadRecord(f"Its target is {target!r}, not self or parent.")
    child = raw.get("child") or ""
    if not isinstance(child, str) or len(child) > CHILD_LENGTH:
        raise BadRecord("Its child must be the id of a child run.")
    name = raw.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH:
        raise BadRecord(f"Its name must be a text of 1 to {NAME_LENGTH} characters.")
    if is_too_deep(raw.get("value")):
        raise BadRecord(f"The value of {name!r} is nested too deeply.")
    value = finite(raw.get("value"))
    if len(json.dumps(value)) > VALUE_BYTES:
        raise BadRecord(f"The value of {name!r} is larger than 1 MB.")
    if kind != "metric":
        text = value if isinstance(value, str) else str(value)
        return Record(kind, target == "parent", _clean(name), text, child=child)
    return Record(
        kind,
        target == "parent",
        _clean(name),
        value,
        _clean(str(raw.get("metric_kind") or "scalar"))[:20],
        _clean(str(raw.get("description") or ""))[:500],
        _moment(raw.get("at")),
        child,
    )


def finite(value: Any) -> Any:
    """The value with NaN and infinities as the strings "NaN", "Infinity", "-Infinity"."""
    if isinstance(value, float) and not math.isfinite(value):
        if math.isnan(value):
            return "NaN"
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [finite(one) for one in value]
    if isinstance(value, dict):
        return {_clean(str(key)): finite(one) for key, one in value.items()}
    return value


def _clean(text: str) -> str:
    """The text without what no database takes: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _moment(raw: Any) -> datetime | None:
    if not isinstance(raw, str):
        return None
    try:
        moment = datetime.fromisoformat(raw.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
