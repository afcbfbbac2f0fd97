"""Registered and curated environments against a running studio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azureml.core import Environment, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.exceptions import UserErrorException


@pytest.fixture
def ws(studio: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Workspace]:
    monkeypatch.setenv("FOREBAY_TOKEN", studio.token)
    monkeypatch.chdir(tmp_path)
    studio.write_config(tmp_path)
    yield Workspace.from_config()


def test_an_environment_comes_back_as_it_was_registered(ws: Workspace) -> None:
    mine = Environment("sdk-mine")
    mine.python.conda_dependencies = CondaDependencies.create(
        pip_packages=["tqdm==4.66.1"], conda_packages=["numpy=1.23"], python_version="3.11"
    )
    mine.python.conda_dependencies.add_channel("conda-forge")
    mine.environment_variables = {"A": "1"}
    mine.docker.base_image = "ubuntu"
    first = mine.register(ws)
    assert (first.name, first.version, mine.version) == ("sdk-mine", "1", None)
    assert mine.register(workspace=ws).version == "1"
    mine.python.conda_dependencies.add_pip_package("joblib")
    assert mine.register(ws).version == "2"

    newest = Environment.get(ws, "sdk-mine")
    assert newest.version == "2" and newest.docker.base_image == "ubuntu"
    assert newest._to_wire() == {**mine._to_wire(), "version": "2"}  # type: ignore[dict-item]
    older = Environment.get(workspace=ws, name="sdk-mine", version="1")
    assert list(older.python.conda_dependencies.pip_packages) == ["tqdm==4.66.1"]
    assert Environment.list(ws)["sdk-mine"].version == "2"
    assert ws.environments["sdk-mine"].environment_variables == {"A": "1"}
    copy = newest.clone("sdk-copy")
    assert copy.register(ws).version == "1"


def test_what_needs_no_packages_stays_so(ws: Workspace) -> None:
    plain = Environment("sdk-plain").register(ws)
    assert plain._to_wire() is None
    assert Environment.get(ws, "sdk-plain")._to_wire() is None
    managed = Environment("sdk-managed")
    managed.python.user_managed_dependencies = True
    managed.register(ws)
    assert Environment.get(ws, "sdk-managed").python.user_managed_dependencies is True


def test_a_curated_name_is_enough(ws: Workspace) -> None:
    made = Environment.get(ws, "AzureML-Minimal")
    assert made._to_wire()["name"] == "AzureML-Minimal"  # type: ignore[index]
    assert made.clone("mine")._to_wire() is None
    assert Environment.get(ws, "AzureML-Minimal", "3").version == "3"


def test_wrong_names_and_contents_are_sentences(ws: Workspace) -> None:
    with pytest.raises(UserErrorException, match="no environment 'nix'; there are:"):
        Environment.get(ws, "nix")
    Environment("sdk-one").register(ws)
    with pytest.raises(UserErrorException, match="no version '7'; there are: 1"):
        Environment.get(ws, "sdk-one", version="7")
    with pytest.raises(UserErrorException, match="kept for curated"):
        Environment("AzureML-mine").register(ws)
    with pytest.raises(UserErrorException, match="begins with a letter"):
        Environment("my env").register(ws)
    with pytest.raises(UserErrorException, match="needs a name"):
        Environment(None).register(ws)
    bad = Environment("sdk-bad")
    bad.python.conda_dependencies.add_pip_package("--pre")
    with pytest.raises(UserErrorException, match="'--pre' is an option of pip"):
        bad.register(ws)


def test_an_environment_of_what_conda_has_installed(tmp_path: Path, monkeypatch: Any):
    """`conda` is a script here: what is asked of it, and what it answers, is its real form."""
    program = tmp_path / "conda"
    program.write_text(
        """#!/bin/sh
[ "$*" = "env export --no-builds --name research" ] || { echo "$* is not there" >&2; exit 1; }
cat <<'YAML'
name: research
channels:
  - defaults
dependencies:
  - python=3.11.5
  - numpy=1.26.4
  - pip:
      - tqdm==4.66.1
prefix: /opt/conda/envs/research
YAML
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    made = Environment.from_existing_conda_environment("mine", "research")
    packages = made.python.conda_dependencies
    assert made.name == "mine"
    assert "numpy=1.26.4" in list(packages.conda_packages)
    assert list(packages.pip_packages) == ["tqdm==4.66.1"]
    with pytest.raises(UserErrorException, match=r"'other': .*other is not there"):
        Environment.from_existing_conda_environment("mine", "other")
    program.unlink()
    with pytest.raises(UserErrorException, match="not on this machine's PATH"):
        Environment.from_existing_conda_environment("mine", "research")
