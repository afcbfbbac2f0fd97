"""Datasets: definitions, names, versions, and when their content counts as equal."""

from __future__ import annotations

import os
import time
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError

from data.models import ContentHash, DatasetVersion
from data.selectors import dataset_files, default_datastore, get_dataset_version
from data.services import content, datasets
from data.services.content import content_id_of_dataset, content_id_of_path
from data.services.datasets import create_dataset, register_dataset
from data.services.datastores import create_default_datastores, write_file
from workspaces.domain.errors import InvalidInput
from workspaces.services.access import Actor
from workspaces.services.workspaces import create_workspace

API = "/api/v1/workspaces/lab/datasets"
IRIS = {"paths": [{"datastore": "workspaceblobstore", "path": "train/iris.csv"}]}


@pytest.fixture
def put(workspace: Any, actor: Actor) -> Any:
    def write(path: str, data: bytes = b"a,b\n1,2\n") -> None:
        write_file(
            workspace=workspace,
            actor=actor,
            datastore=default_datastore(workspace),
            path=path,
            stream=BytesIO(data),
            overwrite=True,
        )

    return write


def make(api: Any, kind: str = "tabular", definition: Any = IRIS, **more: Any) -> Any:
    return api.post(API, {"kind": kind, "definition": definition, **more})


def test_the_way_of_a_dataset(api: Any, workspace: Any, put: Any) -> None:
    put("train/iris.csv")
    made = make(api)
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["version"]) == (None, None)
    assert body["definition"]["header"] == "ALL_FILES_HAVE_SAME_HEADERS"
    assert make(api).json()["id"] == body["id"], "an equal definition is the same dataset"

    registered = api.post(
        f"{API}/{body['id']}/register", {"name": "iris", "description": "d", "tags": {"n": 1}}
    )
    assert registered.status_code == 200
    first = registered.json()
    assert (first["name"], first["version"], first["tags"]) == ("iris", 1, {"n": "1"})
    assert api.get(f"{API}/by-name/iris").json() == first
    assert api.get(f"{API}/by-name/iris?version=1").json()["id"] == first["id"]
    assert api.get(f"{API}/{first['id']}").json() == first
    assert api.get(f"{API}/{body['id']}").json()["name"] is None
    some = api.get(f"{API}?ids={body['id']},{first['id']},gone").json()["items"]
    assert {one["id"] for one in some} == {body["id"], first["id"]}
    assert api.get(f"{API}?ids=").json()["items"] == []
    many = api.get(f"{API}?ids={','.join(['gone'] * 101)}")
    assert (many.status_code, many.json()["problems"][0]["field"]) == (422, "ids")
    files = api.get(f"{API}/{first['id']}/files").json()["items"]
    assert files == [
        {
            "datastore": "workspaceblobstore",
            "path": "train/iris.csv",
            "relative_path": "iris.csv",
            "size": 8,
        }
    ]


def test_versions_count_up_only_for_other_definitions(api: Any, workspace: Any, put: Any) -> None:
    put("train/iris.csv")
    one, two = make(api).json()["id"], make(api, definition={**IRIS, "separator": ";"}).json()["id"]

    def register(dataset: str, **more: Any) -> Any:
        return api.post(f"{API}/{dataset}/register", {"name": "iris", **more})

    assert register(one).json()["version"] == 1
    assert register(one, create_new_version=True).json()["version"] == 1
    refused = register(two)
    assert (refused.status_code, refused.json()["code"]) == (409, "exists")
    assert "create_new_version" in refused.json()["detail"]
    assert register(two, create_new_version=True).json()["version"] == 2
    assert register(one, create_new_version=True).json()["version"] == 3
    assert api.get(f"{API}/by-name/iris?version=latest").json()["version"] == 3
    assert api.get(f"{API}/by-name/iris?version=9").status_code == 404
    assert api.get(f"{API}/by-name/iris?version=x").status_code == 422
    assert [(d["name"], d["version"]) for d in api.get(API).json()["items"]] == [("iris", 3)]


def test_a_lost_race_for_a_version_is_run_again(
    workspace: Any, actor: Actor, put: Any, monkeypatch: Any
) -> None:
    put("train/iris.csv")
    row = create_dataset(
        workspace=workspace, actor=actor, kind="file", definition=IRIS, validate=True
    )
    real, lost = datasets._register, []

    def lose_twice(*args: Any) -> DatasetVersion:
        if len(lost) < 2:
            lost.append(1)
            raise IntegrityError("UNIQUE constraint failed")
        return real(*args)

    monkeypatch.setattr(datasets, "_register", lose_twice)
    assert register_dataset(workspace=workspace, actor=actor, version=row, name="iris").version == 1


@pytest.mark.parametrize(
    ("definition", "field", "words"),
    [
        ({}, "definition.paths", "at least one"),
        ({"paths": []}, "definition.paths", "at least one"),
        ({"paths": ["x"]}, "definition.paths.0", "datastore"),
        (
            {"paths": [{"datastore": "workspaceblobstore", "path": "../x"}]},
            "definition.paths.0",
            "'..'",
        ),
        ({"paths": [{"datastore": "nope", "path": "x"}]}, "definition.paths.0.datastore", "nope"),
        ({**IRIS, "separator": ""}, "definition.separator", "characters"),
        ({**IRIS, "header": "YES"}, "definition.header", "NO_HEADERS"),
        ({**IRIS, "encoding": "klingon"}, "definition.encoding", "utf8"),
        ({**IRIS, "set_column_types": {"a": "decimal"}}, "definition.set_column_types", "integer"),
        ({**IRIS, "seperator": ";"}, "definition.seperator", "separator"),
        ({**IRIS, "partition_format": "a/b"}, "definition.partition_format", "names no column"),
        ({**IRIS, "format": "avro"}, "definition.format", "delimited, parquet"),
        ({**IRIS, "keep_columns": []}, "definition.keep_columns", "at least one"),
        ({**IRIS, "drop_columns": "a"}, "definition.drop_columns", "list of column names"),
    ],
)
def test_a_wrong_definition_names_its_field(
    api: Any, workspace: Any, definition: Any, field: str, words: str
) -> None:
    answer = make(api, definition=definition, validate=False)
    assert answer.status_code == 422
    problem = answer.json()["problems"][0]
    assert problem["field"] == field
    assert words in problem["message"]
    assert not DatasetVersion.objects.exists()


def test_a_missing_path_is_named_unless_validation_is_off(api: Any, workspace: Any) -> None:
    refused = make(api)
    assert refused.status_code == 422
    assert "train/iris.csv" in refused.json()["detail"]
    later = make(api, validate=False)
    assert later.status_code == 201
    gone = api.get(f"{API}/{later.json()['id']}/files")
    assert (gone.status_code, gone.json()["code"]) == (422, "missing_path")
    assert make(api, validate="yes").status_code == 422
    assert make(api, kind="image").status_code == 422


@pytest.mark.parametrize("name", ["", " a", "a/b", "a\nb", "x" * 256, None, 7])
def test_a_name_that_can_not_be_used(api: Any, workspace: Any, put: Any, name: Any) -> None:
    put("train/iris.csv")
    dataset = make(api).json()["id"]
    answer = api.post(f"{API}/{dataset}/register", {"name": name})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == "name"


@pytest.mark.parametrize("name", ["🌊 iris", "שלום", "n" * 200])
def test_a_name_in_any_script(api: Any, workspace: Any, put: Any, name: str) -> None:
    put("train/iris.csv")
    dataset = make(api).json()["id"]
    assert api.post(f"{API}/{dataset}/register", {"name": name}).status_code == 200
    assert api.get(f"{API}/by-name/{name}").json()["name"] == name


def test_another_workspaces_dataset_is_not_found(
    api: Any, workspace: Any, owner: Any, actor: Actor
) -> None:
    other = create_workspace(name="other-lab", owner=owner)
    create_default_datastores(other)
    theirs = create_dataset(
        workspace=other, actor=actor, kind="file", definition=IRIS, validate=False
    )
    for url in ("", "/files", "/rows"):
        assert api.get(f"{API}/{theirs.uid}{url}").status_code == 404
    assert api.post(f"{API}/{theirs.uid}/register", {"name": "mine"}).status_code == 404


def test_several_paths_never_fall_onto_one_place(api: Any, workspace: Any, put: Any) -> None:
    for path in ("a/x.csv", "b/x.csv"):
        put(path)
    paths = [{"datastore": "workspaceblobstore", "path": p} for p in ("a/x.csv", "b", "/a/x.csv")]
    dataset = make(api, kind="file", definition={"paths": paths}).json()["id"]
    files = dataset_files(get_dataset_version(workspace, dataset))
    assert [f.relative for f in files] == ["a/x.csv", "b/x.csv"]


def test_content_ids_follow_the_bytes(workspace: Any, actor: Actor, put: Any) -> None:
    put("a/1.csv", b"one")
    put("b/1.csv", b"one")
    store = default_datastore(workspace)

    def of(path: str) -> str:
        return content_id_of_path(store, path).id

    first = of("a")
    assert of("b") == first, "equal bytes under equal names"
    time.sleep(0.12)
    put("a/1.csv", b"one")
    assert of("a") == first, "written again with equal bytes"
    put("a/1.csv", b"two")
    assert of("a") != first
    put("b/2.csv", b"more")
    assert of("b") != first


def test_a_change_that_keeps_size_and_time_is_seen(workspace: Any, put: Any) -> None:
    put("a.csv", b"one")
    store = default_datastore(workspace)
    time.sleep(0.15)
    first = content_id_of_path(store, "a.csv").id
    assert ContentHash.objects.filter(path="a.csv").exists()
    place = dataset_path(store, "a.csv")
    times = os.stat(place)
    with open(place, "r+b") as file:
        file.write(b"two")
    os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert content_id_of_path(store, "a.csv").id != first


def dataset_path(store: Any, path: str) -> Any:
    from data.selectors import local_path

    return local_path(store, path)


def test_a_known_file_is_not_read_again(workspace: Any, put: Any, monkeypatch: Any) -> None:
    put("a.csv", b"one")
    store = default_datastore(workspace)
    time.sleep(0.15)
    first = content_id_of_path(store, "a.csv")
    monkeypatch.setattr(content, "_hash_settled", lambda file: pytest.fail("read again"))
    assert content_id_of_path(store, "a.csv") == first
    assert first.note == ""


def test_how_a_dataset_is_read_is_part_of_its_content(
    workspace: Any, actor: Actor, put: Any
) -> None:
    put("train/iris.csv")

    def of(**more: Any) -> str:
        row = create_dataset(
            workspace=workspace,
            actor=actor,
            kind="tabular",
            definition={**IRIS, **more},
            validate=True,
        )
        return content_id_of_dataset(row).id

    assert of() == of(separator=",")
    assert of() != of(separator=";")


def test_a_huge_dataset_counts_by_identity_and_says_so(
    workspace: Any, put: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(content, "HASH_LIMIT", 2)
    put("a.csv", b"one")
    store = default_datastore(workspace)
    first = content_id_of_path(store, "a.csv")
    assert "instead of their bytes" in first.note
    assert content_id_of_path(store, "a.csv") == first
    put("a.csv", b"one")
    assert content_id_of_path(store, "a.csv") != first


def test_a_missing_path_has_no_content_id(workspace: Any) -> None:
    with pytest.raises(InvalidInput, match=r"no file at 'gone\.csv'"):
        content_id_of_path(default_datastore(workspace), "gone.csv")
