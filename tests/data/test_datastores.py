"""Datastores: files in and out, never outside."""

from __future__ import annotations

import os
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from data.models import Datastore
from data.selectors import default_datastore, get_datastore, local_path, path_files
from data.services.datastores import create_default_datastores, write_file
from workspaces.domain.errors import Conflict, InvalidInput, NotFound
from workspaces.services.access import Actor
from workspaces.services.workspaces import create_workspace

API = "/api/v1/workspaces/lab/datastores"
FILES = f"{API}/workspaceblobstore/files"


def put(api: Any, path: str, content: bytes = b"x", **query: Any) -> Any:
    flags = "".join(f"?overwrite={value}" for value in query.values())
    return api.generic("PUT", f"{FILES}/{path}{flags}", content, content_type="text/csv")


def names(api: Any, prefix: str = "") -> list[str]:
    answer = api.get(f"{FILES}?prefix={prefix}")
    assert answer.status_code == 200, answer.json()
    return [item["path"] for item in answer.json()["items"]]


@pytest.fixture
def root(workspace: Any) -> Path:
    return local_path(get_datastore(workspace, "workspaceblobstore"), "")


def test_every_workspace_has_two_and_one_is_the_default(api: Any, workspace: Any) -> None:
    create_default_datastores(workspace)  # once more does no harm
    items = api.get(API).json()["items"]
    assert [(d["name"], d["kind"], d["is_default"]) for d in items] == [
        ("workspaceblobstore", "AzureBlob", True),
        ("workspacefilestore", "AzureFile", False),
    ]
    assert "root" not in items[0]
    made = api.post(f"{API}/workspacefilestore/default")
    assert made.json()["is_default"] is True
    assert default_datastore(workspace).name == "workspacefilestore"
    assert api.get(f"{API}/workspaceblobstore").json()["is_default"] is False
    missing = api.get(f"{API}/mystore")
    assert missing.status_code == 404
    assert "workspaceblobstore" in missing.json()["detail"]


def test_a_file_goes_in_is_listed_and_comes_out(api: Any, workspace: Any) -> None:
    content = b"a,b\n1,2\n" * 100_000
    assert put(api, "train/iris.csv", content).json()["size"] == len(content)
    assert names(api) == ["train/iris.csv"]
    got = api.get(f"{FILES}/train/iris.csv")
    assert b"".join(got.streaming_content) == content
    assert got["Content-Length"] == str(len(content))
    assert got["Content-Disposition"].startswith('attachment; filename="iris.csv"')
    assert got["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_not_overwritten_unasked(api: Any, workspace: Any) -> None:
    put(api, "a.csv", b"first")
    refused = put(api, "a.csv", b"second")
    assert (refused.status_code, refused.json()["code"]) == (409, "exists")
    assert b"".join(api.get(f"{FILES}/a.csv").streaming_content) == b"first"
    assert put(api, "a.csv", b"second", overwrite="true").status_code == 201
    assert b"".join(api.get(f"{FILES}/a.csv").streaming_content) == b"second"
    assert put(api, "a.csv", overwrite="yes").status_code == 422


def test_a_file_can_not_stand_where_a_folder_is(api: Any, workspace: Any) -> None:
    put(api, "a/b.csv")
    assert put(api, "a", overwrite="true").status_code == 409
    assert put(api, "a/b.csv/c.csv", overwrite="true").status_code == 409
    assert api.get(f"{FILES}/a").status_code == 404
    assert names(api) == ["a/b.csv"]


def test_prefixes_and_patterns(api: Any, workspace: Any) -> None:
    for path in ("top.csv", "a/1.csv", "a/2.txt", "a/b/3.csv", "ab/4.csv"):
        put(api, path)
    assert names(api, "a") == ["a/1.csv", "a/2.txt", "a/b/3.csv"]
    assert names(api, "/a/") == names(api, "a")
    assert names(api, "a/1.csv") == ["a/1.csv"]
    assert names(api, "a/*.csv") == ["a/1.csv"]
    assert names(api, "**/*.csv") == ["a/1.csv", "a/b/3.csv", "ab/4.csv", "top.csv"]
    assert names(api, "a/**") == names(api, "a")
    assert names(api, "a%3F/*") == ["ab/4.csv"]
    assert names(api, "nothing/here") == []


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "%2e%2e/x", "/etc/passwd", "a\\b", "a//b", "a%00b", "x" * 1001]
)
def test_a_path_that_could_escape_is_refused(
    api: Any, workspace: Any, root: Path, path: str
) -> None:
    before = sorted(root.parent.parent.rglob("*"))
    assert put(api, path).status_code in (404, 422)
    assert api.get(f"{FILES}/{path}").status_code in (404, 422)
    assert api.get(f"{FILES}?prefix=../../..").status_code == 422
    assert sorted(root.parent.parent.rglob("*")) == before


def test_a_path_is_also_checked_below_the_views(workspace: Any, actor: Actor) -> None:
    store = get_datastore(workspace, "workspaceblobstore")
    for path in ("../x", "/x", "a/../../x", "", "a\0", ".forebay/x", "*.csv"):
        with pytest.raises(InvalidInput):
            write_file(
                workspace=workspace,
                actor=actor,
                datastore=store,
                path=path,
                stream=BytesIO(b"x"),
                overwrite=True,
            )
    with pytest.raises(InvalidInput, match=r"'\.\.'"):
        local_path(store, "a/../../b")


def test_links_lead_nowhere_outside(api: Any, workspace: Any, root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    os.symlink(outside, root / "folder")
    os.symlink(outside / "secret.txt", root / "file.txt")
    os.symlink("loop", root / "loop")
    put(api, "real.txt", b"real")
    os.symlink("real.txt", root / "inside.txt")
    assert names(api) == ["inside.txt", "real.txt"]
    for path in ("folder/secret.txt", "file.txt", "loop"):
        assert api.get(f"{FILES}/{path}").status_code == 404, path
    assert put(api, "folder/new.txt").status_code == 404
    assert put(api, "file.txt", b"overwritten", overwrite="true").status_code == 404
    assert sorted(os.listdir(outside)) == ["secret.txt"]
    assert (outside / "secret.txt").read_text() == "secret"
    assert b"".join(api.get(f"{FILES}/inside.txt").streaming_content) == b"real"


def test_unfinished_files_are_neither_seen_nor_left_behind(
    api: Any, workspace: Any, actor: Actor, root: Path
) -> None:
    class Torn:
        def read(self, size: int = -1, /) -> bytes:
            raise OSError("the client went away")

    with pytest.raises(OSError, match="went away"):
        write_file(
            workspace=workspace,
            actor=actor,
            datastore=default_datastore(workspace),
            path="a.csv",
            stream=Torn(),
            overwrite=False,
        )
    assert names(api) == []
    assert [p for p in root.rglob("*") if p.is_file()] == []
    (root / ".forebay").mkdir(exist_ok=True)
    (root / ".forebay" / "half").write_text("x")
    assert names(api) == []
    assert api.get(f"{FILES}/.forebay/half").status_code == 422


def test_of_two_who_write_a_new_file_one_wins(workspace: Any, actor: Actor) -> None:
    store = default_datastore(workspace)
    from data.storage import open_storage

    outcomes: list[str] = []

    def write(content: bytes) -> None:
        try:
            open_storage(store.root).write("new.txt", BytesIO(content), overwrite=False)
            outcomes.append("written")
        except Conflict as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=write, args=(b"%d" % n * 100_000,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["exists"] * 5 + ["written"]


@pytest.mark.parametrize("name", ["данные.csv", "שלום עולם.csv", "🌊🌊.csv", "n" * 200, "a%25b c"])
def test_names_in_any_script(api: Any, workspace: Any, name: str) -> None:
    from urllib.parse import quote, unquote

    written = put(api, quote(unquote(name)))
    assert written.status_code == 201, written.json()
    assert names(api) == [unquote(name)]
    got = api.get(f"{FILES}/{quote(unquote(name))}")
    assert b"".join(got.streaming_content) == b"x"


def test_another_workspaces_store_is_not_found(
    api: Any, workspace: Any, django_user_model: Any
) -> None:
    other = create_workspace(name="other-lab", owner=django_user_model.objects.create_user("eve"))
    create_default_datastores(other)
    url = "/api/v1/workspaces/other-lab/datastores"
    assert api.get(url).status_code == 404
    assert api.get(f"{url}/workspaceblobstore/files").status_code == 404


def test_a_reader_looks_and_writes_nothing(api: Any, workspace: Any) -> None:
    put(api, "a.csv")
    workspace.members.update(role="Reader")
    assert put(api, "b.csv").status_code == 403
    assert api.post(f"{API}/workspacefilestore/default").status_code == 403
    assert names(api) == ["a.csv"]


def test_relative_places_follow_the_path_that_was_named(api: Any, workspace: Any) -> None:
    for path in ("in/a/1.csv", "in/b/1.csv"):
        put(api, path)
    store = default_datastore(workspace)
    assert [f.relative for f in path_files(store, "in")] == ["a/1.csv", "b/1.csv"]
    assert [f.relative for f in path_files(store, "in/a/1.csv")] == ["1.csv"]
    assert [f.relative for f in path_files(store, "in/*/1.csv")] == ["a/1.csv", "b/1.csv"]
    with pytest.raises(InvalidInput, match="no file at 'gone'"):
        path_files(store, "gone")


def test_other_kinds_of_stores_say_so(workspace: Any) -> None:
    store = Datastore.objects.create(
        workspace=workspace, name="m", kind="AzureBlob", root="memory://container"
    )
    with pytest.raises(InvalidInput, match="not supported yet"):
        local_path(store, "a")
    with pytest.raises(NotFound):
        get_datastore(workspace, "zzz")
