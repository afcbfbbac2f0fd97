"""Drafts exported, run as programs in processes of their own, and cloned back, in a real studio."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipelines.domain.program.canon import canonical_node, differences
from tests.drafts.test_story import send
from tests.support.drafts import node, wire
from tests.support.studio import RunningStudio

GRAPHS = sorted((Path(__file__).parent.parent / "graphs").glob("*.json"))
SCRIPT = """\
import os

for name, path in os.environ.items():
    if name.startswith("AZUREML_DATAREFERENCE_") and not os.path.exists(path):
        with open(path, "w") as file:  # an output
            file.write("made")
"""
CODE = '''\
import pandas as pd


def azureml_main(dataframe1=None, dataframe2=None):
    """Gets 'the' table; "quotes", a backslash \\\\ and 🌾."""
    dataframe1["note"] = "it's\\t\\"good\\"\\n" + r"\\d{2}"
    return (dataframe1,)\x20
'''


@pytest.fixture(scope="module")
def computes(studio: RunningStudio) -> None:
    for name in ("cpu", "cpu-cluster"):
        status, answer = send(studio, "POST", "/computes", {"name": name, "max_nodes": 2})
        assert status in (201, 409), answer


@pytest.fixture(scope="module")
def table(studio: RunningStudio) -> str:
    """The id of version 1 of the dataset `passengers`."""
    studio.put("/datastores/workspaceblobstore/files/raw/2020/a.csv", b"x,y,kind\n1,2,a\n3,4,b\n")
    paths = [{"datastore": "workspaceblobstore", "path": "raw/2020/a.csv"}]
    body = {"kind": "tabular", "definition": {"paths": paths}}
    status, made = send(studio, "POST", "/datasets", body)
    assert status == 201, made
    path = f"/datasets/{made['id']}/register"
    status, registered = send(studio, "POST", path, {"name": "passengers"})
    assert status in (200, 201), registered
    return str(registered["id"])


def upload(studio: RunningStudio, files: dict[str, str]) -> str:
    """A snapshot with these texts; its id."""
    blobs = {hashlib.sha256(text.encode()).hexdigest(): text.encode() for text in files.values()}
    frames = b"".join(b"%s %d\n%s" % (sha.encode(), len(one), one) for sha, one in blobs.items())
    request = urllib.request.Request(
        f"{studio.url}/api/v1/workspaces/{studio.workspace}/blobs",
        frames,
        {
            "Authorization": f"Bearer {studio.token}",
            "Content-Type": "application/x-forebay-blobs",
        },
    )
    with urllib.request.urlopen(request, timeout=60):
        pass
    listing = [
        {
            "path": path,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "size": len(text.encode()),
            "executable": path.endswith(".sh"),
        }
        for path, text in files.items()
    ]
    status, made = send(studio, "POST", "/snapshots", {"files": listing})
    assert status == 201, made
    return str(made["id"])


def run_program(studio: RunningStudio, path: str, folder: Path) -> dict[str, Any]:
    """Download a program with its folders, run it as a user does; its run, ended."""
    archive = zipfile.ZipFile(io.BytesIO(studio.read(f"{path}/program?format=zip")))
    for entry in archive.infolist():
        written = archive.extract(entry, folder)
        if entry.external_attr >> 16 & 0o100:
            os.chmod(written, 0o755)
    done = subprocess.run(
        [sys.executable, "pipeline.py"],
        cwd=folder,
        env=studio.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"Submitted PipelineRun (\S+)", done.stdout)
    assert found, done.stdout
    return dict(studio.wait_for_run(found.group(1)))


def finished(studio: RunningStudio, draft: dict[str, Any]) -> dict[str, Any]:
    """The run of a draft, completed."""
    status, run = send(studio, "POST", f"/drafts/{draft['id']}/submit", {"experiment": "programs"})
    assert status == 201, run
    run = studio.wait_for_run(run["id"], 400)
    logs = {step["name"]: studio.step_log(step["id"])[-600:] for step in run["steps"]}
    assert run["status"] == "Completed", logs
    return dict(run)


def drawn_again(studio: RunningStudio, run: dict[str, Any]) -> dict[str, Any]:
    """A run cloned to a draft, in the form in which equal meanings are equal."""
    status, draft = send(studio, "POST", "/drafts", {"from_run": run["id"]})
    assert status == 201, draft
    graph = draft["graph"]
    data = frozenset(
        one["name"] for one in graph["parameters"] if one["type"] in ("datapath", "dataset")
    )
    beside = ("id", "ui", "module", "settings")
    nodes = {
        one["id"]: {
            **canonical_node({**one, "compute": one["compute"] or draft["default_compute"]}, data),
            **{name: one.get(name) for name in beside},
        }
        for one in graph["nodes"]
    }
    kept = ("description", "parameters", "tags")
    return {
        "nodes": nodes,
        "ui": graph.get("ui"),
        "declared": graph["parameters"],
        **{name: draft[name] for name in kept},
    }


def comes_back(studio: RunningStudio, body: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A draft run, exported, run as a program: all reused, and both runs are one draft."""
    status, draft = send(studio, "POST", "/drafts", body)
    assert status == 201, draft
    first = finished(studio, draft)
    second = run_program(studio, f"/drafts/{draft['id']}", folder / "of-draft")
    assert second["status"] == "Completed"
    assert [step["name"] for step in second["steps"] if not step["reused"]] == []
    again = drawn_again(studio, second)
    assert list(differences(drawn_again(studio, first), again)) == []
    third = run_program(studio, f"/runs/{second['id']}", folder / "of-run")
    assert all(step["reused"] for step in third["steps"])
    assert list(differences(again, drawn_again(studio, third))) == []
    return again


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_a_graph_of_scripts(
    studio: RunningStudio, computes: None, table: str, path: Path, tmp_path: Path
) -> None:
    scripts = ("main.py", "train.py", "extract.py", "compare.py", "tool.sh")
    snapshot = upload(studio, dict.fromkeys(scripts, SCRIPT))
    text = path.read_text("utf-8").replace('"snap"', f'"{snapshot}"')
    for name in ("data-1", "titanic-1"):
        text = text.replace(name, table)
    graph = json.loads(text)
    for place, one in enumerate(graph["nodes"]):
        one["ui"], one["comment"] = {"x": place * 40, "y": 7}, 'say "why"\nhere'
    graph["ui"] = {"notes": [{"id": "n", "text": '"""\nimport os'}], "groups": []}
    body = {"name": path.stem, "graph": graph, "default_compute": "cpu", "tags": {"a": "it's"}}
    again = comes_back(studio, body, tmp_path)
    assert again["ui"] == graph["ui"]
    assert again["nodes"].keys() == {one["id"] for one in graph["nodes"]}
    for one in graph["nodes"]:
        assert again["nodes"][one["id"]]["ui"] == one["ui"]
        assert again["nodes"][one["id"]]["comment"] == one["comment"]


@pytest.mark.needs("packages")
def test_a_drawing_of_modules(
    studio: RunningStudio, computes: None, table: str, tmp_path: Path
) -> None:
    store = "workspaceblobstore"
    rows = "\n".join(f"{i},{i % 7},{'a' if i > 20 else 'b'}" for i in range(40))
    nodes = [
        node("typed", "enter-data-manually", data=f"x,y,kind\n{rows}\n"),
        node("import", "import-data", source={"datastore": store, "path": "raw/2020/a.csv"}),
        node(
            "rows",
            "add-rows",
            [
                wire("dataset1", "typed", "results"),
                {"name": "dataset2", "source": {"parameter": "passengers"}},
            ],
        ),
        node(
            "more",
            "add-rows",
            [wire("dataset1", "rows", "results"), wire("dataset2", "import", "results")],
        ),
        node("code", "execute-python-script", [wire("dataset1", "more", "results")], script=CODE),
        node(
            "columns",
            "select-columns",
            [wire("dataset", "code", "results1")],
            columns={"all": True, "except": ["note", 'it\'s "gone"']},
        ),
        node(
            "split",
            "split-data",
            [wire("dataset", "columns", "results")],
            fraction={"parameter": "share"},
            seed=3,
        ),
        node("learner", "two-class-logistic-regression", C=10),
        node(
            "train",
            "train-model",
            [wire("learner", "learner", "learner"), wire("dataset", "split", "results1")],
            label="kind",
        ),
        node(
            "score",
            "score-model",
            [wire("model", "train", "model"), wire("dataset", "split", "results2")],
        ),
        node(
            "export",
            "export-data",
            [wire("dataset", "score", "scored")],
            path={"datastore": store, "path": "programs/out"},
            name="scored",
        ),
    ]
    nodes[6] |= {"name": "Split: 70 %", "comment": "as in the paper", "ui": {"x": 3, "y": 4}}
    graph = {
        "version": 1,
        "parameters": [
            {"name": "share", "type": "float", "default": 0.5},
            {"name": "unused", "type": "string", "default": "\\N{BULLET}"},
            {"name": "passengers", "type": "dataset", "default": {"dataset": table}},
        ],
        "nodes": nodes,
        "ui": {"notes": [], "groups": [{"id": "g", "nodes": ["split", "train"]}]},
    }
    body = {
        "name": "Kinds",
        "graph": graph,
        "default_compute": "cpu",
        "parameters": {"share": 0.6},
        "description": 'What it is\nand "why"',
    }
    again = comes_back(studio, body, tmp_path)
    assert again["nodes"]["split"]["name"] == "Split: 70 %"
    assert again["nodes"]["split"]["comment"] == "as in the paper"
    assert again["nodes"]["code"]["settings"] == {"script": CODE}
    for one in nodes:
        assert again["nodes"][one["id"]]["settings"] == one["settings"]
        assert again["nodes"][one["id"]]["module"]["key"] == one["module"]["key"]
        assert again["nodes"][one["id"]]["ui"] == one["ui"]
    assert again["parameters"]["share"] == 0.6
    assert again["ui"] == graph["ui"]
