"""The sweep against those who need a blob in the same moment."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pipelines.runner.staging.finalize import _keep_blob
from workspaces.storage import BlobStore

DAY = 24 * 3600.0


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def put_old(store: BlobStore, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    place = store.path_of(sha256)
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    os.utime(place, (0, 0))
    return sha256


def test_an_artifact_s_blob_that_was_there_counts_as_just_put(
    store: BlobStore, tmp_path: Path
) -> None:
    sha256 = put_old(store, b"model")
    (tmp_path / "model.bin").write_bytes(b"model")
    assert _keep_blob(str(tmp_path / "model.bin"), store.folder) == (sha256, 5)
    assert store.age(sha256) < 60
    assert not store.delete_older(sha256, than=DAY)
    assert store.has(sha256)
    assert list((store.folder / "incoming").iterdir()) == []


def test_a_blob_touched_after_the_sweep_looked_at_it_stays(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = put_old(store, b"model")
    (tmp_path / "model.bin").write_bytes(b"model")
    real = Path.rename

    def late(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", real)
        _keep_blob(str(tmp_path / "model.bin"), store.folder)
        return real(self, target)

    monkeypatch.setattr(Path, "rename", late)
    assert not store.delete_older(sha256, than=DAY)
    assert store.path_of(sha256).read_bytes() == b"model"


def test_a_blob_taken_while_an_artifact_is_kept_is_put_again(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = put_old(store, b"model")
    (tmp_path / "model.bin").write_bytes(b"model")
    real = os.utime

    def late(path: Path) -> None:
        monkeypatch.setattr(os, "utime", real)
        assert store.delete_older(sha256, than=DAY)
        real(path)

    monkeypatch.setattr(os, "utime", late)
    _keep_blob(str(tmp_path / "model.bin"), store.folder)
    assert store.path_of(sha256).read_bytes() == b"model"
