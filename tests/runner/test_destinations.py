"""Outputs published where the program wants them, and registered as datasets."""

from __future__ import annotations

from typing import Any

import pytest

from data.models import DatasetVersion
from data.selectors import dataset_files, get_dataset_by_name, get_datastore, local_path
from pipelines.models import Output

WRITE = """
import pathlib, sys
(pathlib.Path(sys.argv[1]) / "new.csv").write_text("a,b\\n1,2\\n")
"""


def port(**changes: Any) -> dict[str, Any]:
    return {
        "name": "out",
        "datastore": "workspaceblobstore",
        "is_directory": True,
        "destination": "prepared/{run-id}/{output-name}",
        **changes,
    }


def node(**changes: Any) -> dict[str, Any]:
    return {"outputs": [port(**changes)], "arguments": [{"output": "out"}]}


def store_path(workspace: Any, path: str) -> Any:
    return local_path(get_datastore(workspace, "workspaceblobstore"), path)


def test_the_destination_names_the_step_run_and_the_output(bench: Any, workspace: Any) -> None:
    step = bench.finish(bench.submit(WRITE, node=node()))
    assert step.status == "Completed", step.error_lines
    output = Output.objects.get(step_run=step)
    assert output.path == f"prepared/{step.uid}/out"
    assert (store_path(workspace, output.path) / "new.csv").is_file()
    assert not list(store_path(workspace, "").glob(".forebay/attempts/*/*"))


def test_a_dataset_is_registered_once_and_stays_when_the_step_is_reused(
    bench: Any, workspace: Any
) -> None:
    asked = {"name": "prepared", "description": "d", "tags": {"a": "b"}, "kind": "tabular"}
    first = bench.finish(bench.submit(WRITE, node=node(register_on_complete=asked)))
    version = get_dataset_by_name(workspace, "prepared")
    assert (version.version, version.kind, version.tags) == (1, "tabular", {"a": "b"})
    assert version.definition["paths"][0]["path"] == f"prepared/{first.uid}/out"
    again = bench.finish(bench.submit(WRITE, node=node(register_on_complete=asked)))
    assert again.reused
    assert Output.objects.get(step_run=again).dataset_version == version
    other = bench.submit(WRITE, node=node(register_on_complete=asked), regenerate_outputs=True)
    bench.finish(other)
    assert get_dataset_by_name(workspace, "prepared").version == 2
    assert DatasetVersion.objects.filter(dataset__name="prepared").count() == 2


def test_a_failed_step_registers_nothing(bench: Any, workspace: Any) -> None:
    asked = {"name": "prepared"}
    script = WRITE + "raise SystemExit(1)"
    bench.finish(bench.submit(script, node=node(register_on_complete=asked)))
    assert not DatasetVersion.objects.filter(dataset__name="prepared").exists()
    assert not store_path(workspace, "prepared").exists()


def test_a_taken_name_gets_no_version_when_none_was_asked_for(
    bench: Any, workspace: Any, django_capture_on_commit_callbacks: Any
) -> None:
    asked = {"name": "prepared", "create_new_version": False}
    first = bench.finish(bench.submit(WRITE, node=node(register_on_complete=asked)))
    assert "not registered" not in bench.log(first)
    again = bench.submit(WRITE, node=node(register_on_complete=asked), regenerate_outputs=True)
    with django_capture_on_commit_callbacks(execute=True):
        step = bench.finish(again)
    assert step.status == "Completed", step.error_lines
    assert "Output out was not registered. A dataset 'prepared' is registered" in bench.log(step)
    assert get_dataset_by_name(workspace, "prepared").version == 1


def test_a_pattern_chooses_among_the_files(bench: Any, workspace: Any) -> None:
    asked = {"name": "tables", "kind": "tabular", "path_glob": "**/*.csv"}
    step = bench.finish(bench.submit(WRITE, node=node(register_on_complete=asked)))
    version = get_dataset_by_name(workspace, "tables")
    assert version.definition["paths"][0]["path"] == f"prepared/{step.uid}/out/**/*.csv"
    assert [file.relative for file in dataset_files(version)] == ["new.csv"]


@pytest.mark.parametrize(
    ("changes", "status", "old"),
    [
        ({"mode": "mount"}, "Completed", "a,b"),
        ({"mode": "upload", "overwrite": True}, "Completed", "a,b"),
        ({"mode": "upload"}, "Failed", "old"),
    ],
)
def test_files_that_are_there_already(
    bench: Any, workspace: Any, changes: dict[str, Any], status: str, old: str
) -> None:
    place = store_path(workspace, "shared")
    place.mkdir()
    (place / "new.csv").write_text("old")
    (place / "other.csv").write_text("of somebody else")
    step = bench.finish(bench.submit(WRITE, node=node(destination="shared", **changes)))
    assert step.status == status, step.error_lines
    assert (place / "new.csv").read_text().startswith(old)
    assert (place / "other.csv").read_text() == "of somebody else"
    if status == "Failed":
        assert "overwrite=True" in step.reason_data["detail"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"destination": "../x"}, "'..'"),
        ({"destination": "/x"}, None),
        ({"destination": ".forebay/x"}, "keeps for itself"),
        ({"destination": "azureml/x"}, "keeps for itself"),
        ({"destination": "a/{other}"}, "{run-id}"),
        ({"destination": 5}, "must be a text"),
        ({"register_on_complete": {"name": "a/b"}}, "no / or"),
        ({"register_on_complete": {"name": "a", "kind": "odd"}}, "'kind'"),
        ({"register_on_complete": {"name": "a", "path_glob": "../*"}}, "path_glob contains"),
        ({"register_on_complete": {"name": "a", "create_new_version": 1}}, "true or false"),
        ({"mode": "down"}, "one of mount, upload"),
        (
            {"register_on_complete": {"name": "a", "kind": "tabular", "definition": {"x": 1}}},
            "no field 'x'",
        ),
    ],
)
def test_what_can_not_be_is_refused_at_submit(
    bench: Any, changes: dict[str, Any], words: str | None
) -> None:
    from workspaces.domain.errors import InvalidInput

    if words is None:
        assert bench.finish(bench.submit(WRITE, node=node(**changes))).status == "Completed"
        return
    with pytest.raises(InvalidInput) as raised:
        bench.submit(WRITE, node=node(**changes))
    assert words in raised.value.problems[0].message
    assert raised.value.problems[0].field.startswith("outputs[0].")
