"""What the tables of the OpenAPI document are made of: words for JSON Schema, no knowledge.

Each app's `api/schemas.py` has COMPONENTS (shapes with a name) and OPERATIONS (by method and
path); studio/schema.py joins them to what drf-spectacular reads off the views.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

WORKSPACE = "/api/v1/workspaces/{workspace_name}"
PLAIN = r"^[^\x00-\x1f\x7f]*$"  # no control characters


@dataclass(frozen=True)
class Operation:
    """One method of one path, beside its description, which is the docstring of its view.

    `answers` are by status: a schema of JSON, None for no body, or (media type, schema), or a
    list of these.
    """

    summary: str
    answers: Mapping[int, JSON | tuple[str, JSON] | list[tuple[str, JSON]] | None]
    body: JSON | None = None
    body_type: str = "application/json"
    body_needed: bool = True
    query: Mapping[str, JSON] = field(default_factory=dict)
    path: Mapping[str, JSON] = field(default_factory=dict)
    repeatable: bool = False  # takes Idempotency-Key


def ref(name: str) -> JSON:
    """A component of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(most: int | None = None, least: int | None = None, **more: Any) -> JSON:
    """A text of `least` to `most` characters."""
    bounds = {"minLength": least, "maxLength": most}
    return {"type": "string", **{k: v for k, v in bounds.items() if v is not None}, **more}


def name_text(most: int = 255, **more: Any) -> JSON:
    """A text on one line that is not blank."""
    return text(most, 1, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", **more)


def choice(*words: str, **more: Any) -> JSON:
    """One of these words."""
    return {"type": "string", "enum": list(words), **more}


def whole(least: int | None = None, most: int | None = None, **more: Any) -> JSON:
    """A whole number."""
    bounds = {"minimum": least, "maximum": most}
    return {"type": "integer", **{k: v for k, v in bounds.items() if v is not None}, **more}


def listed(items: JSON, **more: Any) -> JSON:
    """A list."""
    return {"type": "array", "items": items, **more}


def mapped(values: JSON, **more: Any) -> JSON:
    """An object whose names are free."""
    return {"type": "object", "additionalProperties": values, **more}


def maybe(schema: JSON) -> JSON:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def shape(**properties: JSON) -> JSON:
    """An object that an answer holds: each of its fields is always there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def body(needed: tuple[str, ...] = (), example: JSON | None = None, **properties: JSON) -> JSON:
    """An object that a caller sends: no other fields, and only `needed` ones must be there."""
    made: JSON = {"type": "object", "properties": properties, "additionalProperties": False}
    if needed:
        made["required"] = list(needed)
    if example is not None:
        made["examples"] = [example]
    return made


def items_of(name: str) -> JSON:
    """A whole list."""
    return shape(items=listed(ref(name)))


def page_of(name: str) -> JSON:
    """A list by the page; `next` is the `cursor` of the page that follows, or null."""
    return shape(items=listed(ref(name)), next=maybe({"type": "string"}))


TEXT: JSON = {"type": "string"}
FLAG: JSON = {"type": "boolean"}
NUMBER: JSON = {"type": "number"}
ANY: JSON = {}
COUNT = whole(0)
MOMENT: JSON = {"type": "string", "format": "date-time", "examples": ["2026-07-01T06:30:00Z"]}
ADDRESS: JSON = {"type": "string", "format": "uri"}
BYTES: JSON = {"type": "string", "format": "binary"}
FREE: JSON = mapped(ANY)
TEXTS = mapped(text(10_000), description="Names and texts.")
TEXT_CHANGES = mapped(maybe(text(10_000)), description="Merged; null removes a name.")
DESCRIPTION = text(10_000)
PAGING: dict[str, JSON] = {"cursor": ref("Cursor"), "limit": whole(1, 200, default=50)}
SEARCH: dict[str, JSON] = {"q": text(255, pattern=PLAIN, description="A part of the name.")}
