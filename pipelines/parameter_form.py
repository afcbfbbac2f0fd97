"""A pipeline's parameters as a form: prefilled by type, read back as values.

It knows no run: `fields_of` takes the parameters of a graph, the values to begin with, and what
was typed. A run's resubmit, a published pipeline and a schedule show the same fields with
templates/pipelines/parameter_fields.html.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.selectors import dataset_choices, dataset_names, datastores
from pipelines.domain.data_words import DatasetNames, data_text
from pipelines.domain.parameters import INT_LIMIT, LATEST
from pipelines.models import Run
from workspaces.domain.errors import Problem
from workspaces.models import Workspace

RECENT_RUNS, RECENT_VALUES, TEXT_LIMIT = 30, 8, 10_000
LISTED_VERSIONS = 200
BY_ID = "@"  # before the id of a dataset without a name, where a name is expected
HELP = {
    "int": "A whole number.",
    "float": "A number, as in 0.1 or 1e-3.",
    "datapath": "A folder or file; empty is the whole datastore.",
    "dataset": "The latest version is the one when it is submitted.",
}
PARTS = {"datapath": ("datastore", "path"), "dataset": ("dataset", "version")}
Parts = dict[str, str]


@dataclass(frozen=True)
class Choices:
    """What there is to choose in the workspace; loaded only for parameters that stand for data."""

    datastores: Sequence[str] = ()
    datasets: Mapping[str, int] = field(default_factory=dict)  # name -> latest version
    names: DatasetNames = field(default_factory=dict)  # of the versions that values name by id


@dataclass
class Field:
    """One parameter: what is typed in its controls, what it was, and what is wrong with it.

    `parts` has one text under "" for a scalar, two for data (PARTS).
    """

    index: int
    name: str
    type: str
    parts: Parts
    was_parts: Parts
    was: str  # as it is told
    recent: list[str] = field(default_factory=list)
    choices: Choices = field(default_factory=Choices)
    error: str = ""

    @property
    def key(self) -> str:
        """The form's name of it; a parameter's own name may be any text."""
        return f"p{self.index}"

    @property
    def text(self) -> str:
        return self.parts.get("", "")

    @property
    def changed(self) -> bool:
        return self.parts != self.was_parts

    @property
    def help(self) -> str:
        return HELP.get(self.type, "")

    @property
    def unknown_datastore(self) -> bool:
        """Whether the value's datastore is none of the workspace, so that it is shown anyway."""
        name = self.parts.get("datastore", "")
        return bool(name) and name not in self.choices.datastores

    @property
    def unlisted_dataset(self) -> str:
        """How a chosen dataset that no name of the workspace has is shown; "" for others."""
        chosen = self.parts.get("dataset", "")
        if chosen.startswith(BY_ID):
            return f"Unregistered dataset {chosen[1:9]}"
        return chosen if chosen and chosen not in self.choices.datasets else ""

    @property
    def versions(self) -> list[tuple[str, str]]:
        """(value, label) of the chosen dataset's versions, the newest first."""
        chosen = self.parts.get("dataset", "")
        if chosen.startswith(BY_ID):
            return []
        return version_options(self.choices.datasets.get(chosen, 0), self.parts["version"])


def version_options(latest: int, chosen: str = LATEST) -> list[tuple[str, str]]:
    """What to choose of a dataset with this latest version; `chosen` is always among it."""
    label = f"latest (version {latest})" if latest else LATEST
    found = [(LATEST, label)]
    found += [
        (str(number), f"version {number}")
        for number in range(latest, max(0, latest - LISTED_VERSIONS), -1)
    ]
    if chosen and chosen not in dict(found):
        found.append((chosen, f"version {chosen}"))
    return found


def as_text(value: Any) -> str:
    """A scalar as the form shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def as_value(kind: str, text: str) -> Any:
    """What a text means for a parameter of this type. ValueError says what it should be."""
    clean = text.strip()
    if kind == "int":
        try:
            whole = int(clean)
        except ValueError:
            raise ValueError(f"{clean[:40]!r} is no whole number.") from None
        if not -INT_LIMIT <= whole < INT_LIMIT:
            raise ValueError(f"A whole number from {-INT_LIMIT} to {INT_LIMIT - 1} fits.")
        return whole
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


def _parts_of(kind: str, value: Any, names: DatasetNames) -> Parts:
    """A value as the controls hold it; one that doesn't fit its type leaves them empty."""
    given = value if isinstance(value, Mapping) else {}
    if kind == "datapath":
        return {part: as_text(given.get(part)) for part in PARTS[kind]}
    if kind != "dataset":
        return {"": as_text(value)}
    uid = as_text(given.get("dataset"))
    if uid in names:
        name, version = names[uid]
        return {"dataset": name, "version": str(version)}
    if uid:
        return {"dataset": f"{BY_ID}{uid}", "version": ""}
    return {
        "dataset": as_text(given.get("name")),
        "version": str(given.get("version") or LATEST) if given else LATEST,
    }


def _value_of(one: Field) -> Any:
    """What the controls mean. ValueError says what they should hold."""
    if one.type == "datapath":
        if not one.parts["datastore"]:
            raise ValueError("Choose a datastore.")
        if len(one.parts["path"]) > TEXT_LIMIT:
            raise ValueError(f"At most {TEXT_LIMIT} characters fit.")
        return dict(one.parts)
    if one.type == "dataset":
        name, version = one.parts["dataset"], one.parts["version"] or LATEST
        if not name:
            raise ValueError("Choose a dataset.")
        if name.startswith(BY_ID):
            return {"dataset": name[len(BY_ID) :]}
        return {"name": name, "version": version if version == LATEST else _number(version)}
    return as_value(one.type, one.text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise ValueError("Choose a version of the dataset.")
    return int(text)


def recent_values(experiment_id: int) -> dict[str, list[Any]]:
    """The last different values of each parameter in an experiment, newest first."""
    rows = (
        Run.objects.filter(experiment=experiment_id)
        .order_by("-id")
        .values_list("parameters", flat=True)[:RECENT_RUNS]
    )
    found: dict[str, list[Any]] = {}
    for parameters in rows:
        for name, value in parameters.items():
            seen = found.setdefault(name, [])
            if value not in seen and len(seen) < RECENT_VALUES:
                seen.append(value)
    return found


def fields_of(
    workspace: Workspace,
    parameters: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    *,
    typed: Mapping[str, str] | None = None,
    recent: Mapping[str, Sequence[Any]] | None = None,
) -> list[Field]:
    """A graph's `parameters` with `values` (else their defaults), or with what was typed.

    `typed` is a posted form; what is wrong with it stands in each field's `error`.
    """
    kinds = {str(p.get("type") or "string") for p in parameters}
    held = [*values.values(), *(p.get("default") for p in parameters)]
    choices = _load_choices(workspace, held) if kinds & PARTS.keys() else Choices()
    fields = []
    for index, parameter in enumerate(parameters):
        name, kind = str(parameter.get("name", "")), str(parameter.get("type") or "string")
        value = values.get(name, parameter.get("default"))
        parts = _parts_of(kind, value, choices.names)
        lately = _recent_texts(kind, (recent or {}).get(name, ()), parts)
        told = _told(value, choices.names)
        one = Field(index, name, kind, parts, dict(parts), told, lately, choices)
        if typed is not None:
            one.parts = {
                part: typed.get(f"{one.key}-{part}" if part else one.key, was).replace("\r\n", "\n")
                for part, was in parts.items()
            }
            try:
                _value_of(one)
            except ValueError as error:
                one.error = str(error)
        fields.append(one)
    return fields


def _load_choices(workspace: Workspace, held: Sequence[Any]) -> Choices:
    uids = {
        v["dataset"] for v in held if isinstance(v, Mapping) and isinstance(v.get("dataset"), str)
    }
    return Choices(
        datastores=[store.name for store in datastores(workspace)],
        datasets=dataset_choices(workspace),
        names=dataset_names(workspace.pk, uids),
    )


def _told(value: Any, names: DatasetNames) -> str:
    if not isinstance(value, Mapping):
        return as_text(value)
    if "name" in value:
        version = value.get("version") or LATEST
        return f"{value['name']}, {'latest version' if version == LATEST else f'version {version}'}"
    return data_text(value, names)


def _recent_texts(kind: str, values: Sequence[Any], parts: Parts) -> list[str]:
    """Recent values that can be typed: scalars, and paths on the datastore that is chosen."""
    if kind == "dataset":
        return []
    if kind == "datapath":
        store = parts["datastore"]
        texts = [v["path"] for v in values if isinstance(v, Mapping) and v["datastore"] == store]
    else:
        texts = [as_text(value) for value in values]
    return [text for text in dict.fromkeys(texts) if len(text) <= 200]


def values_of(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name; an untouched one is exactly what it was. All fields are without errors."""
    return {
        one.name: _value_of(one) if one.changed else values[one.name]
        for one in fields
        if one.changed or one.name in values
    }


def place_problems(fields: Sequence[Field], problems: Sequence[Problem]) -> list[Problem]:
    """Set the errors of the fields that problems are about; the other problems are left."""
    by_field = {f"parameters.{one.name}": one for one in fields}
    left = []
    for problem in problems:
        one = by_field.get(problem.field or "")
        if one is None or problem.node is not None:
            left.append(problem)
        elif not one.error:
            one.error = problem.message.removeprefix(f"Parameter {one.name!r}: ")
    return left
