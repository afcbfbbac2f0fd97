"""What differs between two versions of a module, as lines that people read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
PARTS = (("inputs", "input"), ("outputs", "output"), ("parameters", "parameter"))
TEXTS = ("name", "group", "description", "script", "environment")
LISTED_FILES = 100


@dataclass(frozen=True)
class Line:
    """`text` was added, removed, or changed from `before` to `after`."""

    kind: str
    text: str
    before: str = ""
    after: str = ""


def spec_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    files_before: Sequence[Mapping[str, Any]],
    files_after: Sequence[Mapping[str, Any]],
) -> list[Line]:
    """Ports, parameters, texts and source files, in this order."""
    lines: list[Line] = []
    for part, word in PARTS:
        old = {one["name"]: one for one in before.get(part) or []}
        new = {one["name"]: one for one in after.get(part) or []}
        lines += [Line(REMOVED, f"{word} {name}") for name in old if name not in new]
        lines += [
            Line(ADDED, f"{word} {name}{_need(part, one)}")
            for name, one in new.items()
            if name not in old
        ]
        for name in (name for name in new if name in old):
            lines += _field_lines(f"{word} {name}", old[name], new[name])
    for field in TEXTS:
        if before.get(field) != after.get(field):
            lines.append(Line(CHANGED, field, shown(before.get(field)), shown(after.get(field))))
    if before.get("schema") != after.get("schema"):
        lines.append(Line(CHANGED, "rules for the columns of its outputs"))
    return lines + _file_lines(files_before, files_after)


def _need(part: str, one: Mapping[str, Any]) -> str:
    """A new input or setting without which a draft can't be submitted any more."""
    if part == "inputs":
        needed = one.get("required", True)
    else:
        needed = part == "parameters" and one.get("required") and one.get("default") is None
    return ", required" if needed else ""


def _field_lines(title: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Line]:
    return [
        Line(CHANGED, f"{field} of {title}", shown(old.get(field)), shown(new.get(field)))
        for field in sorted({*old, *new} - {"name"})
        if old.get(field) != new.get(field)
    ]


def _file_lines(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[Line]:
    old = {file["path"]: file["sha256"] for file in before}
    new = {file["path"]: file["sha256"] for file in after}
    lines = [Line(REMOVED, f"file {path}") for path in old if path not in new]
    lines += [Line(ADDED, f"file {path}") for path in new if path not in old]
    lines += [
        Line(CHANGED, f"file {path}") for path in new if path in old and old[path] != new[path]
    ]
    more = len(lines) - LISTED_FILES
    return [*lines[:LISTED_FILES], Line(CHANGED, f"{more} more files")] if more > 0 else lines


def shown(value: Any) -> str:
    """A value of a spec as text."""
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
