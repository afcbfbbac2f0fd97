"""Datasets of web addresses: fetched by the program, kept on the default datastore."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azureml.core import Dataset, Workspace
from azureml.exceptions import UserErrorException

from tests.sdk.stub_server import Reply, Seen, StubServer

CONTENT = b"a,b\n1,2\n"


class Server:
    """A studio with one datastore, and the web beside it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.datasets: list[Any] = []
        self.content = CONTENT

    def __call__(self, seen: Seen) -> Any:
        path, _, query = seen.path.partition("?")
        if path.startswith("/web/"):
            return Reply(200, self.content) if path.endswith(".csv") else Reply(404, b"no")
        route = path.removeprefix("/api/v1/workspaces/lab")
        if route.startswith("/datastores/store/files/"):
            assert query == "overwrite=false"
            name = route.removeprefix("/datastores/store/files/")
            if name in self.files:
                return Reply(409, {"detail": "It exists.", "code": "exists"})
            self.files[name] = seen.body
            return {}
        if route.startswith("/datastores"):
            store = {"name": "store", "kind": "AzureBlob", "is_default": True}
            return {**store, "items": [store], "next": None}
        if route == "/datasets":
            self.datasets.append(json.loads(seen.body))
            return {"id": "d-1", "kind": "file", **self.datasets[-1]}
        return {"id": "1", "name": "lab"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, StubServer]]:
    answer = Server()
    with StubServer(answer) as stub:
        monkeypatch.setenv("FOREBAY_SERVER", stub.url)
        monkeypatch.setenv("FOREBAY_TOKEN", "fby_x")
        yield answer, stub


def test_nothing_is_fetched_before_the_dataset_is_used(
    server: tuple[Server, StubServer], capsys: pytest.CaptureFixture[str]
) -> None:
    answer, stub = server
    dataset = Dataset.File.from_files(f"{stub.url}/web/Titanic%201.csv?raw=1")
    given = dataset.as_named_input("test_data").as_mount()
    assert dataset.as_mount().name == dataset.as_mount().name  # no id is needed for a name
    assert (given.name, given.mode, stub.seen) == ("test_data", "mount", [])
    with pytest.raises(UserErrorException, match="belongs to no workspace yet: register it"):
        dataset.id
    ws = Workspace.get("lab")
    assert dataset._ensure_id(ws) == "d-1"
    ((path, content),) = answer.files.items()
    assert (path.startswith("from_web/"), path.endswith("/Titanic%201.csv"), content) == (
        True,
        True,
        CONTENT,
    )
    (sent,) = answer.datasets
    assert sent["definition"]["paths"] == [{"datastore": "store", "path": path.replace("%20", " ")}]
    assert sent["validate"] is True
    assert "Copied http" in capsys.readouterr().out


def test_equal_content_is_the_same_dataset_and_other_content_another(
    server: tuple[Server, StubServer],
) -> None:
    answer, stub = server
    ws = Workspace.get("lab")
    for content in (CONTENT, CONTENT, b"other"):
        answer.content = content
        Dataset.Tabular.from_delimited_files(f"{stub.url}/web/t.csv", validate=False)._ensure_id(ws)
    first, second, third = (one["definition"]["paths"] for one in answer.datasets)
    assert first == second != third
    assert sorted(answer.files.values()) == [CONTENT, b"other"]


def test_what_can_not_be_fetched_is_a_sentence(server: tuple[Server, StubServer]) -> None:
    _, stub = server
    ws = Workspace.get("lab")
    for url, why in ((f"{stub.url}/web/none", "404"), ("http://127.0.0.1:9/x", "refused")):
        with pytest.raises(UserErrorException, match=f"{url} can't be read: .*{why}"):
            Dataset.File.from_files(url)._ensure_id(ws)
