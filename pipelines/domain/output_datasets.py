"""Outputs that become datasets: where they are published, and under which name they register.

"destination": "prepared/{run-id}/{output-name}"
"register_on_complete": {"name", "description", "tags", "create_new_version",
                         "kind", "definition", "path_glob"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from data.domain.definition import parse_definition
from workspaces.domain.errors import InvalidInput
from workspaces.domain.relative_paths import path_fault

NAME_LENGTH, DESCRIPTION_LENGTH, MOST_TAGS = 255, 10_000, 100
RESERVED = (".forebay", "azureml")  # what the studio itself writes at a datastore's top
SAMPLE_ID = "0" * 36


@dataclass(frozen=True)
class Reading:
    """How an output is read as a dataset: `definition` lacks the paths, which a run decides.

    `path_glob` chooses among the files of a folder: "**/*.csv".
    """

    kind: str = "file"
    definition: Mapping[str, Any] = field(default_factory=dict)
    path_glob: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Without what was not asked: that form is older, and counts for reuse."""
        glob = {"path_glob": self.path_glob} if self.path_glob else {}
        return {"kind": self.kind, "definition": dict(self.definition), **glob}

    def path(self, output: str, *, is_directory: bool) -> str:
        """The path of the dataset over an output."""
        return f"{output}/{self.path_glob}" if self.path_glob and is_directory else output


@dataclass(frozen=True)
class Registration:
    """A dataset that is registered when the step completes."""

    name: str
    description: str
    tags: Mapping[str, str]
    reading: Reading
    create_new_version: bool = True


def fill_destination(template: str, *, step_run: str, output: str) -> str:
    """The path of this step run's output on its datastore."""
    return template.replace("{run-id}", step_run).replace("{output-name}", output).strip("/")


def destination_fault(template: Any, output: str) -> str | None:
    """Why a destination can't be used, as the end of a sentence, or None."""
    if not isinstance(template, str):
        return "must be a text"
    path = fill_destination(template, step_run=SAMPLE_ID, output=output)
    if fault := path_fault(path):
        return fault
    if set(path) & set("*?[]{}"):
        return "may have {run-id} and {output-name}, and no *, ?, [, ], { or } besides"
    if path.split("/", 1)[0] in RESERVED:
        return f"begins with {path.split('/', 1)[0]}, which the studio keeps for itself"
    return None


def read_reading(raw: Any) -> tuple[Reading, str | None]:
    """{"kind", "definition"} as a Reading, and what is wrong with it as a sentence."""
    if not isinstance(raw, Mapping):
        return Reading(), "It must be an object."
    kind, definition = raw.get("kind") or "file", raw.get("definition") or {}
    if not isinstance(definition, Mapping) or "paths" in definition:
        return Reading(), "Its definition must be an object without paths."
    try:
        sample = {"paths": [{"datastore": "any", "path": "any"}], **definition}
        parsed = parse_definition(kind, sample)
    except InvalidInput as error:
        return Reading(), error.detail
    del parsed["paths"]
    glob = raw.get("path_glob")
    if glob is not None and (fault := path_fault(glob)):
        return Reading(), f"Its path_glob {fault}."
    return Reading(str(kind), parsed, glob), None


def read_registration(raw: Any) -> tuple[Registration | None, str | None]:
    """`register_on_complete` of an output, and what is wrong with it as a sentence."""
    if not isinstance(raw, Mapping):
        return None, "register_on_complete must be an object with a name."
    name, text, tags = raw.get("name"), raw.get("description") or "", raw.get("tags") or {}
    if not isinstance(name, str) or not name.strip() or name != name.strip():
        return None, "The name of a dataset must be a text without spaces at its ends."
    if len(name) > NAME_LENGTH or set(name) & set("/\\") or not name.isprintable():
        return None, f"The name of a dataset has at most {NAME_LENGTH} characters and no / or \\."
    if not isinstance(text, str) or len(text) > DESCRIPTION_LENGTH:
        return None, f"The description has at most {DESCRIPTION_LENGTH:,} characters."
    if not isinstance(tags, Mapping) or len(tags) > MOST_TAGS:
        return None, f"tags must be an object with at most {MOST_TAGS} names."
    anew = raw.get("create_new_version", True)
    if not isinstance(anew, bool):
        return None, "create_new_version must be true or false."
    reading, fault = read_reading(raw)
    if fault:
        return None, fault
    kept = {str(key): str(value) for key, value in tags.items()}
    return Registration(name, text, kept, reading, anew), None
