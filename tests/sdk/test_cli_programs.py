"""`forebay draft program` and `forebay run program`: printed, or written with source folders."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.cli.main import main

from tests.sdk.stub_server import Reply, Seen, StubServer

DRAFT = "cccccccc-0000-4000-8000-000000000000"
RUN = "aaaaaaaa-0000-4000-8000-000000000000"
PROGRAM = "print('ümlaut')\n"


def zipped() -> bytes:
    """A program with a tool that may be executed, and a file that wants to be elsewhere."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("pipeline.py", PROGRAM)
        tool = zipfile.ZipInfo("source/tool.sh")
        tool.external_attr = 0o100755 << 16
        archive.writestr(tool, "echo")
        archive.writestr("../outside.py", "")
    return buffer.getvalue()


def answer(seen: Seen) -> Any:
    path, _, query = seen.path.partition("?")
    route = path.removeprefix("/api/v1/workspaces/lab")
    if route == "":
        return {"id": "1", "name": "lab"}
    if route == "/drafts":
        draft = {"id": DRAFT, "name": "Two kinds of iris", "step_count": 6, "updated_by": "ada"}
        return {"items": [{**draft, "updated_at": "2020-01-01T00:00:00Z"}], "next": None}
    if route in (f"/drafts/{DRAFT}/program", f"/runs/{RUN}/program"):
        return Reply(200, zipped() if "format=zip" in query else PROGRAM.encode())
    if route == f"/runs/{RUN}":
        return {"id": RUN, "name": "Run 3", "status": "Completed"}
    return Reply(404, {"detail": "No such thing."})


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a config.json of a studio that has one draft and one run."""
    monkeypatch.setenv("FOREBAY_TOKEN", "fby_good")
    monkeypatch.chdir(tmp_path)
    with StubServer(answer) as server:
        settings = {"workspace_name": "lab", "forebay_server": server.url}
        Path("config.json").write_text(json.dumps(settings))
        yield tmp_path


def test_drafts_are_listed_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draft", "list"]) == 0
    assert "Two kinds of iris" in capsys.readouterr().out
    assert main(["draft", "program", "Two kinds of iris"]) == 0
    assert capsys.readouterr().out == PROGRAM
    assert main(["draft", "program", "nix"]) == 1
    assert "There is no draft 'nix'" in capsys.readouterr().err


def test_a_program_is_written_with_its_folders_and_never_over_others(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = here / "made" / "here"
    assert main(["run", "program", RUN, "-o", str(folder)]) == 0
    assert (folder / "pipeline.py").read_text("utf-8") == PROGRAM
    assert os.access(folder / "source" / "tool.sh", os.X_OK)
    assert not os.access(folder / "pipeline.py", os.X_OK)
    assert not (here / "made" / "outside.py").exists()
    assert main(["run", "program", RUN, "-o", str(folder)]) == 1
    assert "not empty" in capsys.readouterr().err
