"""The web process killed and started again while a step runs: the step notices nothing."""

from __future__ import annotations

import signal
import urllib.error
from pathlib import Path

import pytest

from tests.support.submitting_studio import SubmittingStudio, ended

SCRIPT = """
import os, pathlib, sys, time
print("before", flush=True)
pathlib.Path(sys.argv[2]).touch()
while not os.path.exists(sys.argv[3]):
    time.sleep(0.02)
with open(os.environ["FOREBAY_SPOOL"], "a") as spool:
    spool.write('{"kind": "metric", "name": "loss", "value": 0.5}\\n')
(pathlib.Path(sys.argv[1]) / "kept.txt").write_text("kept")
print("after", flush=True)
"""


def test_a_step_runs_on_without_the_web_process(tmp_path: Path) -> None:
    up, go = tmp_path / "up", tmp_path / "go"
    place = tmp_path / "studio"
    place.mkdir()
    with SubmittingStudio(place) as studio:
        port = {"name": "model", "datastore": "workspaceblobstore", "is_directory": True}
        run = studio.submit(SCRIPT, [{"output": "model"}, str(up), str(go)], [port])
        studio.drive(up.exists)
        studio.stop("web", signal.SIGKILL)
        go.touch()  # all that follows happens without it
        with pytest.raises(urllib.error.URLError):
            studio.get(f"/runs/{run}")
        marks = place / "var" / "datastores"
        studio.drive(lambda: any(marks.rglob("azureml/*/model/kept.txt")))
        studio.start("web")
        studio.wait_until_up()
        studio.drive(lambda: ended(studio, run))
        told = studio.get(f"/runs/{run}")
        step = told["steps"][0]
        assert (told["status"], step["attempt"], step["exit_code"]) == ("Completed", 1, 0)
        metrics = studio.get(f"/steps/{step['id']}/metrics")["items"]
        assert [one["value"] for one in metrics] == [0.5]
