"""A draft or a run as a program by REST: text, file, zip, and what has no program."""

from __future__ import annotations

import ast
import io
import json
import zipfile
from typing import Any

import pytest

from tests.support.drafts import classification, node, wire
from tests.support.graphs import node_json
from tests.support.submitting import body_of, make_snapshot, make_target, submit

API = "/api/v1/workspaces/lab"


@pytest.fixture(autouse=True)
def target(workspace: Any, owner: Any) -> None:
    make_target(workspace, owner)


def draft_of(api: Any, graph: dict[str, Any], **more: Any) -> str:
    body = {"name": "Iris", "graph": graph, "default_compute": "cpu", **more}
    answer = api.post(f"{API}/drafts", body)
    assert answer.status_code == 201, answer.json()
    return f"{API}/drafts/{answer.json()['id']}"


def test_a_draft_is_a_program_and_a_file(api: Any) -> None:
    path = draft_of(api, classification(), name='Iris "\r\nSet-Cookie: a=b; 🌾', description="d")
    answer = api.get(f"{path}/program")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/x-python; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    text = answer.content.decode()
    ast.parse(text)
    assert 'Module.get(workspace, name="Split Data")' in text
    assert text.count("ModuleStep(") == 6
    download = api.get(f"{path}/program?download=1")
    assert download["Content-Disposition"].startswith(
        'attachment; filename="iris_set_cookie_a_b.py"'
    )
    wrong = api.get(f"{path}/program?format=pdf")
    assert (wrong.status_code, wrong.json()["problems"][0]["field"]) == (422, "format")


def test_the_zip_has_the_scripts_as_they_were(api: Any, workspace: Any, owner: Any) -> None:
    snapshot = make_snapshot(workspace, owner, {"main.py": "print(1)\n", "deep/a b.txt": "x"})
    graph = {"version": 1, "nodes": [node_json("a", snapshot=snapshot)]}
    answer = api.get(f"{draft_of(api, graph)}/program?format=zip")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="iris.zip"')
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert sorted(archive.namelist()) == [
            "config.json",
            "pipeline.py",
            "source/deep/a b.txt",
            "source/main.py",
        ]
        assert archive.read("source/main.py") == b"print(1)\n"
        assert 'source_directory="source"' in archive.read("pipeline.py").decode()
        config = json.loads(archive.read("config.json"))
        assert config["workspace_name"] == "lab"
        assert "token" not in config


def test_a_run_is_a_program(api: Any, workspace: Any, owner: Any, actor: Any) -> None:
    snapshot = make_snapshot(workspace, owner, {"main.py": "print(1)\n"})
    run = submit(workspace, actor, body_of("a -> b", snapshot))
    text = api.get(f"{API}/runs/{run.uid}/program").content.decode()
    assert f"Run {run.number} of experiment" in text
    assert "PythonScriptStep(" in text


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"module": "split-data"}, "module can't be read"),
        ({"module": ["split-data"]}, "module can't be read"),
        ({"settings": 5}, "settings can't be read"),
        ({"inputs": {"dataset": 1}}, "inputs can't be read"),
        ({"inputs": ["dataset", wire("dataset", "data", "results")]}, "inputs[0] can't be read"),
        ({"inputs": [{"name": {"a": 1}, "source": {"node": "data"}}]}, "inputs[0] can't be read"),
        ({"inputs": [{"source": {"node": "data", "output": "results"}}]}, "inputs[0] can't"),
        ({"outputs": [1]}, "outputs[0] can't be read"),
        ({"after": [{}]}, "after can't be read"),
    ],
)
def test_what_has_no_form_in_a_card_is_left_out_and_told(
    api: Any, broken: dict[str, Any], said: str
) -> None:
    graph = classification()
    graph["nodes"][1] |= broken
    answer = api.get(f"{draft_of(api, graph)}/program")
    if answer.status_code == 422:  # or refused, with its node
        assert answer.json()["problems"][0]["node"] == "split"
        return
    assert answer.status_code == 200
    text = answer.content.decode()
    ast.parse(text)
    assert said in text


def test_what_a_draft_lacks_stands_at_the_top_and_what_is_no_graph_is_refused(api: Any) -> None:
    gone = {**node("g", "x"), "module": {"id": "no", "name": 'Clean "Up"\nimport os'}}
    after = node("s", "split-data", [wire("dataset", "g", "results")], fraction=2)
    text = api.get(f"{draft_of(api, {'version': 1, 'nodes': [gone, after]})}/program").content
    head = text.decode().split("\nfrom azureml")[0]
    assert "is not in this workspace" in head
    assert "# - Split Data: " in head
    ast.parse(text)

    circle = [
        node("a", "clip-values", [wire("dataset", "b", "results")]),
        node("b", "clip-values", [wire("dataset", "a", "results")]),
    ]
    for nodes, code in ((circle, "cycle"), ([], "empty")):
        answer = api.get(f"{draft_of(api, {'version': 1, 'nodes': nodes})}/program")
        assert answer.status_code == 422
        assert code in {one["code"] for one in answer.json()["problems"]}
