"""Data in words: a path, a dataset, and what became of an input between two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipelines.domain.reuse import Change

DatasetNames = Mapping[str, tuple[str, int]]  # dataset version's id -> (name, version)


def data_text(source: Mapping[str, Any], names: DatasetNames) -> str:
    """`workspaceblobstore/raw/2020`, `titanic, version 2`; a dataset without a name by its id."""
    if "datastore" in source:
        return f"{source['datastore']}/{source['path'].strip('/')}"
    if source.get("dataset") in names:
        name, version = names[source["dataset"]]
        return f"{name}, version {version}"
    return f"dataset {source.get('dataset', '')}"


def name_data_changes(
    changes: Sequence[Change],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: DatasetNames,
) -> list[Change]:
    """`changes` with those of inputs from outside the graph told by path or dataset.

    `before` and `after` are the JSON of the two (resolved) nodes.
    """
    old = {port["name"]: port for port in before.get("inputs") or ()}
    new = {port["name"]: port for port in after.get("inputs") or ()}
    return [
        replace(change, text=_words(change, old[change.name], new[change.name], names))
        if change.kind == "input" and change.name in old and change.name in new
        else change
        for change in changes
    ]


def _words(
    change: Change, before: Mapping[str, Any], after: Mapping[str, Any], names: DatasetNames
) -> str:
    """The change of one input that both nodes have."""
    was, now = before["source"], after["source"]
    if "node" in was or "node" in now:
        return change.text
    old_mode, old_content = (change.before or "").split(" ", 1)
    new_mode, new_content = (change.after or "").split(" ", 1)
    if old_content == new_content:
        return f"input {change.name}: {old_mode} -> {new_mode}"
    label = after.get("parameter") or change.name
    if was == now:
        return f"files of {label} ({data_text(now, names)}) changed"
    if "datastore" in was and "datastore" in now:
        if was["datastore"] == now["datastore"]:
            return f"data path {label}: {was['path'] or '/'} -> {now['path'] or '/'}"
        return f"data path {label}: {data_text(was, names)} -> {data_text(now, names)}"
    known = (names.get(was.get("dataset", "")), names.get(now.get("dataset", "")))
    if known[0] and known[1] and known[0][0] == known[1][0]:
        return f"dataset {known[0][0]}: version {known[0][1]} -> {known[1][1]}"
    if known == (None, None) and "dataset" in was and "dataset" in now:
        return f"dataset {label} is another one"
    return f"input {label}: {data_text(was, names)} -> {data_text(now, names)}"
