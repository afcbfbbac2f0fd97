"""A run's parameters as a form: texts prefilled by type, read back as values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.models import Run

RECENT_RUNS, RECENT_VALUES, TEXT_LIMIT = 30, 8, 10_000
HELP = {
    "int": "A whole number.",
    "float": "A number, as in 0.1 or 1e-3.",
    "bool": "",
    "string": "",
}


@dataclass
class Field:
    """One parameter: what is typed, what it was, and what is wrong with it."""

    index: int
    name: str
    type: str
    text: str
    was: str
    recent: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def key(self) -> str:
        """The form's name of it; a parameter's own name may be any text."""
        return f"p{self.index}"

    @property
    def changed(self) -> bool:
        return self.text != self.was

    @property
    def help(self) -> str:
        return HELP.get(self.type, "")


def as_text(value: Any) -> str:
    """A value as the form shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def as_value(kind: str, text: str) -> Any:
    """What a text means for a parameter of this type. ValueError says what it should be."""
    clean = text.strip()
    if kind == "int":
        try:
            return int(clean)
        except ValueError:
            raise ValueError(f"{clean[:40]!r} is no whole number.") from None
    if kind == "float":
        try:
            number = float(clean)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"{clean[:40]!r} is no number.")
        return number
    if kind == "bool":
        if clean not in ("true", "false"):
            raise ValueError("Choose true or false.")
        return clean == "true"
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"At most {TEXT_LIMIT} characters fit.")
    return text


def recent_values(run: Run) -> dict[str, list[str]]:
    """The last different values of each parameter in this experiment, newest first."""
    rows = (
        Run.objects.filter(experiment=run.experiment_id)
        .order_by("-id")
        .values_list("parameters", flat=True)[:RECENT_RUNS]
    )
    found: dict[str, list[str]] = {}
    for parameters in rows:
        for name, value in parameters.items():
            seen = found.setdefault(name, [])
            text = as_text(value)
            if text not in seen and len(seen) < RECENT_VALUES and len(text) <= 200:
                seen.append(text)
    return found


def fields_of(
    run: Run, typed: Mapping[str, str] | None = None, *, recent: bool = True
) -> list[Field]:
    """The run's parameters with its values, or with what was typed and what is wrong with it."""
    lately = recent_values(run) if recent else {}
    fields = []
    for index, parameter in enumerate(run.graph.get("parameters") or []):
        name, kind = str(parameter.get("name", "")), str(parameter.get("type") or "string")
        was = as_text(run.parameters.get(name, parameter.get("default")))
        one = Field(index, name, kind, was, was, lately.get(name, []))
        if typed is not None:
            one.text = typed.get(one.key, was).replace("\r\n", "\n")
            try:
                as_value(kind, one.text)
            except ValueError as error:
                one.error = str(error)
        fields.append(one)
    return fields


def values_of(run: Run, fields: list[Field]) -> dict[str, Any]:
    """Values by name; an untouched one is exactly what the run had. All are without errors."""
    return {
        one.name: as_value(one.type, one.text) if one.changed else run.parameters.get(one.name)
        for one in fields
        if one.changed or one.name in run.parameters
    }
