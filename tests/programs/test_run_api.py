"""What scripts and programs do with runs: log, tag, upload, open child runs, read it all back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.pipelines import run_program

SCRIPT = """
import io, json, os, time, urllib.request
from azureml.core import Run

run = Run.get_context()
run.upload_file("named/anywhere.txt", io.StringIO("anywhere"))
open("local.txt", "w").write("local")
run.upload_file("outputs/below.txt", "local.txt")
os.makedirs("many/inner")
open("many/inner/a.txt", "w").write("a")
run.upload_folder("kept", "many")
os.makedirs("logs", exist_ok=True)
open("logs/own.log", "w").write("so far")
print("names", sorted(run.get_file_names()))
run.download_file("named/anywhere.txt", "back.txt")
print("back", open("back.txt").read())

run.tag("stage", "one")
run.add_properties({"made": "here"})
run.log("plain", 1)
run.log_confusion_matrix("cm", {"schema_type": "confusion_matrix", "data": {}})
run.log_accuracy_table("at", {"schema_type": "accuracy_table", "data": {}})
run.log_residuals("re", {"schema_type": "residuals", "data": {}})
run.log_predictions("pr", {"schema_type": "predictions", "data": {}})
open("dot.png", "wb").write(b"\\x89PNG\\r\\n\\x1a\\n")
run.log_image("dot", path="dot.png")

run.parent.log("of_run", 5)
run.parent.tag("from", "step")
run.parent.upload_file("report.txt", "local.txt")
run.parent.log_image("dot", path="dot.png")

with run.child_run("first") as child:
    child.log("loss", 0.5)
    child.log("loss", 0.25)
    child.tag("kind", "small")
    child.upload_file("model.txt", "local.txt")
    print("child files", child.get_file_names())
    with child.child_run("inner") as inner:
        inner.log("depth", 2)
try:
    with run.child_run("second") as child:
        raise ValueError("no luck")
except ValueError:
    pass
left_open = run.child_run("third")
print("children", [one.name for one in run.get_children()])
print("parent of child", left_open.parent.id == run.id)
"""

PROGRAM = """
from azureml.core import Run

step = PythonScriptStep(
    "main.py", name="main", compute_target=target, source_directory="main", allow_reuse=False
)
run = Experiment(ws, "run_api").submit(Pipeline(ws, [step]))
run.wait_for_completion(show_output=True)
print("run files", run.get_file_names())
run.download_file("report.txt", "report.txt")
print("tags", run.get_tags()["from"])
run.log("from_outside", 7)
run.upload_file("later.txt", __file__)
main = run.find_step_run("main")[0]
print("metrics", sorted(main.get_metrics()))
print("one", main.get_metrics("plain"))
print("recursive", sorted(str(sorted(one.items())) for one in
      main.get_metrics(recursive=True).values() if "loss" in one or "depth" in one))
for child in main.get_children(recursive=True):
    print("child", child.name, child.get_status(), child.type, child.parent.id == main.id)
second = [one for one in main.get_children() if one.name == "second"][0]
print("error", second.get_details()["error"]["error"]["message"])
again = Run.get(ws, second.id)
print("found again", again.name, again.id == second.id)
main.download_files(prefix="kept", output_directory="got")
print(open("got/kept/inner/a.txt").read())
by_hand = run.child_run("by hand")
by_hand.log("x", 1)
by_hand.complete()
print("of run", [(one.name, one.get_status()) for one in run.get_children()])
"""


def test_a_script_and_a_program_use_runs(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / "main.py").write_text(SCRIPT)
    said = run_program(studio, tmp_path, PROGRAM).stdout
    names = "['kept/inner/a.txt', 'logs/own.log', 'named/anywhere.txt', 'outputs/below.txt']"
    assert f"names {names}" in said
    assert "back anywhere" in said
    assert "child files ['model.txt']" in said
    assert "children ['first', 'second', 'third']" in said
    assert "parent of child True" in said
    assert "run files ['images/dot.png', 'report.txt']" in said
    assert (tmp_path / "report.txt").read_text() == "local"
    assert "tags step" in said
    assert "metrics ['at', 'cm', 'dot', 'plain', 'pr', 're']" in said
    assert "one {'plain': 1}" in said
    assert "recursive [\"[('depth', 2)]\", \"[('loss', [0.5, 0.25])]\"]" in said
    assert "child first Completed azureml.scriptrun True" in said
    assert "child inner Completed azureml.scriptrun False" in said
    assert "child second Failed azureml.scriptrun True" in said
    assert "child third Completed azureml.scriptrun True" in said
    assert "error ValueError: no luck" in said
    assert "found again second True" in said
    assert "of run [('main', 'Finished'), ('by hand', 'Completed')]" in said
    (run,) = studio.get("/runs?experiment=run_api")["items"]
    metrics = studio.get(f"/runs/{run['id']}/metrics")["items"]
    assert [(one["name"], one["kind"]) for one in metrics] == [
        ("of_run", "scalar"),
        ("dot", "image"),
        ("from_outside", "scalar"),
    ]
    (step,) = studio.get(f"/runs/{run['id']}/steps")["items"]
    kinds = {
        one["name"]: one["kind"] for one in studio.get(f"/steps/{step['id']}/metrics")["items"]
    }
    assert kinds == {
        "plain": "scalar",
        "cm": "confusion_matrix",
        "at": "accuracy_table",
        "re": "residuals",
        "pr": "predictions",
        "dot": "image",
    }
    assert (step["tags"], step["properties"]["made"]) == ({"stage": "one"}, "here")
