"""Workspace, datastores, datasets, compute targets and snapshots against a running studio."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.errors import Invalid, Unauthenticated
from azureml._forebay.snapshots import create_snapshot
from azureml.core import Dataset, Datastore, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.data.azure_storage_datastore import AzureBlobDatastore, AzureFileDatastore
from azureml.exceptions import (
    ComputeTargetException,
    ProjectSystemException,
    UserErrorException,
)

ROWS = 'a,b\n1,x\n2,"y, z"\n'


@pytest.fixture
def ws(studio: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Workspace]:
    monkeypatch.setenv("FOREBAY_TOKEN", studio.token)
    monkeypatch.chdir(tmp_path)
    studio.write_config(tmp_path)
    yield Workspace.from_config()


def test_config_names_a_workspace(ws: Workspace, studio: Any) -> None:
    details = ws.get_details()
    assert details["name"] == ws.name == studio.workspace
    assert ws.subscription_id
    assert ws.location
    ws.write_config("elsewhere")
    assert Workspace.from_config("elsewhere").get_details() == details
    assert Workspace("", "", ws.name, _server=studio.url).name == ws.name


def test_a_wrong_name_or_token_is_a_sentence(
    ws: Workspace, studio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProjectSystemException, match=f"Those you may open: .*{ws.name}"):
        Workspace("", "", "nix", _server=studio.url)
    monkeypatch.setenv("FOREBAY_TOKEN", "fby_wrong")
    with pytest.raises(Unauthenticated, match="forebay login"):
        Workspace.from_config()


def test_datastores(ws: Workspace) -> None:
    assert ws.get_default_datastore().name == "workspaceblobstore"
    assert type(Datastore(ws)) is AzureBlobDatastore
    assert type(Datastore(ws, "workspacefilestore")) is AzureFileDatastore
    assert isinstance(Datastore.get(ws, "workspaceblobstore"), Datastore)
    assert set(ws.datastores) >= {"workspaceblobstore", "workspacefilestore"}
    with pytest.raises(UserErrorException, match="There are: workspaceblobstore"):
        Datastore(ws, "nix")


def test_upload_and_download(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a b.txt").write_text("1")
    (folder / "deep" / "🚀.txt").write_text("2")
    store = ws.get_default_datastore()
    assert store.upload(str(folder), "up/load").path_on_datastore == "up/load"
    assert "Uploaded 2 files" in capsys.readouterr().out
    (folder / "a b.txt").write_text("changed")
    store.upload_files([str(folder / "a b.txt")], target_path="up/load")
    assert "not uploaded (overwrite=False)" in capsys.readouterr().out
    assert store.download(str(tmp_path / "out"), prefix="up", show_progress=False) == 2
    assert (tmp_path / "out" / "up" / "load" / "a b.txt").read_text() == "1"
    assert (tmp_path / "out" / "up" / "load" / "deep" / "🚀.txt").read_text() == "2"
    store.upload_files(
        [str(folder / "a b.txt"), str(folder / "deep" / "🚀.txt")],
        relative_root=str(folder),
        target_path="/up/load/",
        overwrite=True,
        show_progress=False,
    )
    store.download(str(tmp_path / "out"), "up/load/a b.txt", overwrite=True, show_progress=False)
    assert (tmp_path / "out" / "up" / "load" / "a b.txt").read_text() == "changed"
    assert capsys.readouterr().out == ""
    with pytest.raises(UserErrorException, match="do not exist"):
        store.upload_files(["nix.csv"])
    with pytest.raises(UserErrorException, match="leads out"):
        store.upload_files([str(folder / "a b.txt")], target_path="../x")


def test_tabular_datasets_and_their_versions(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(ROWS)
    store = ws.get_default_datastore()
    store.upload_files([str(tmp_path / "t.csv")], target_path="tables", show_progress=False)
    data = Dataset.Tabular.from_delimited_files((store, "tables/t.csv"))
    first = data.register(ws, "letters", description="two", tags={"k": "v"})
    assert (first.version, first.description, first.tags) == (1, "two", {"k": "v"})
    assert data.register(ws, "letters").version == 1
    other = Dataset.Tabular.from_delimited_files([(store, "tables/*.csv")], header=False)
    with pytest.raises(UserErrorException, match="create_new_version=True"):
        other.register(ws, "letters")
    assert other.register(ws, "letters", create_new_version=True).version == 2
    assert Dataset.get_by_name(ws, "letters").version == ws.datasets["letters"].version == 2
    assert Dataset.get_by_name(ws, "letters", version=1).id == first.id
    assert Dataset.get_by_id(ws, first.id).name == "letters"
    with pytest.raises(UserErrorException, match="no dataset 'nix'"):
        Dataset.get_by_name(ws, "nix")
    with pytest.raises(Invalid, match=r"nix\.csv"):
        Dataset.Tabular.from_delimited_files((store, "nix.csv"))
    later = Dataset.Tabular.from_delimited_files((store, "later.csv"), validate=False)
    assert later.name is None
    content = ws._transport.get_bytes(first._place("rows")[1]).content
    assert json.loads(content.splitlines()[0])["columns"] == [
        {"name": "a", "type": "integer"},
        {"name": "b", "type": "string"},
    ]


def test_file_datasets(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(ROWS)
    store = ws.get_default_datastore()
    store.upload_files([str(tmp_path / "t.csv")], target_path="files/x", show_progress=False)
    data = Dataset.File.from_files(store.path("files"))
    assert data.to_path() == ["/x/t.csv"]
    assert [Path(path).read_text() for path in data.download(str(tmp_path / "got"))] == [ROWS]
    with pytest.raises(UserErrorException, match="overwrite=True"):
        data.download(str(tmp_path / "got"))
    with data.mount() as context:
        assert (Path(context.mount_point) / "x" / "t.csv").read_text() == ROWS
    assert not Path(context.mount_point).exists()
    assert data.as_named_input("raw").as_mount().mode == "mount"


def test_a_compute_target_is_made_found_changed_and_deleted(
    ws: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ComputeTargetException, match="no compute target 'aml-compute'"):
        ComputeTarget(workspace=ws, name="aml-compute")
    sizes = AmlCompute.provisioning_configuration(vm_size="STANDARD_NC6", max_nodes=4)
    made = ComputeTarget.create(ws, "aml-compute", sizes)
    made.wait_for_completion(show_output=True, min_node_count=None, timeout_in_minutes=1)
    assert "Succeeded" in capsys.readouterr().out
    found = ws.compute_targets["aml-compute"]
    assert type(found) is AmlCompute
    assert found.get_status().serialize()["scaleSettings"]["maxNodeCount"] == 4
    assert found.vm_size == "STANDARD_NC6"
    found.update(max_nodes=2)
    assert AmlCompute(ws, "aml-compute").scale_settings.maximum_node_count == 2
    again = ComputeTarget.create(ws, "aml-compute", sizes)
    assert again.scale_settings.maximum_node_count == 4
    with pytest.raises(ComputeTargetException, match="'a b'"):
        ComputeTarget.create(ws, "a b", sizes)
    found.delete()
    found.wait_for_completion(is_delete_operation=True, timeout_in_minutes=1)
    assert "aml-compute" not in ws.compute_targets


def test_a_snapshot_is_the_same_for_the_same_content(ws: Workspace, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "lib").mkdir(parents=True)
    (source / "train.py").write_text("print(1)")
    (source / "lib" / "עברית 🚀.txt").write_text("x" * 100)
    first = create_snapshot(ws, source)
    assert create_snapshot(ws, source, again=True) == first
    listed = ws._transport.get_json(ws._path("snapshots", first))
    assert [file["path"] for file in listed["files"]] == ["lib/עברית 🚀.txt", "train.py"]
    (source / "train.py").write_text("print(2)")
    assert create_snapshot(ws, source) != first


def test_the_command_works_as_a_process(studio: Any, ws: Workspace, tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "azureml._forebay.cli.main", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**studio.environment, "XDG_CONFIG_HOME": str(tmp_path / "home")},
            check=False,
        )

    listed = run("run", "list", "--experiment", "nix")
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "No runs.\n", "")
    signed_in = run("login", "--server", studio.url, "--token", studio.token)
    assert signed_in.returncode == 0, signed_in.stderr
    refused = run("run", "cancel", "nix/1")
    assert refused.returncode == 1
    assert refused.stderr.startswith("forebay: ")
