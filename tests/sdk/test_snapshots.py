"""What a source directory becomes: which files travel, which are refused, and how often."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay import snapshots, source_tree
from azureml._forebay.git import git_properties, strip_user_info
from azureml._forebay.snapshots import create_snapshot, forget_snapshots
from azureml._forebay.source_tree import collect_files
from azureml._forebay.transport import Transport
from azureml.core import Workspace
from azureml.exceptions import SnapshotException, UserErrorException

from tests.sdk.stub_server import Reply, Seen, StubServer


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def make(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    return root


def paths_of(root: Path) -> list[str]:
    return [file.path for file in collect_files(root)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def test_the_whole_folder_travels_but_never_version_control_and_caches(source: Path) -> None:
    make(source, "train.py", "lib/a.py", ".env", ".git/config", "lib/__pycache__/a.pyc")
    make(source, ".ipynb_checkpoints/x.ipynb")
    assert paths_of(source) == [".env", "lib/a.py", "train.py"]


def test_gitignore_excludes_and_amlignore_takes_its_place(source: Path) -> None:
    make(source, "a.py", "data/big.csv", "data/keep.csv", "x.log", "sub/y.log")
    (source / ".gitignore").write_text("*.log\ndata/*\n!data/keep.csv\n# a comment\n")
    assert paths_of(source) == [".gitignore", "a.py", "data/keep.csv"]
    (source / ".amlignore").write_text("/data/\n")
    assert paths_of(source) == [".amlignore", ".gitignore", "a.py", "sub/y.log", "x.log"]


def test_a_link_inside_the_folder_is_followed(source: Path) -> None:
    make(source, "lib/a.py")
    (source / "again").symlink_to("lib")
    (source / "b.py").symlink_to("lib/a.py")
    assert paths_of(source) == ["again/a.py", "b.py", "lib/a.py"]


def test_a_link_out_of_the_folder_is_refused_by_name(source: Path, tmp_path: Path) -> None:
    make(tmp_path, "secret.txt", "source2/x")
    make(source, "a.py")
    (source / "leak").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(SnapshotException, match="leak is a link that leads out"):
        collect_files(source)
    (source / "leak").unlink()
    (source / "leak").symlink_to(tmp_path / "source2")  # the same beginning, another folder
    with pytest.raises(SnapshotException, match="leak is a link that leads out"):
        collect_files(source)
    (source / ".amlignore").write_text("leak\n")
    assert paths_of(source) == [".amlignore", "a.py"]


def test_links_in_circles_and_to_nothing_are_refused(source: Path) -> None:
    make(source, "lib/a.py")
    (source / "lib" / "up").symlink_to("..")
    with pytest.raises(SnapshotException, match="contains it"):
        collect_files(source)
    (source / "lib" / "up").unlink()
    (source / "gone").symlink_to("nowhere")
    with pytest.raises(SnapshotException, match="link to nothing"):
        collect_files(source)


def test_too_large_names_the_biggest_folders(source: Path) -> None:
    make(source, "a.py", "data/x.bin")
    with (source / "data" / "x.bin").open("wb") as file:
        file.truncate(400_000_000)
    with pytest.raises(SnapshotException, match=r"300.0 MB. Biggest: data/ \(400.0 MB\)"):
        collect_files(source)


def test_a_file_or_nothing_as_source_directory_is_a_sentence(source: Path) -> None:
    make(source, "a.py")
    with pytest.raises(UserErrorException, match="is a file"):
        collect_files(source / "a.py")
    with pytest.raises(UserErrorException, match="does not exist"):
        collect_files(source / "nix")


def test_odd_names_travel(source: Path) -> None:
    names = ["emoji 🚀.py", "עברית.txt", "x" * 200]
    make(source, *names)
    assert sorted(paths_of(source)) == sorted(names)
    make(source, "back\\slash")
    with pytest.raises(SnapshotException, match="backslash"):
        collect_files(source)


class Store:
    """The snapshot routes of a server, in memory."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.calls: list[str] = []
        self.forgetful = False

    def __call__(self, seen: Seen) -> Any:
        route = seen.path.rpartition("/workspaces/lab")[2]
        self.calls.append(route)
        if route == "/snapshots/missing":
            return {"missing": [h for h in seen.json()["hashes"] if h not in self.blobs]}
        if route == "/blobs":
            assert seen.headers["content-type"] == "application/x-forebay-blobs"
            return {"stored": self.read_frames(seen.body)}
        if self.forgetful:
            self.forgetful = False
            hashes = [file["sha256"] for file in seen.json()["files"]]
            return Reply(409, {"detail": "Blobs are missing.", "missing": hashes})
        return {"id": hashlib.sha256(seen.body).hexdigest()[:8]}

    def read_frames(self, body: bytes) -> int:
        count = 0
        while body:
            head, _, body = body.partition(b"\n")
            name, size = head.decode().split(" ")
            content, body = body[: int(size)], body[int(size) :]
            assert hashlib.sha256(content).hexdigest() == name
            self.blobs[name] = content
            count += 1
        return count


@pytest.fixture
def store() -> Any:
    forget_snapshots()
    return Store()


def open_lab(stub: StubServer) -> Workspace:
    transport = Transport(stub.url, "fby_token_of_the_user")
    return Workspace("s", "r", "lab", _disable_service_check=True, _transport=transport)


def test_only_missing_content_travels_and_steps_share_one_upload(
    source: Path, store: Store
) -> None:
    write(source, a="same", b="same", c="other")
    with StubServer(store) as stub:
        lab = open_lab(stub)
        first = create_snapshot(lab, source)
        assert sorted(store.blobs.values()) == [b"other", b"same"]
        assert store.calls == ["/snapshots/missing", "/blobs", "/snapshots"]
        assert create_snapshot(lab, source) == first
        assert len(store.calls) == 3
        (source / "c").write_text("changed")
        assert create_snapshot(lab, source) != first
        assert [len(stub.seen[i].json()["hashes"]) for i in (0, 3)] == [2, 2]
        assert store.calls[3:] == ["/snapshots/missing", "/blobs", "/snapshots"]
        assert len(stub.seen[4].body) == 64 + len(" 7\n") + 7


def test_batches_stay_below_their_limit(
    source: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "BATCH_BYTES", 1000)
    for number in range(5):
        (source / f"{number}").write_bytes(bytes([number]) * 450)
    (source / "large").write_bytes(os.urandom(200_000))
    with StubServer(store) as stub:
        create_snapshot(open_lab(stub), source)
    assert store.calls.count("/blobs") == 4
    assert len(store.blobs) == 6


def test_blobs_dropped_in_between_are_sent_again(source: Path, store: Store) -> None:
    write(source, a="1")
    store.forgetful = True
    with StubServer(store) as stub:
        assert create_snapshot(open_lab(stub), source)
    assert store.calls == ["/snapshots/missing", "/blobs", "/snapshots", "/blobs", "/snapshots"]


def test_a_token_in_a_file_is_refused(source: Path, store: Store) -> None:
    write(source, settings="token = fby_token_of_the_user")
    with StubServer(store) as stub, pytest.raises(SnapshotException, match="settings contains"):
        create_snapshot(open_lab(stub), source)
    assert store.calls == []


def test_a_file_changed_within_its_time_stamp_is_hashed_again(source: Path) -> None:
    (source / "a").write_text("one")
    first = source_tree.hash_file(collect_files(source)[0])
    (source / "a").write_text("two")
    assert source_tree.hash_file(collect_files(source)[0]) != first


@pytest.mark.parametrize(
    ("remote", "stripped"),
    [
        ("https://ada:s3cret@git.test/org/repo.git", "https://git.test/org/repo.git"),
        ("https://git.test/r.git?private_token=x", "https://git.test/r.git"),
        ("git@git.test:org/repo.git", "git.test:org/repo.git"),
        ("ssh://git@git.test:22/org/repo", "ssh://git.test:22/org/repo"),
        ("/srv/repo", "/srv/repo"),
    ],
)
def test_remotes_lose_user_info(remote: str, stripped: str) -> None:
    assert strip_user_info(remote) == stripped


def test_git_facts_of_a_checkout(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(source), "-c", "user.name=a", "-c", "user.email=a@b.c", *words],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    write(source, a="1")
    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", "https://ada:pw@git.test/r.git")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert git_properties(source) == {
        "azureml.git.repository_uri": "https://git.test/r.git",
        "azureml.git.branch": "main",
        "azureml.git.commit": git("rev-parse", "HEAD"),
        "azureml.git.dirty": "False",
        "mlflow.source.git.repoURL": "https://git.test/r.git",
        "mlflow.source.git.branch": "main",
        "mlflow.source.git.commit": git("rev-parse", "HEAD"),
    }
    write(source, a="2")
    assert git_properties(source)["azureml.git.dirty"] == "True"


def test_without_git_there_are_no_facts(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(source))
    assert git_properties(source) == {}
