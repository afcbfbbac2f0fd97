"""What differs between two versions of a pipeline, as lines that people read.

Steps are matched by their names, and by their order where several share one: ids are given anew
by each program that builds a graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.data_words import DatasetNames, data_text
from pipelines.domain.reuse import canonical

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LISTED_FILES = 200
PLAIN_FIELDS = (
    ("script", "script"),
    ("parameters", "parameters of the script"),
    ("allow_reuse", "reuse"),
    ("hash_paths", "files that count for reuse"),
    ("retry", "retries"),
    ("timeout_seconds", "time limit in seconds"),
    ("reuse_max_age_seconds", "oldest result to reuse, in seconds"),
    ("comment", "comment"),
)


@dataclass(frozen=True)
class Side:
    """A published pipeline, with what its graph only names.

    `packages` are the frozen packages by what an environment asks for, `files` the digests of a
    snapshot's files by its id and their paths.
    """

    graph: Mapping[str, Any]
    packages: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    datasets: DatasetNames = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """`text` was added, removed, or changed from `before` to `after`."""

    kind: str
    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Block:
    """The lines of the parameters or of one step; `kind` of a whole step, else "changed"."""

    title: str
    kind: str
    lines: list[Line] = field(default_factory=list)


def compare_versions(before: Side, after: Side) -> list[Block]:
    """Every difference; an empty list says that both would do the same."""
    blocks = []
    lines = _parameters(before, after)
    if lines:
        blocks.append(Block("Parameters", CHANGED, lines))
    old, new = _by_name(before.graph), _by_name(after.graph)
    for key, node in old.items():
        if key not in new:
            blocks.append(Block(_title(key), REMOVED, [_script(REMOVED, node)]))
    for key, node in new.items():
        if key not in old:
            blocks.append(Block(_title(key), ADDED, [_script(ADDED, node)]))
        elif lines := _step(before, after, old[key], node):
            blocks.append(Block(_title(key), CHANGED, lines))
    return blocks


Key = tuple[str, int]


def _by_name(graph: Mapping[str, Any]) -> dict[Key, Mapping[str, Any]]:
    found: dict[Key, Mapping[str, Any]] = {}
    for node in graph.get("nodes") or []:
        name, number = str(node.get("name") or node["id"]), 1
        while (name, number) in found:
            number += 1
        found[(name, number)] = node
    return found


def _title(key: Key) -> str:
    name, number = key
    return f"Step {name}" if number == 1 else f"Step {name} ({number})"


def _script(kind: str, node: Mapping[str, Any]) -> Line:
    return Line(kind, f"the step, with its script {node.get('script')}")


def _parameters(before: Side, after: Side) -> list[Line]:
    old = {one["name"]: one for one in before.graph.get("parameters") or []}
    new = {one["name"]: one for one in after.graph.get("parameters") or []}
    lines = [
        Line(REMOVED, f"{name} ({one['type']}) = {_default(one, before)}")
        for name, one in old.items()
        if name not in new
    ]
    for name, one in new.items():
        was = old.get(name)
        if was is None:
            lines.append(Line(ADDED, f"{name} ({one['type']}) = {_default(one, after)}"))
            continue
        if was["type"] != one["type"]:
            lines.append(Line(CHANGED, f"type of {name}", was["type"], one["type"]))
        if was.get("default") != one.get("default"):
            texts = _default(was, before), _default(one, after)
            lines.append(Line(CHANGED, f"default of {name}", *texts))
    return lines


def _default(one: Mapping[str, Any], side: Side) -> str:
    value = one.get("default")
    if isinstance(value, Mapping) and ("datastore" in value or "dataset" in value):
        return data_text(value, side.datasets)
    return "none, it is required" if value is None else _text(value)


def _text(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _step(before: Side, after: Side, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Line]:
    lines = [
        Line(CHANGED, label, _text(old.get(name)), _text(new.get(name)))
        for name, label in PLAIN_FIELDS
        if (old.get(name) or None) != (new.get(name) or None)
    ]
    texts = [_arguments(node) for node in (old, new)]
    if texts[0] != texts[1]:
        lines.append(Line(CHANGED, "arguments", *texts))
    if old.get("compute") != new.get("compute"):
        lines.append(Line(CHANGED, "compute", _compute(old), _compute(new)))
    lines += _named("input", _inputs(old, before), _inputs(new, after))
    lines += _named("output", _outputs(old), _outputs(new))
    lines += _environment(before, after, old, new)
    lines += _files(before.files.get(old["snapshot"], {}), after.files.get(new["snapshot"], {}))
    return lines


def _arguments(node: Mapping[str, Any]) -> str:
    return " ".join(
        f"<{next(iter(one))} {next(iter(one.values()))}>"
        if isinstance(one, Mapping) and len(one) == 1
        else _text(one)
        for one in node.get("arguments") or []
    )


def _compute(node: Mapping[str, Any]) -> str:
    compute = node.get("compute")
    if isinstance(compute, Mapping):
        return f"<parameter {compute.get('parameter')}>"
    return _text(compute)


def _inputs(node: Mapping[str, Any], side: Side) -> dict[str, str]:
    names = {one["id"]: one.get("name") or one["id"] for one in side.graph.get("nodes") or []}
    return {
        port["name"]: f"{_source(port.get('source') or {}, names, side)}"
        f" ({port.get('mode') or 'mount'})"
        for port in node.get("inputs") or []
    }


def _source(source: Mapping[str, Any], names: Mapping[str, str], side: Side) -> str:
    if "node" in source:
        return f"{source.get('output')} of {names.get(source['node'], source['node'])}"
    if "parameter" in source:
        return f"parameter {source['parameter']}"
    return data_text(source, side.datasets)


def _outputs(node: Mapping[str, Any]) -> dict[str, str]:
    return {
        port["name"]: _text({key: port[key] for key in sorted(port) if key != "name"})
        for port in node.get("outputs") or []
    }


def _named(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> list[Line]:
    lines = [
        Line(REMOVED, f"{what} {name}: {text}") for name, text in old.items() if name not in new
    ]
    for name, text in new.items():
        if name not in old:
            lines.append(Line(ADDED, f"{what} {name}: {text}"))
        elif old[name] != text:
            lines.append(Line(CHANGED, f"{what} {name}", old[name], text))
    return lines


def _environment(
    before: Side, after: Side, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[Line]:
    asked = canonical(old.get("environment")), canonical(new.get("environment"))
    packages = before.packages.get(asked[0], ()), after.packages.get(asked[1], ())
    lines = _packages(*packages)
    if not lines and asked[0] != asked[1]:
        lines = [Line(CHANGED, "what the environment asks for", asked[0], asked[1])]
    return lines


def _packages(old: Iterable[str], new: Iterable[str]) -> list[Line]:
    """Frozen packages are written `name==version`."""
    was, now = _pinned(old), _pinned(new)
    lines = [
        Line(REMOVED, f"package {name} {version}")
        for name, version in was.items()
        if name not in now
    ]
    for name, version in now.items():
        if name not in was:
            lines.append(Line(ADDED, f"package {name} {version}"))
        elif was[name] != version:
            lines.append(Line(CHANGED, f"package {name}", was[name], version))
    return lines


def _pinned(lines: Iterable[str]) -> dict[str, str]:
    return {line.partition("==")[0].strip(): line.partition("==")[2].strip() for line in lines}


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> list[Line]:
    lines = [Line(REMOVED, f"file {path}") for path in old if path not in new]
    lines += [Line(ADDED, f"file {path}") for path in new if path not in old]
    lines += [
        Line(CHANGED, f"content of {path}")
        for path, digest in new.items()
        if path in old and old[path] != digest
    ]
    if len(lines) > LISTED_FILES:
        rest = len(lines) - LISTED_FILES
        lines = [*lines[:LISTED_FILES], Line(CHANGED, f"{rest} more files")]
    return lines
