"""Snapshots: sent once, refused with a sentence, shared by content, swept when unused."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from workspaces.domain.errors import InvalidInput
from workspaces.domain.snapshot_files import copy_tree, parse_files
from workspaces.models import Blob, BlobPresence, Snapshot
from workspaces.services.access import Actor, create_token
from workspaces.services.snapshots import (
    blob_store,
    create_snapshot,
    materialise_snapshot,
    missing_blobs,
    store_blobs,
    sweep_unreferenced_blobs,
)
from workspaces.services.workspaces import create_workspace
from workspaces.storage import BlobStore

API = "/api/v1/workspaces/lab"
FRAMES = "application/x-forebay-blobs"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def frame(content: bytes, sha256: str = "") -> bytes:
    return f"{sha256 or digest(content)} {len(content)}\n".encode() + content


def entry(path: str, content: bytes = b"x", **more: Any) -> dict[str, Any]:
    return {"path": path, "sha256": digest(content), "size": len(content), **more}


def send(api: Any, *contents: bytes) -> Any:
    body = b"".join(frame(content) for content in contents)
    return api.generic("POST", f"{API}/blobs", body, content_type=FRAMES)


def files_on_disk() -> list[Path]:
    return [path for path in blob_store().folder.rglob("*") if path.is_file()]


def test_the_way_of_a_snapshot(api: Any, workspace: Any, tmp_path: Path) -> None:
    script, empty = "print('grüße 🌊')\n".encode(), b""
    hashes = [digest(script), digest(empty)]
    asked = api.post(f"{API}/snapshots/missing", {"hashes": hashes})
    assert asked.json() == {"missing": hashes}

    sent = send(api, script, empty)
    assert (sent.status_code, sent.json()) == (200, {"stored": 2})
    assert api.post(f"{API}/snapshots/missing", {"hashes": hashes}).json() == {"missing": []}

    files = [entry("train.py", script, executable=True), entry("pkg/__init__.py", empty)]
    made = api.post(f"{API}/snapshots", {"files": files})
    assert made.status_code == 201
    assert made.json()["file_count"] == 2
    again = api.post(f"{API}/snapshots", {"files": files[::-1]})
    assert again.json()["id"] == made.json()["id"], "equal content, equal id"

    url = f"{API}/snapshots/{made.json()['id']}"
    assert [f["path"] for f in api.get(url).json()["files"]] == ["pkg/__init__.py", "train.py"]
    got = api.get(f"{url}/files/train.py")
    assert b"".join(got.streaming_content) == script
    assert "attachment" in got["Content-Disposition"]
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert api.get(f"{url}/files/other.py").status_code == 404

    target = tmp_path / "copy"
    materialise_snapshot(Snapshot.objects.get(), target)
    materialise_snapshot(Snapshot.objects.get(), target)  # repeatable after a crash
    assert (target / "train.py").read_bytes() == script
    assert (target / "train.py").stat().st_mode & 0o777 == 0o755
    (target / "train.py").write_text("changed")
    assert blob_store().path_of(digest(script)).read_bytes() == script, "a copy, not a link"


def test_equal_content_needs_no_second_upload_but_another_workspace_does(
    api: Any, workspace: Any, owner: Any, django_user_model: Any
) -> None:
    send(api, b"secret script")
    stranger = django_user_model.objects.create_user("eve")
    other = create_workspace(name="other-lab", owner=stranger)
    assert missing_blobs(workspace=other, hashes=[digest(b"secret script")]) == [
        digest(b"secret script")
    ]
    refused = api.get("/api/v1/workspaces/other-lab/snapshots/x")
    assert refused.status_code == 404


def test_a_snapshot_of_another_workspace_is_not_found(
    api: Any, workspace: Any, owner: Any, actor: Actor
) -> None:
    other = create_workspace(name="other-lab", owner=owner)
    store_blobs(workspace=other, stream=BytesIO(frame(b"x")))
    theirs = create_snapshot(workspace=other, actor=actor, files=[entry("a.py")])
    assert api.get(f"{API}/snapshots/{theirs.uid}").status_code == 404
    assert api.get(f"{API}/snapshots/{theirs.uid}/files/a.py").status_code == 404


def test_missing_blobs_are_named(api: Any, workspace: Any) -> None:
    answer = api.post(f"{API}/snapshots", {"files": [entry("a.py", b"never sent")]})
    assert answer.status_code == 409
    assert answer.json()["code"] == "missing_blobs"
    assert answer.json()["missing"] == [digest(b"never sent")]
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../evil.py", "'..'"),
        ("a/../../evil.py", "'..'"),
        ("/etc/passwd", "absolute"),
        ("C:\\evil.py", "backslash"),
        ("a\\..\\b", "backslash"),
        ("a//b.py", "empty name"),
        ("a/", "empty name"),
        ("./a.py", "'.'"),
        ("", "empty"),
        ("x" * 1001, "longer than 1000"),
        ("ü" * 200, "255 bytes"),
        ("a\nb.py", "control character"),
        (7, "not a text"),
    ],
)
def test_a_path_that_could_escape_or_not_be_written_is_refused(
    api: Any, workspace: Any, path: Any, words: str
) -> None:
    send(api, b"x")
    answer = api.post(f"{API}/snapshots", {"files": [entry(path), entry("good.py")]})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.json()["problems"][0]["field"] == "files.0.path"
    assert not Snapshot.objects.exists()


def test_nul_in_a_path_is_refused(api: Any, workspace: Any) -> None:
    assert api.post(f"{API}/snapshots", {"files": [entry("a\0b")]}).status_code == 422


def test_every_problem_is_listed_at_once() -> None:
    wrong = [
        entry("../a"),
        {**entry("b"), "sha256": "ABC"},
        {**entry("c"), "size": -1},
        {**entry("d"), "executable": "yes"},
        "e",
        entry("f"),
        entry("f"),
        entry("f/g"),
    ]
    with pytest.raises(InvalidInput) as caught:
        parse_files(wrong)
    assert len(caught.value.problems) == 7


def test_letter_case_is_kept_and_names_may_be_in_any_script(api: Any, workspace: Any) -> None:
    send(api, b"x")
    names = ["Train.py", "train.py", "🌊/שלום.py", "a" * 200]
    made = api.post(f"{API}/snapshots", {"files": [entry(name) for name in names]})
    assert made.status_code == 201
    url = f"{API}/snapshots/{made.json()['id']}"
    assert [f["path"] for f in api.get(url).json()["files"]] == sorted(names)
    got = api.get(f"{url}/files/🌊/שלום.py")
    assert b"".join(got.streaming_content) == b"x"
    assert "filename*=UTF-8''%D7%A9" in got["Content-Disposition"]


def test_a_400_mb_snapshot_is_too_large(api: Any, workspace: Any) -> None:
    files = [{**entry(f"{n}.bin"), "size": 100 * 2**20} for n in range(4)]
    answer = api.post(f"{API}/snapshots", {"files": files})
    assert answer.status_code == 413
    assert "400 MB" in answer.json()["detail"]
    assert "300 MB" in answer.json()["detail"]
    body = f"{'0' * 64} {400 * 2**20}\n".encode()
    refused = api.generic("POST", f"{API}/blobs", body, content_type=FRAMES)
    assert refused.status_code == 413
    assert files_on_disk() == []


def test_a_declared_size_does_not_hide_a_large_file(
    api: Any, workspace: Any, monkeypatch: Any
) -> None:
    send(api, b"12345")
    answer = api.post(f"{API}/snapshots", {"files": [{**entry("a", b"12345"), "size": 1}]})
    assert answer.status_code == 422
    assert "5" in answer.json()["detail"]


def test_a_100_mb_json_is_too_large(api: Any, workspace: Any) -> None:
    body = b'{"hashes": "' + b"a" * (100 * 2**20) + b'"}'
    answer = api.generic("POST", f"{API}/snapshots/missing", body, content_type="application/json")
    assert answer.status_code == 413


def test_more_than_20_000_files_are_too_many(api: Any, workspace: Any) -> None:
    files = [entry(f"{n}.py") for n in range(20_001)]
    answer = api.post(f"{API}/snapshots", {"files": files})
    assert answer.status_code == 422
    assert "20,000" in answer.json()["detail"]


@pytest.mark.parametrize(
    "tear",
    [
        lambda body: body[:-1],
        lambda body: body + b"rubbish",
        lambda body: body + b"0" * 200,
        lambda body: body + digest(b"more").encode() + b" 4",
        lambda body: b"\n" + body,
        lambda body: body.replace(b" 1000\n", b" 999\n"),
    ],
)
def test_a_torn_body_writes_nothing(api: Any, workspace: Any, tear: Any) -> None:
    body = tear(frame(b"first") + frame(b"z" * 1000))
    answer = api.generic("POST", f"{API}/blobs", body, content_type=FRAMES)
    assert answer.status_code == 422
    assert files_on_disk() == []
    assert not Blob.objects.exists()


def test_a_wrong_hash_writes_nothing(api: Any, workspace: Any) -> None:
    body = frame(b"good") + frame(b"forged", digest(b"wanted"))
    answer = api.generic("POST", f"{API}/blobs", body, content_type=FRAMES)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_hash")
    assert files_on_disk() == []
    assert not BlobPresence.objects.exists()


def test_other_bodies_are_refused(api: Any, workspace: Any) -> None:
    answer = api.post(f"{API}/blobs", {"a": 1})
    assert answer.status_code == 422
    assert FRAMES in answer.json()["detail"]
    assert api.post(f"{API}/snapshots", {"files": []}).status_code == 422
    assert api.post(f"{API}/snapshots/missing", {"hashes": ["zz"]}).status_code == 422
    assert send(api).json() == {"stored": 0}


def test_a_file_with_one_of_our_tokens_is_refused_by_name(
    api: Any, workspace: Any, owner: Any
) -> None:
    _, raw = create_token(user=owner, name="careless")
    padding = b"#" * (2**20 - 20)  # the token lies across two chunks of the upload
    leaky = padding + f'TOKEN = "{raw}"'.encode()
    assert send(api, leaky).status_code == 200
    answer = api.post(f"{API}/snapshots", {"files": [entry("settings.py", leaky)]})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "holds_token"
    assert "settings.py" in answer.json()["detail"]
    assert raw not in answer.content.decode()


def test_a_reader_may_look_but_not_send(api: Any, workspace: Any, owner: Any) -> None:
    workspace.members.update(role="Reader")
    assert send(api, b"x").status_code == 403
    assert api.post(f"{API}/snapshots", {"files": [entry("a")]}).status_code == 403
    assert files_on_disk() == []


def test_one_blob_put_by_many_at_once(tmp_path: Path) -> None:
    store, content = BlobStore(tmp_path / "blobs"), b"the same" * 50_000
    failures: list[BaseException] = []

    def put() -> None:
        try:
            store.put(BytesIO(content), sha256=digest(content), size=len(content))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.path_of(digest(content)).read_bytes() == content
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []


def test_the_sweep_takes_only_what_nobody_needs(workspace: Any, actor: Actor) -> None:
    kept, artifact, old, young = b"kept", b"artifact", b"old", b"young"
    for content in (kept, artifact, old):
        store_blobs(workspace=workspace, stream=BytesIO(frame(content)))
    create_snapshot(workspace=workspace, actor=actor, files=[entry("a", kept)])
    long_ago = timezone.now() - timedelta(hours=25)
    BlobPresence.objects.update(touched_at=long_ago)
    store = blob_store()
    import os

    for content in (kept, artifact, old):
        os.utime(store.path_of(digest(content)), (0, 0))
    store_blobs(workspace=workspace, stream=BytesIO(frame(young)))

    gone = sweep_unreferenced_blobs(
        now=timezone.now(), referenced_elsewhere=iter([digest(artifact)])
    )
    assert gone == 1
    assert not store.has(digest(old))
    assert missing_blobs(workspace=workspace, hashes=[digest(old)]) == [digest(old)]
    assert all(store.has(digest(content)) for content in (kept, artifact, young))


def test_asking_for_a_blob_keeps_it_for_another_day(workspace: Any) -> None:
    import os

    store_blobs(workspace=workspace, stream=BytesIO(frame(b"x")))
    BlobPresence.objects.update(touched_at=timezone.now() - timedelta(hours=25))
    os.utime(blob_store().path_of(digest(b"x")), (0, 0))
    assert missing_blobs(workspace=workspace, hashes=[digest(b"x")]) == []
    assert sweep_unreferenced_blobs(now=timezone.now()) == 0


def test_a_blob_that_is_gone_from_the_disk_is_asked_for_again(workspace: Any) -> None:
    store_blobs(workspace=workspace, stream=BytesIO(frame(b"x")))
    blob_store().path_of(digest(b"x")).unlink()
    assert missing_blobs(workspace=workspace, hashes=[digest(b"x")]) == [digest(b"x")]


def test_copying_refuses_a_manifest_that_was_tampered_with(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="absolute"):
        copy_tree([entry("/etc/cron.d/x")], tmp_path / "blobs", tmp_path / "target")


def test_a_page_sends_blobs_with_its_session_and_needs_its_token(
    workspace: Any, owner: Any
) -> None:
    content = b"print(1)\n"
    frame = f"{hashlib.sha256(content).hexdigest()} {len(content)}\n".encode() + content
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    url, kind = "/api/v1/workspaces/lab/blobs", "application/x-forebay-blobs"
    assert browser.post(url, frame, content_type=kind).status_code == 403
    browser.get("/w/lab/modules/new/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    answer = browser.post(url, frame, content_type=kind, headers={"X-CSRFToken": token})
    assert answer.json() == {"stored": 1}
