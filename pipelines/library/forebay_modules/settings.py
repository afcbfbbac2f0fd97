"""A module's settings by its spec: texts become values, and every fault is told at once.

Standard library only: the server checks a draft with the same code that a step checks itself with.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

STRUCTURED = ("columns", "table")
TEXTS = ("string", "text", "code", "column", "datastore_path")
TYPES = ("int", "float", "bool", "choice", *TEXTS, *STRUCTURED)
COLUMN_TYPES = ("numeric", "text", "boolean", "datetime", "categorical")


def is_reference(value: Any) -> bool:
    """Whether a setting is bound to a pipeline parameter: `{"parameter": name}`."""
    return isinstance(value, Mapping) and set(value) == {"parameter"}


def is_shown(parameter: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a parameter counts: its `when` names others and the values that make it count."""
    return all(
        values.get(other) in allowed for other, allowed in (parameter.get("when") or {}).items()
    )


def with_defaults(
    parameters: Sequence[Mapping[str, Any]], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Every parameter's value: what was given, else its default."""
    return {one["name"]: given.get(one["name"], one.get("default")) for one in parameters}


def check_settings(
    parameters: Sequence[Mapping[str, Any]], given: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """`(parameter, sentence)` for everything that is wrong with typed settings."""
    values = with_defaults(parameters, given)
    known = {one["name"] for one in parameters}
    for name in given:
        if name not in known:
            yield name, f"The module has no setting {name!r}."
    for one in parameters:
        if not is_shown(one, values):
            continue
        value = values[one["name"]]
        if is_reference(value):
            continue
        if is_empty(one, value):
            if one.get("required"):
                yield one["name"], f"{_label(one)} needs a value."
        elif fault := value_fault(one, value):
            yield one["name"], fault


def is_empty(parameter: Mapping[str, Any], value: Any) -> bool:
    """Whether nothing was chosen."""
    if value is None or value == "":
        return True
    if parameter["type"] == "columns":
        if isinstance(value, Mapping):
            return not any(value.get(key) for key in ("include", "all", "types"))
        return not value
    return False


def value_fault(parameter: Mapping[str, Any], value: Any) -> str | None:
    """What is wrong with one value, as a sentence."""
    kind, label = parameter["type"], _label(parameter)
    if kind in ("int", "float"):
        return _number_fault(parameter, value, label)
    if kind == "bool":
        return None if isinstance(value, bool) else f"{label} must be true or false."
    if kind == "choice":
        allowed = [choice["value"] for choice in parameter["choices"]]
        if value in allowed:
            return None
        return f"{label} must be one of {', '.join(str(one) for one in allowed)}."
    if kind == "columns":
        return _columns_fault(value, label)
    return None if isinstance(value, str) else f"{label} must be a text."


def _number_fault(parameter: Mapping[str, Any], value: Any, label: str) -> str | None:
    whole = parameter["type"] == "int"
    if whole and isinstance(value, float) and value.is_integer():
        value = int(value)  # JSON may write 2 as 2.0; they are one number
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return f"{label} must be a {'whole number' if whole else 'number'}."
    if not _is_finite(value):
        return f"{label} must be a finite number."
    low, high = parameter.get("min"), parameter.get("max")
    if low is not None and value < low:
        return f"{label} must be at least {low}."
    if high is not None and value > high:
        return f"{label} must be at most {high}."
    return None


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


def _columns_fault(value: Any, label: str) -> str | None:
    if isinstance(value, list):
        value = {"include": value}
    if not isinstance(value, Mapping):
        return (
            f"{label} must be a choice of columns: a list of names, or an object with include, "
            "types, all or except."
        )
    for key in ("include", "except"):
        names = value.get(key) or []
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            return f"{label}: {key} must be a list of column names."
    types = value.get("types") or []
    if not isinstance(types, list) or not set(types) <= set(COLUMN_TYPES):
        return f"{label}: types must be some of {', '.join(COLUMN_TYPES)}."
    return None


def from_text(parameter: Mapping[str, Any], text: str) -> Any:
    """A command-line text as the parameter's value. What can't be read stays a text."""
    kind = parameter["type"]
    if kind in TEXTS or kind == "table":
        return text
    if kind == "choice":
        same = [one["value"] for one in parameter["choices"] if str(one["value"]) == text]
        return same[0] if same else text
    if kind == "bool":
        return {"true": True, "false": False, "1": True, "0": False}.get(text.lower(), text)
    if text == "":
        return None
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
        return json.loads(text)
    except ValueError:
        return text


def to_text(parameter: Mapping[str, Any], value: Any) -> str:
    """A value as the command-line text that `from_text` reads back."""
    if value is None:
        return ""
    if parameter["type"] in ("int", "float"):  # 1 and 1.0 are one value, and one text
        return str(int(value) if parameter["type"] == "int" else float(value))
    if parameter["type"] == "columns":
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _label(parameter: Mapping[str, Any]) -> str:
    return str(parameter.get("label") or parameter["name"])
