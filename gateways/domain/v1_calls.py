"""The body of a v1 call, in this studio's words.

v1 read names of fields whatever their case, and clients of other languages send them in camel
case; so do we. What is sent and means nothing here is told in the answer, never swallowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workspaces.domain.errors import InvalidInput, Problem

# v1's field, in lower case -> the field of a submit here.
FIELDS = {
    "experimentname": "experiment",
    "description": "description",
    "tags": "tags",
    "regenerateoutputs": "regenerate_outputs",
    "continueonstepfailure": "continue_on_step_failure",
    "continuerunonstepfailure": "continue_on_step_failure",
    "parentrunid": "parent_run_id",
}
VALUES, PATHS, DATASETS = (
    "parameterassignments",
    "datapathassignments",
    "datasetdefinitionvalueassignments",
)
SPOKEN = {  # v1's spelling, for sentences
    VALUES: "ParameterAssignments",
    PATHS: "DataPathAssignments",
    DATASETS: "DataSetDefinitionValueAssignments",
}
WITHOUT_MEANING = ("runsource", "displayname")  # v1's clients send them; nothing depends on them
PATH_FORM = '{"DataStoreName": "workspaceblobstore", "RelativePath": "folder/file.csv"}'
DATASET_FORM = '{"SavedDataSetReference": {"Id": "<id of a dataset>"}}'


@dataclass
class Call:
    """What to submit, sentences about what was sent and not used, and who wrote it how.

    `fields` has the spelling of each field of `body` that was sent, `sections` where each
    parameter's value stood.
    """

    body: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)

    def as_sent(self, ours: str) -> str:
        """A field of `body` in the caller's own words, which is where they can mend it."""
        if not ours.startswith("parameters."):
            return self.fields.get(ours, ours)
        name = ours.removeprefix("parameters.")
        return f"{self.sections.get(name, SPOKEN[VALUES])}.{name}"


def read_call(sent: Mapping[str, Any]) -> Call:
    """The submit that a v1 body asks for. Raises InvalidInput with every field of a wrong form."""
    body: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    problems: list[Problem] = []
    call = Call(body)
    readers = {VALUES: _plain, PATHS: _path, DATASETS: _dataset}
    for name, value in sent.items():
        key = str(name).lower()
        if value is None or key in WITHOUT_MEANING:
            continue
        if key in readers:
            earlier = set(parameters)
            problems += _read_assignments(SPOKEN[key], value, readers[key], parameters)
            call.sections |= dict.fromkeys(parameters.keys() - earlier, SPOKEN[key])
        elif key in FIELDS:
            body[FIELDS[key]] = _texts(value) if key == "tags" else value
            call.fields[FIELDS[key]] = str(name)
        else:
            call.warnings.append(
                f"The field {str(name)[:100]!r} has no meaning here and was ignored."
            )
    if problems:
        raise InvalidInput.of(problems)
    if parameters:
        body["parameters"] = parameters
    return call


def _read_assignments(
    section: str, given: Any, read: Callable[[Any], tuple[Any, str]], into: dict[str, Any]
) -> list[Problem]:
    if not isinstance(given, dict):
        return [Problem(f"{section} must be an object of names and values.", section)]
    problems = []
    for name, raw in given.items():
        if raw is None:
            continue  # as if it was not sent: the default
        value, wrong = read(raw)
        if wrong:
            problems.append(Problem(f"{section}: {name!r} {wrong}.", f"{section}.{name}"))
        elif name in into:
            message = f"The parameter {name!r} has a value twice; {section} is the second."
            problems.append(Problem(message, f"{section}.{name}"))
        else:
            into[name] = value
    return problems


def _plain(raw: Any) -> tuple[Any, str]:
    return raw, ""


def _path(raw: Any) -> tuple[Any, str]:
    given = _lower(raw)
    store, path = given.get("datastorename"), given.get("relativepath")
    if not isinstance(store, str) or not store or not isinstance(path or "", str):
        return None, f"must be of the form {PATH_FORM}"
    return {"datastore": store, "path": path or ""}, ""


def _dataset(raw: Any) -> tuple[Any, str]:
    given = _lower(raw)
    for key in ("saveddatasetreference", "registereddatasetreference", "datasetreference"):
        reference = _lower(given.get(key))
        uid, name = reference.get("id"), reference.get("name")
        if isinstance(uid, str) and uid:
            return {"dataset": uid}, ""
        if isinstance(name, str) and name:
            return {"name": name, "version": reference.get("version") or "latest"}, ""
    return None, f"must be of the form {DATASET_FORM}"


def _lower(raw: Any) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in raw.items()} if isinstance(raw, dict) else {}


def _texts(value: Any) -> Any:
    """Tags as texts: v1's clients send numbers and truth values too."""
    if not isinstance(value, dict):
        return value
    return {
        key: str(one) if isinstance(one, int | float | bool) else one
        for key, one in value.items()
        if one is not None
    }
