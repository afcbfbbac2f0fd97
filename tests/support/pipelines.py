"""Small v1 programs for whole-studio tests: scripts in folders, and the program that joins them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

HEAD = """
from azureml.core import Workspace, Experiment
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.pipeline.core import Pipeline, PipelineData, PipelineParameter
from azureml.pipeline.steps import PythonScriptStep

ws = Workspace.from_config()
store = ws.get_default_datastore()
name = "cpu-cluster"
target = (
    ws.compute_targets[name]
    if name in ws.compute_targets
    else ComputeTarget.create(ws, name, AmlCompute.provisioning_configuration("STANDARD_D2_V2"))
)
"""

WRITER = """
import argparse, os, time
parser = argparse.ArgumentParser()
parser.add_argument("--out")
parser.add_argument("--seconds", type=float, default=0)
args = parser.parse_args()
os.makedirs(args.out, exist_ok=True)
for number in range(10):
    print(f"{os.path.basename(__file__)} line {number}", flush=True)
    time.sleep(args.seconds / 10)
open(os.path.join(args.out, "made.txt"), "w").write(os.path.basename(__file__))
"""

FAILING = """
import sys
print("about to divide")
def divide(a, b):
    return a / b
divide(1, 0)
"""


def write_scripts(folder: Path, **scripts: str) -> None:
    """Each script in a source directory of its own: `train=…` -> train/train.py."""
    for name, text in scripts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / f"{name}.py").write_text(text)


def run_program(
    studio: Any, folder: Path, text: str, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a v1 program in `folder` as a user does, to its end."""
    studio.write_config(folder)
    (folder / "program.py").write_text(HEAD + text)
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env=studio.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done
