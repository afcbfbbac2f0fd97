"""Outputs that are moved beside their datastore at the end: again after a cut, across disks."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from pipelines.runner.staging.finalize import finalize
from pipelines.runner.staging.places import take_local_output
from pipelines.runner.staging.prepare import prepare


def spec_of(folder: Path, *, is_directory: bool) -> Any:
    return {
        "blobs": str(folder / "blobs"),
        "files": [],
        "inputs": [],
        "outputs": [
            {
                "name": "out",
                "aside": str(folder / "store" / "aside"),
                "published": str(folder / "store" / "done"),
                "is_directory": is_directory,
                "local": str(folder / "attempt" / "upload" / "out"),
            }
        ],
    }


def write_output(folder: Path, *, is_directory: bool) -> Any:
    spec = spec_of(folder, is_directory=is_directory)
    (folder / "attempt").mkdir()
    prepare(folder / "attempt", spec)
    place = Path(spec["outputs"][0]["local"])
    assert place.exists() is is_directory
    (place / "a.txt" if is_directory else place).write_text("made")
    return spec


@pytest.mark.parametrize("is_directory", [True, False])
@pytest.mark.parametrize("cut", ["before", "moved", "published"])
def test_finalizing_that_was_cut_short_is_done_again(
    tmp_path: Path, is_directory: bool, cut: str
) -> None:
    spec = write_output(tmp_path, is_directory=is_directory)
    if cut == "moved":
        take_local_output(tmp_path / "attempt", spec["outputs"][0])
    if cut == "published":
        finalize(tmp_path / "attempt", spec, keep_outputs=True)
    result = finalize(tmp_path / "attempt", spec, keep_outputs=True)
    assert (result["error"], result["missing"]) == (None, [])
    assert [one["size"] for one in result["outputs"]] == [4]
    done = tmp_path / "store" / "done" / "out"
    assert (done / "a.txt" if is_directory else done).read_text() == "made"


@pytest.mark.parametrize("is_directory", [True, False])
def test_to_another_file_system_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_directory: bool
) -> None:
    spec = write_output(tmp_path, is_directory=is_directory)
    rename = os.rename

    def refuse(source: Any, target: Any) -> None:
        # What the kernel answers between two mounts; a second mount needs rights of its own.
        if Path(source).parent.name == "upload":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    result = finalize(tmp_path / "attempt", spec, keep_outputs=True)
    assert (result["error"], result["missing"]) == (None, [])
    done = tmp_path / "store" / "done" / "out"
    assert (done / "a.txt" if is_directory else done).read_text() == "made"
    assert os.listdir(tmp_path / "store") == ["done"]
    assert os.listdir(tmp_path / "attempt" / "upload") == []
