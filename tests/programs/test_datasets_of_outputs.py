"""A program whose steps hand each other datasets: written, registered, read, reused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.pipelines import run_program

PROGRAM = """
from azureml.core import Dataset
from azureml.data import OutputFileDatasetConfig
made = OutputFileDatasetConfig(
    name="made", destination=(store, "made/{run-id}/{output-name}")
).read_delimited_files(separator=";").register_on_complete(name="made", tags={"by": "test"})
copied = OutputFileDatasetConfig("copied")
first = PythonScriptStep(
    "make.py", arguments=["--out", made.as_mount()], compute_target=target, source_directory="code"
)
second = PythonScriptStep(
    "pass_on.py",
    name="copy",
    arguments=["--out", copied],
    inputs=[made.as_input("table")],
    outputs=[copied],
    compute_target=target,
    source_directory="code",
)
third = PythonScriptStep(
    "look.py",
    arguments=[copied.as_input("files").as_download()],
    compute_target=target,
    source_directory="code",
)
run = Experiment(ws, "datasets_of_outputs").submit(Pipeline(ws, [third]))
run.wait_for_completion(show_output=True)
registered = Dataset.get_by_name(ws, "made")
print("registered", registered.name, registered.version, registered.tags)
"""
MAKE = """
import os, sys
with open(os.path.join(sys.argv[2], "a.csv"), "w") as file:
    file.write("x;y\\n1;2\\n3;4\\n")
"""
COPY = """
import os, sys
from azureml.core import Run
table = Run.get_context().input_datasets["table"]
print("a table", type(table).__name__, table._definition["separator"])
with open(os.path.join(sys.argv[2], "b.txt"), "w") as file:
    file.write("copied")
"""
LOOK = """
import os, sys
print("found", os.listdir(sys.argv[1]))
"""


def test_steps_hand_each_other_datasets(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    for name, text in (("make", MAKE), ("pass_on", COPY), ("look", LOOK)):
        (tmp_path / "code" / f"{name}.py").write_text(text)
    said = run_program(studio, tmp_path, PROGRAM).stdout
    assert "a table TabularDataset ;" in said
    assert "found ['b.txt']" in said
    assert "registered made 1 {'by': 'test'}" in said
    again = run_program(studio, tmp_path, PROGRAM).stdout
    assert "registered made 1" in again
    (last, _) = studio.get("/runs?experiment=datasets_of_outputs")["items"]
    steps = studio.get(f"/runs/{last['id']}/steps")["items"]
    assert [step["reused"] for step in steps] == [True, True, True]
    (output,) = steps[0]["outputs"]
    assert output["dataset"]["name"] == "made"
    assert output["dataset"]["version"] == 1
    assert output["path"].startswith("made/")
