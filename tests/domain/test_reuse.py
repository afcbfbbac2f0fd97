"""Fingerprints by part, and what a changed part is called."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.domain.parsing import parse_node
from pipelines.domain.reuse import (
    SourceFile,
    change_sentence,
    compare_files,
    compare_parts,
    counted_files,
    fingerprint,
    known_parts,
    source_digest,
)
from tests.support.graphs import node_json

FILES = [SourceFile("main.py", "1" * 64), SourceFile("notes.txt", "2" * 64)]


def parts_of(
    files: list[SourceFile] = FILES,
    parameters: dict[str, Any] | None = None,
    content: str = "c1",
    environment_key: str = "e1",
    **node: Any,
) -> dict[str, str]:
    raw = node_json(
        "a",
        **{
            "arguments": ["--lr", {"parameter": "lr"}, {"input": "raw"}, {"output": "model"}],
            "inputs": [{"name": "raw", "mode": "mount", "source": {"dataset": "d"}}],
            "outputs": [{"name": "model", "datastore": "workspaceblobstore"}],
            **node,
        },
    )
    parsed = parse_node(raw)
    return known_parts(
        parsed,
        source=source_digest(counted_files(files, parsed.script, parsed.hash_paths)),
        parameters=parameters or {"lr": 0.1, "other": 1},
        environment_key=environment_key,
        input_contents={"raw": content},
    )


BASE = parts_of()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (parts_of(files=[SourceFile("main.py", "9" * 64), FILES[1]]), "main.py changed"),
        (parts_of(files=FILES[:1]), "notes.txt removed"),
        (parts_of(parameters={"lr": 0.2, "other": 1}), "lr: 0.1 -> 0.2"),
        (parts_of(content="c2"), "input raw changed"),
        (parts_of(environment_key="e2"), "environment changed"),
        (parts_of(environment={"variables": {"A": "1"}}), "environment changed, variable A added"),
        (parts_of(arguments=["--lr", {"parameter": "lr"}]), "arguments changed"),
        (parts_of(parameters={"lr": 0.1}, version="2"), "version  -> 2"),
        (parts_of(script="other.py"), "script main.py -> other.py"),
        (
            parts_of(
                outputs=[{"name": "model", "datastore": "workspaceblobstore", "mode": "upload"}]
            ),
            "settings of output model changed",
        ),
    ],
)
def test_each_part_counts_and_is_named(changed: dict[str, str], words: str):
    assert fingerprint(changed) != fingerprint(BASE)
    files = [FILES[0]] if "removed" in words else [SourceFile("main.py", "9" * 64), FILES[1]]
    changes = compare_parts(BASE, changed, compare_files(FILES, files))
    assert change_sentence(changes) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (["--C", "1.0", "--seed", 0], ["--C", "0.05", "--seed", 0], "C: 1.0 -> 0.05"),
        (["--C", "1"], ["--C", {"parameter": "lr"}], "C: 1 -> parameter lr"),
        (["--C", "1"], ["--C", "1", "--seed", 3], "argument seed added"),
        (["--C", "1", "--seed", 3], ["--C", "2"], "C: 1 -> 2, argument seed removed"),
        (["--script", "def a():\n  1"], ["--script", "def b():\n  1"], "script changed"),
        (["1", "2"], ["1", "3"], "arguments changed"),
        (["--on", "--off"], ["--on"], "arguments changed"),
        (["--a", "1", "--a", "2"], ["--a", "1"], "arguments changed"),
    ],
)
def test_arguments_in_pairs_are_compared_by_name(
    before: list[Any], after: list[Any], words: str
) -> None:
    plain: dict[str, Any] = {"inputs": [], "outputs": []}
    old, new = parts_of(arguments=before, **plain), parts_of(arguments=after, **plain)
    told = [one for one in compare_parts(old, new, []) if one.kind == "arguments"]
    assert change_sentence(told) == words


def test_a_field_that_became_a_parameter_is_told_with_its_value():
    old, new = dict(BASE), dict(BASE)
    del old["parameter:lr"]
    assert change_sentence(compare_parts(old, new, [])) == "parameter lr added: 0.1"


@pytest.mark.parametrize(
    "same",
    [
        parts_of(name="other name"),
        parts_of(compute="elsewhere"),
        parts_of(comment="hello"),
        parts_of(parameters={"lr": 0.1, "other": 2}),
    ],
)
def test_what_does_not_change_the_result_does_not_count(same: dict[str, str]):
    assert fingerprint(same) == fingerprint(BASE)


def test_hash_paths_leave_the_other_files_out():
    one = parts_of(hash_paths=["main.py"])
    two = parts_of(files=[FILES[0], SourceFile("notes.txt", "7" * 64)], hash_paths=["./main.py"])
    assert one["source"] == two["source"]


def test_many_changes_are_counted():
    before = [SourceFile(f"f{n}.py", "1" * 64) for n in range(9)]
    assert change_sentence(compare_files(before, [])) == (
        "f0.py removed, f1.py removed, f2.py removed, f3.py removed, and 5 more"
    )
