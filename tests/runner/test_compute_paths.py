"""A step finds and writes its data where the program said: below its working folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from data.selectors import get_datastore, local_path
from data.services.datasets import create_dataset
from pipelines.models import Output

READ = """
import os, pathlib, sys
given = pathlib.Path(sys.argv[1])
print("given", given.is_absolute(), given.relative_to(os.path.realpath(os.getcwd())))
print("same", os.environ["AZUREML_DATAREFERENCE_raw"] == sys.argv[1])
for path in sorted(pathlib.Path(sys.argv[2]).rglob("*")):
    print("found", path, path.read_text() if path.is_file() else "")
"""


def store(workspace: Any, **files: str) -> Path:
    root = local_path(get_datastore(workspace, "workspaceblobstore"), "")
    for name, text in files.items():
        path = root / "in" / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def reading(look: str, **port: Any) -> dict[str, Any]:
    source = {"datastore": "workspaceblobstore", "path": "in"}
    given = {"name": "raw", "mode": "mount", "source": source, **port}
    return {"inputs": [given], "outputs": [], "arguments": [{"input": "raw"}, look]}


@pytest.mark.parametrize("mode", ["mount", "download"])
@pytest.mark.parametrize(
    ("asked", "place"),
    [("foo/bar", "foo/bar"), ("./x", "x"), ("/tmp/data", "tmp/data"), ("/a/../../b", "b")],
)
def test_a_folder_is_where_it_was_asked_for(
    bench: Any, workspace: Any, mode: str, asked: str, place: str
) -> None:
    store(workspace, a__txt="hello")
    node = reading(place, mode=mode, path_on_compute=asked)
    step = bench.finish(bench.submit(READ, node=node))
    assert step.status == "Completed", step.error_lines
    log = bench.log(step)
    assert f"given True {place}\nsame True\nfound {place}/a.txt hello\n" in log
    assert ("is taken as" in log) == asked.startswith("/")
    done = "copied 1 file, 5 B" if mode == "download" else "linked its folder"
    assert f"Input raw: {done}" in log


@pytest.mark.parametrize("mode", ["mount", "download"])
def test_a_dataset_is_where_it_was_asked_for(bench: Any, workspace: Any, mode: str) -> None:
    root = store(workspace, a__txt="hello", b__txt="you")
    version = create_dataset(
        workspace=workspace,
        actor=bench.actor,
        kind="file",
        definition={"paths": [{"datastore": "workspaceblobstore", "path": "in"}]},
        validate=True,
    )
    node = reading("data", mode=mode, path_on_compute="data", source={"dataset": version.uid})
    step = bench.finish(bench.submit(READ, node=node))
    assert step.status == "Completed", step.error_lines
    assert "found data/a.txt hello\nfound data/b.txt you\n" in bench.log(step)
    assert (root / "in" / "a.txt").read_text() == "hello"


def test_a_single_file_lies_in_the_folder(bench: Any, workspace: Any) -> None:
    store(workspace, a__txt="hello")
    source = {"datastore": "workspaceblobstore", "path": "in/a.txt"}
    node = reading("data", mode="download", path_on_compute="data", source=source)
    step = bench.finish(bench.submit(READ, node=node))
    assert "given True data/a.txt\nsame True\nfound data/a.txt hello\n" in bench.log(step)


@pytest.mark.parametrize("mode", ["mount", "download"])
@pytest.mark.parametrize(("path", "given"), [("in/a.txt", "a.txt"), ("in", ""), ("in/*.txt", "")])
def test_a_dataset_that_names_one_file_is_given_as_that_file(
    bench: Any, workspace: Any, mode: str, path: str, given: str
) -> None:
    store(workspace, a__txt="hello")
    version = create_dataset(
        workspace=workspace,
        actor=bench.actor,
        kind="file",
        definition={"paths": [{"datastore": "workspaceblobstore", "path": path}]},
        validate=True,
    )
    node = reading("data", mode=mode, path_on_compute="data", source={"dataset": version.uid})
    step = bench.finish(bench.submit(READ, node=node))
    assert step.status == "Completed", step.error_lines
    place = f"data/{given}".rstrip("/")
    assert f"given True {place}\nsame True\nfound data/a.txt hello\n" in bench.log(step)


@pytest.mark.parametrize(
    ("mode", "port", "words"),
    [
        ("download", {}, "'data/a.txt', which is there already"),
        ("mount", {}, "'data', which is there already"),
        ("download", {"overwrite": True}, None),
    ],
)
def test_what_the_source_directory_has_there(
    bench: Any, workspace: Any, mode: str, port: dict[str, Any], words: str | None
) -> None:
    root = store(workspace, a__txt="hello")
    node = reading("data", mode=mode, path_on_compute="data", **port)
    files = {"data/a.txt": "of the source", "data/z.txt": "stays"}
    step = bench.finish(bench.submit(READ, node=node, files=files))
    if words is None:
        assert "found data/a.txt hello\nfound data/z.txt stays\n" in bench.log(step)
    else:
        assert step.status == "Failed"
        assert words in step.reason_data["detail"]
    assert (root / "in" / "a.txt").read_text() == "hello"


def test_nothing_is_laid_through_a_mounted_input(bench: Any, workspace: Any) -> None:
    root = store(workspace, a__txt="hello")
    (root / "secret").mkdir()
    (root / "secret" / "z.txt").write_text("z")
    source = {"datastore": "workspaceblobstore", "path": "secret"}
    inputs = [
        {"name": "b", "mode": "mount", "path_on_compute": "b", "source": source},
        {**reading("")["inputs"][0], "mode": "download", "path_on_compute": "b/deeper"},
    ]
    step = bench.finish(bench.submit(READ, node={**reading("b"), "inputs": inputs}))
    assert step.status == "Failed"
    assert "'b' is a file or another input" in step.reason_data["detail"]
    assert os.listdir(root / "secret") == ["z.txt"]


WRITE = """
import os, pathlib, sys
out = pathlib.Path(sys.argv[1])
here = os.path.realpath(os.getcwd())
print("at", out.relative_to(here) if str(out).startswith(here) else out.parts[-2:])
print("there", out.exists(), sorted(p.name for p in out.rglob("*")) if out.is_dir() else "")
print("same", os.environ["AZUREML_DATAREFERENCE_out"] == sys.argv[1])
(out / "new.csv" if out.is_dir() else out).write_text("a,b")
"""


def writing(**port: Any) -> dict[str, Any]:
    given = {"name": "out", "datastore": "workspaceblobstore", **port}
    return {"inputs": [], "outputs": [given], "arguments": [{"output": "out"}]}


@pytest.mark.parametrize("mode", ["mount", "upload"])
@pytest.mark.parametrize("is_directory", [True, None])
@pytest.mark.parametrize("asked", ["/mnt/out", "models/new", None])
@pytest.mark.parametrize("destination", [None, "made/{run-id}"])
def test_an_output_is_published_from_where_it_was_written(
    bench: Any,
    workspace: Any,
    mode: str,
    is_directory: bool | None,
    asked: str | None,
    destination: str | None,
) -> None:
    port = {"mode": mode, "is_directory": is_directory, "path_on_compute": asked}
    step = bench.finish(bench.submit(WRITE, node=writing(**port, destination=destination)))
    assert step.status == "Completed", step.error_lines
    log = bench.log(step)
    assert f"there {is_directory or False}" in log
    assert "same True" in log
    if asked:
        assert f"at {asked.strip('/')}\n" in log
    elif mode == "upload":
        assert "at ('upload', 'out')" in log
    output = Output.objects.get(step_run=step)
    published = local_path(output.datastore, output.path)
    assert (published / "new.csv" if is_directory else published).read_text() == "a,b"
    assert not bench.folder(step).joinpath("upload").exists()
    assert not list(local_path(output.datastore, "").glob(".forebay/attempts/*"))


@pytest.mark.parametrize(
    ("port", "status", "names"),
    [
        ({"path_on_compute": "model"}, "Failed", []),
        ({"path_on_compute": "model", "overwrite": True}, "Completed", ["new.csv"]),
        ({"source": "model"}, "Completed", ["new.csv", "old.csv"]),
        ({"source": "/model/"}, "Completed", ["new.csv", "old.csv"]),
    ],
)
def test_an_output_where_the_source_directory_has_files(
    bench: Any, port: dict[str, Any], status: str, names: list[str]
) -> None:
    files = {"model/old.csv": "of the source"}
    node = writing(**port, is_directory=True)
    step = bench.finish(bench.submit(WRITE, node=node, files=files))
    assert step.status == status, step.error_lines
    if status == "Failed":
        assert "overwrite=True" in step.reason_data["detail"]
        return
    output = Output.objects.get(step_run=step)
    assert sorted(os.listdir(local_path(output.datastore, output.path))) == names


@pytest.mark.parametrize("lost", ["shutil.rmtree('made')", "os.rename('made', 'other')"])
def test_an_output_that_is_not_there_at_the_end(bench: Any, lost: str) -> None:
    script = f"import os, shutil\n{lost}"
    step = bench.finish(bench.submit(script, node=writing(source="made", is_directory=True)))
    assert (step.status, step.reason) == ("Failed", "missing_output")


def test_a_link_on_the_way_is_not_followed(bench: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "b").mkdir(parents=True)
    (outside / "b" / "mine.txt").write_text("mine")
    script = f"import os, shutil\nshutil.rmtree('a')\nos.symlink({str(outside)!r}, 'a')"
    node = writing(path_on_compute="a/b", is_directory=True)
    step = bench.finish(bench.submit(script, node=node))
    assert step.status == "Failed"
    assert (outside / "b" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ({"overwrite": True}, "overwrite of out changes nothing"),
        ({"mode": "hdfs"}, "hdfs has no meaning"),
        ({"path_on_compute": "/x"}, "'/x' is taken as 'x'"),
        ({"source": "/x", "path_on_compute": "y"}, "path_on_compute of out is not applied"),
    ],
)
def test_the_log_says_what_is_done_in_another_way(
    bench: Any, port: dict[str, Any], words: str
) -> None:
    step = bench.finish(bench.submit(WRITE, node=writing(**port)))
    assert step.status == "Completed", step.error_lines
    assert words in bench.log(step)


def test_another_place_is_another_step_for_reuse(bench: Any) -> None:
    bench.finish(bench.submit(WRITE, node=writing(is_directory=True)))
    assert bench.finish(bench.submit(WRITE, node=writing(is_directory=True))).reused
    moved = writing(is_directory=True, path_on_compute="x")
    step = bench.finish(bench.submit(WRITE, node=moved))
    assert not step.reused
    assert "settings of output out changed" in step.why["sentence"]
