"""Reuse, explained: what a step's result depends on, and which part of it changed.

A fingerprint is kept as its *parts*, so that two of them can be compared in words:

    format                 version of this scheme: a new one reuses nothing older
    source                 digest over the files that count (all, or `hash_paths` + the script)
    script, version        as given
    arguments              symbolic: ports and parameters by name, literals by value
    parameter:<name>       value of a pipeline parameter that the step reads
    setting:<name>         value of PythonScriptStep(params=…)
    input:<name>           content id of what is behind the port, and the mode
    environment            content of the environment, asked and built
    variable:<name>        environment variable
    output:<name>          settings of the port

The compute target is no part: where a step runs does not change what it computes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.domain.graph import InputRef, Node, Output, OutputRef, ParameterRef

FORMAT = 1
SHOWN_LENGTH = 60

Parts = dict[str, str]
# Made once: `json.dumps` with arguments makes an encoder for every call.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> str:
    """One text per JSON value, whatever the order of keys."""
    return _CANONICAL.encode(value)


def digest_of(value: Any) -> str:
    """SHA-256 (hex) of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


@dataclass(frozen=True)
class SourceFile:
    path: str
    sha256: str
    executable: bool = False


def counted_files(
    files: Sequence[SourceFile], script: str, hash_paths: Sequence[str] | None
) -> list[SourceFile]:
    """The files of a snapshot on which the result depends."""
    if hash_paths is None:
        return list(files)
    clean = [path.strip("/").removeprefix("./") for path in hash_paths]
    return [
        file
        for file in files
        if file.path == script
        or any(file.path == path or file.path.startswith(path + "/") for path in clean)
    ]


def source_digest(files: Sequence[SourceFile]) -> str:
    """SHA-256 over (path, content, executable) of the files, in the order of their paths."""
    return digest_of(sorted((f.path, f.sha256, f.executable) for f in files))


def known_parts(
    node: Node,
    *,
    source: str,
    parameters: Mapping[str, Any],
    environment_key: str,
    input_contents: Mapping[str, str],
) -> Parts:
    """The parts that do not wait for other steps.

    `input_contents` holds content ids of the inputs that come from datasets and paths.
    """
    parts = {
        "format": str(FORMAT),
        "source": source,
        "script": node.script,
        "version": node.version or "",
        "arguments": canonical([_symbol(argument) for argument in node.arguments]),
        "environment": digest_of([environment_key, node.environment]),
    }
    for name in node.used_parameters():
        parts[f"parameter:{name}"] = canonical(parameters[name])
    for name, value in node.parameters.items():
        parts[f"setting:{name}"] = canonical(_symbol(value))
    for name, value in ((node.environment or {}).get("variables") or {}).items():
        parts[f"variable:{name}"] = canonical(value)
    for port in node.outputs:
        parts[f"output:{port.name}"] = canonical(_output_settings(port))
    for name, content in input_contents.items():
        parts[f"input:{name}"] = input_part(node, name, content)
    return parts


def input_part(node: Node, name: str, content: str) -> str:
    """The part of one input: what is behind it and how the step gets it."""
    port = node.input(name)
    if port is not None and port.as_dataset is not None:
        content += " " + canonical(port.as_dataset.as_dict())
    if port is not None and port.path_on_compute:
        content += f" at {port.path_on_compute}"
    return f"{port.mode if port else ''} {content}"


def _output_settings(port: Output) -> list[Any]:
    """What is asked of an output; what was not asked leaves the older, shorter form."""
    settings: list[Any] = [port.datastore, port.mode, port.is_directory]
    registered = port.register_on_complete
    if port.destination is not None or registered is not None:
        settings.append(port.destination)
    if registered is not None:
        settings += [registered.name, registered.reading.as_dict()]
    place = {"path_on_compute": port.path_on_compute, "source": port.source}
    if any(place.values()):
        settings.append({name: value for name, value in place.items() if value})
    return settings


def _symbol(argument: Any) -> Any:
    if isinstance(argument, InputRef):
        return {"input": argument.name}
    if isinstance(argument, OutputRef):
        return {"output": argument.name}
    if isinstance(argument, ParameterRef):
        return {"parameter": argument.name}
    return argument


def fingerprint(parts: Parts) -> str:
    """SHA-256 over all parts."""
    return digest_of(parts)


@dataclass(frozen=True)
class Change:
    """One difference, in words and in values; `kind` is the part's name before the colon."""

    kind: str
    name: str
    text: str
    before: str | None = None
    after: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "text": self.text,
            "before": self.before,
            "after": self.after,
        }


def compare_files(before: Sequence[SourceFile], after: Sequence[SourceFile]) -> list[Change]:
    """Which files of the source directory differ."""
    old = {file.path: file for file in before}
    new = {file.path: file for file in after}
    changes = []
    for path in sorted(old.keys() | new.keys()):
        if path not in old:
            changes.append(Change("file", path, f"{path} added", None, new[path].sha256))
        elif path not in new:
            changes.append(Change("file", path, f"{path} removed", old[path].sha256, None))
        elif (old[path].sha256, old[path].executable) != (new[path].sha256, new[path].executable):
            changes.append(
                Change("file", path, f"{path} changed", old[path].sha256, new[path].sha256)
            )
    return changes


SINGLE_WORDS = {
    "script": "script {before} -> {after}",
    "version": "version {before} -> {after}",
    "arguments": "arguments changed",
    "environment": "environment changed",
    "format": "this studio compares steps in a newer way",
}
NAMED_WORDS = {
    "parameter": "{name}: {before} -> {after}",
    "setting": "{name}: {before} -> {after}",
    "variable": "environment variable {name} changed",
    "input": "input {name} changed",
    "output": "settings of output {name} changed",
}


def _shown(value: str | None) -> str:
    if value is None:
        return "none"
    return value if len(value) <= SHOWN_LENGTH else value[: SHOWN_LENGTH - 1] + "…"


def compare_arguments(before: str | None, after: str | None) -> list[Change]:
    """Which of the `--name value` pairs differ; nothing when they are written in other ways."""
    old, new = _pairs(before), _pairs(after)
    if old is None or new is None:
        return []
    changes = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if name not in old:
            text = f"argument {name} added"
        elif name not in new:
            text = f"argument {name} removed"
        elif any(len(value or "") > SHOWN_LENGTH or "\n" in (value or "") for value in (was, now)):
            text = f"{name} changed"
        else:
            text = f"{name}: {was} -> {now}"
        changes.append(Change("arguments", name, text, was, now))
    return changes


def _pairs(arguments: str | None) -> dict[str, str] | None:
    """`["--lr", "0.1"]` as `{"lr": "0.1"}`; None for anything that is not all such pairs."""
    words = json.loads(arguments or "[]")
    flags, values = words[::2], words[1::2]
    named = all(isinstance(flag, str) and flag.startswith("--") for flag in flags)
    if len(words) % 2 or not named or len(set(flags)) < len(flags):
        return None
    return {flag[2:]: _argument_text(value) for flag, value in zip(flags, values, strict=True)}


def _argument_text(value: Any) -> str:
    if isinstance(value, dict):  # {"parameter": "lr"}
        return " ".join(str(word) for pair in value.items() for word in pair)
    return value if isinstance(value, str) else canonical(value)


def compare_parts(before: Parts, after: Parts, files: Sequence[Change]) -> list[Change]:
    """All differences; `files` are the changes behind a different `source`."""
    changes: list[Change] = []
    for part in sorted(before.keys() | after.keys()):
        old, new = before.get(part), after.get(part)
        if old == new:
            continue
        if part == "source":
            changes.extend(files or [Change("file", "", "source directory changed")])
            continue
        kind, _, name = part.partition(":")
        if kind == "arguments" and (told := compare_arguments(old, new)):
            changes.extend(told)
            continue
        if name and old is None:
            text = f"{kind} {name} added" + (f": {_shown(new)}" if kind == "parameter" else "")
        elif name and new is None:
            text = f"{kind} {name} removed"
        else:
            words = NAMED_WORDS[kind] if name else SINGLE_WORDS.get(kind, f"{kind} changed")
            text = words.format(name=name, before=_shown(old), after=_shown(new))
        changes.append(Change(kind, name or kind, text, old, new))
    order = ["file", "script", "arguments", "parameter", "setting", "input"]
    rank = {kind: index for index, kind in enumerate(order)}
    return sorted(changes, key=lambda change: rank.get(change.kind, len(order)))


MOST_CHANGES = 4


def change_sentence(changes: Sequence[Change]) -> str:
    """`train.py changed, lr: 0.1 -> 0.2` with the rest counted."""
    texts = [change.text for change in changes[:MOST_CHANGES]]
    if len(changes) > MOST_CHANGES:
        texts.append(f"and {len(changes) - MOST_CHANGES} more")
    return ", ".join(texts)
