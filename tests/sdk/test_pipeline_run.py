"""Runs as a program sees them: followed, read, downloaded, canceled. Against a real studio."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from azureml.core import Dataset, Experiment, Run, Workspace
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.runconfig import RunConfiguration
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import ActivityFailedException, UserErrorException
from azureml.pipeline.core import Pipeline, PipelineData, PipelineParameter, PipelineRun, StepRun
from azureml.pipeline.steps import PythonScriptStep
from azureml.widgets import RunDetails


@pytest.fixture
def ws(studio: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workspace:
    monkeypatch.setenv("FOREBAY_TOKEN", studio.token)
    workspace = Workspace.from_config(path=str(studio.write_config(tmp_path)))
    if "two-nodes" not in workspace.compute_targets:
        settings = AmlCompute.provisioning_configuration(vm_size="small", max_nodes=2)
        ComputeTarget.create(workspace, "two-nodes", settings).wait_for_completion()
    return workspace


def step(tmp_path: Path, name: str, script: str, **more: Any) -> PythonScriptStep:
    """A step that runs the text `script`."""
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    (folder / "main.py").write_text(script)
    return PythonScriptStep(
        "main.py", name=name, compute_target="two-nodes", source_directory=str(folder), **more
    )


def submit(ws: Workspace, experiment: str, *steps: PythonScriptStep, **more: Any) -> PipelineRun:
    return Experiment(ws, experiment).submit(Pipeline(ws, list(steps)), **more)


WRITE = (
    "import pathlib, sys\n"
    "from azureml.core import Run\n"
    "run = Run.get_context()\n"
    "out = pathlib.Path(sys.argv[1])\n"
    "(out / 'deep').mkdir(parents=True)\n"
    "(out / 'deep' / 'é.txt').write_text('content')\n"
    "pathlib.Path('outputs').mkdir(exist_ok=True)\n"
    "pathlib.Path('outputs/model.txt').write_text('m')\n"
    "run.log('size', 7)\n"
    "run.parent.log('best', 1)\n"
    "run.tag('kind', 'first')\n"
    "print('written')\n"
)


def test_a_run_can_be_read_in_all_ways_programs_use(ws: Workspace, tmp_path: Path):
    data = PipelineData("data", is_directory=True)
    write = step(tmp_path, "write", WRITE, arguments=[data], outputs=[data])
    read = step(tmp_path, "read", "print('read')", inputs=[data])
    run = submit(ws, "reading", read, write, tags={"colour": "green"})
    assert [one.name for one in run.get_steps()] == ["write", "read"]  # right after submit
    assert run.wait_for_completion(show_output=False) == "Finished"

    assert (run.get_status(), Run(run.experiment, run.id).get_status()) == ("Finished", "Completed")
    (first,) = run.find_step_run("write")
    assert isinstance(first, StepRun)
    assert first.get_job_log().endswith("written\n")
    assert first.get_metrics() == {"size": 7}
    assert run.get_metrics() == {"best": 1}
    assert run.get_metrics(recursive=True)[first.id] == {"size": 7}
    assert first.get_tags()["kind"] == "first"
    assert run.get_tags() == {"colour": "green"}
    assert first.get_properties()["azureml.runsource"] == "azureml.StepRun"
    details = first.get_details()
    assert (details["runId"], details["status"], details["target"]) == (
        first.id,
        "Completed",
        "two-nodes",
    )
    assert details["startTimeUtc"].endswith("Z")
    (log,) = first.get_details_with_logs()["logFiles"].values()
    assert log.endswith("written\n")  # after the environment's build, when it is the first step

    output = first.get_output_data("data")
    assert output.path_on_datastore == f"azureml/{first.id}/data"
    assert (output.datastore_name, list(first.get_outputs())) == ("workspaceblobstore", ["data"])
    assert output.download(str(tmp_path / "home")) == 1
    kept = tmp_path / "home" / output.path_on_datastore / "deep" / "é.txt"
    assert kept.read_text() == "content"
    with pytest.raises(UserErrorException, match="Its outputs: data"):
        first.get_output("other")
    assert first.get_file_names() == ["outputs/model.txt"]
    first.download_file("outputs/model.txt", str(tmp_path))
    assert (tmp_path / "model.txt").read_text() == "m"

    assert isinstance(Run.get(ws, run.id), PipelineRun)
    assert isinstance(Run.get(ws, first.id), StepRun)
    assert first.parent.id == run.id
    assert [one.id for one in run.experiment.get_runs(tags={"colour": "green"})] == [run.id]
    assert list(run.experiment.get_runs(tags={"colour": "red"})) == []
    with pytest.raises(UserErrorException, match="no run with the id"):
        Run(run.experiment, "00000000-0000-0000-0000-000000000000").get_status()

    again = submit(ws, "reading", read, write)
    assert again.wait_for_completion(show_output=False) == "Finished"
    reused = again.find_step_run("write")[0]
    assert reused.is_reused
    assert reused.get_properties()["azureml.isreused"] == "true"
    assert reused.get_properties()["azureml.reusedrunid"] == first.id
    assert reused.get_output_data("data").path_on_datastore == output.path_on_datastore


def test_an_output_of_a_run_is_the_input_of_another(ws: Workspace, tmp_path: Path):
    data = PipelineData("data")
    run = submit(ws, "port", step(tmp_path, "w", WRITE, arguments=[data], outputs=[data]))
    run.wait_for_completion(show_output=False)
    earlier = run.find_step_run("w")[0].get_output_data("data")
    script = "import pathlib, sys; print(pathlib.Path(sys.argv[1], 'deep', 'é.txt').read_text())"
    reader = step(tmp_path, "r", script, arguments=[earlier], inputs=[earlier.as_download()])
    run = submit(ws, "port", reader)
    run.wait_for_completion(show_output=False)
    said = "Input data: copied 1 file, 7 B.\ncontent\n"
    assert run.find_step_run("r")[0].get_job_log() == said


def test_a_failure_is_told_with_its_last_lines(ws: Workspace, tmp_path: Path, capsys: Any):
    bad = step(tmp_path, "bad", "print('before')\nraise ValueError('spilt milk')\n")
    after = step(tmp_path, "after", "print('never')")
    after.run_after(bad)
    run = submit(ws, "failing", after)
    with pytest.raises(ActivityFailedException, match=r"(?s)'bad'.*spilt milk"):
        run.wait_for_completion()
    told = capsys.readouterr().out
    assert "before" in told
    assert "bad: Failed" in told
    assert "because bad failed" in told
    assert run.wait_for_completion(show_output=False, raise_on_error=False) == "Failed"
    assert "spilt milk" in run.get_details()["error"]["error"]["message"]
    assert run.find_step_run("after")[0].get_status() == "NotStarted"


def test_steps_side_by_side_have_their_names_before_their_lines(
    ws: Workspace, tmp_path: Path, capsys: Any
):
    script = "import sys, time\nfor n in range(4): print(sys.argv[1], n); time.sleep(0.4)\n"
    steps = [
        step(tmp_path, name, script, arguments=[f"é-{name}"], allow_reuse=False)
        for name in ("left", "right")
    ]
    submit(ws, "beside", *steps).wait_for_completion()
    lines = capsys.readouterr().out.splitlines()
    for name in ("left", "right"):
        mine = [line for line in lines if f"é-{name}" in line]
        assert [line.rsplit(" ", 1)[1] for line in mine] == ["0", "1", "2", "3"]
        assert mine[-1] == f"[{name}] é-{name} 3"


def test_a_run_can_be_canceled_and_waiting_can_end(ws: Workspace, tmp_path: Path, capsys: Any):
    run = submit(ws, "cancel", step(tmp_path, "slow", "import time; time.sleep(60)"))
    started = time.monotonic()
    assert run.wait_for_completion(show_output=False, timeout_seconds=1) in {
        "Running",
        "NotStarted",
    }
    assert time.monotonic() - started < 10
    assert "has not ended after 1 seconds" in capsys.readouterr().err
    run.cancel()
    assert run.wait_for_completion() == "Canceled"
    run.cancel()  # a run that has ended is left as it is
    assert run.get_status() == "Canceled"


def test_ctrl_c_ends_the_following_and_not_the_run(studio: Any, ws: Workspace, tmp_path: Path):
    script = "import time\nfor n in range(30): print('tick', n); time.sleep(0.1)\n"
    run = submit(ws, "ctrl-c", step(tmp_path, "ticks", script))
    program = (
        "import signal\n"  # a shell's background job would ignore Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from azureml.core import Workspace, Run\n"
        f"Run.get(Workspace.from_config(), '{run.id}').wait_for_completion()\n"
    )
    follower = subprocess.Popen(
        [sys.executable, "-u", "-c", program],
        cwd=tmp_path,
        env=studio.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert follower.stdout is not None
    while "tick" not in follower.stdout.readline():
        pass
    os.kill(follower.pid, signal.SIGINT)
    rest = follower.communicate(timeout=30)[0]
    assert "The run goes on" in rest
    assert run.wait_for_completion(show_output=False) == "Finished"


def test_parameters_reach_the_script_as_arguments_and_variables(ws: Workspace, tmp_path: Path):
    number, text = PipelineParameter("number", 1), PipelineParameter("text", "a b")
    script = "import os, sys; print(sys.argv[1:], os.environ['AML_PARAMETER_also'])"
    made = step(tmp_path, "p", script, arguments=[number, text], params={"also": number})
    run = submit(ws, "parameters", made, pipeline_parameters={"number": 5})
    run.wait_for_completion(show_output=False)
    assert run.find_step_run("p")[0].get_stdout_log() == "['5', 'a b'] 5\n"
    with pytest.raises(UserErrorException, match="numbr"):
        submit(ws, "parameters", made, pipeline_parameters={"numbr": 5})


def test_all_problems_of_a_submit_are_told_at_once(ws: Workspace, tmp_path: Path):
    first, second = step(tmp_path, "one", ""), step(tmp_path, "two", "")
    first.run_after(second)
    second.run_after(first)
    second._compute_target = "two-nods"
    problems = Pipeline(ws, [first]).validate()
    assert {one.code for one in problems} == {"cycle", "unknown_compute"}
    with pytest.raises(UserErrorException, match=r"(?s)wait for each other.*two-nodes"):
        submit(ws, "broken", first)


def test_details_are_shown_in_a_terminal_and_never_fail(ws: Workspace, tmp_path: Path, capsys: Any):
    run = submit(ws, "shown", step(tmp_path, "s", "print(1)"))
    run.wait_for_completion(show_output=False)
    capsys.readouterr()
    RunDetails(run).show()
    told = capsys.readouterr().out
    assert run.get_portal_url() in told
    assert "1 of 1 steps done" in told
    RunDetails(None).show()
    assert "can't be shown" in capsys.readouterr().err


def test_content_that_the_server_dropped_is_sent_again(
    studio: Any, ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the upload and the snapshot unused blobs may go: 409, and once more."""
    one = step(tmp_path, "dropped", "print('here again')\n")
    sha256 = hashlib.sha256((tmp_path / "dropped" / "main.py").read_bytes()).hexdigest()
    post, asked = ws._transport.post_json, []

    def drop_and_post(path: str, *rest: Any, **more: Any) -> Any:
        if path.endswith("/snapshots"):
            asked.append(path)
            with closing(sqlite3.connect(studio.data / "db.sqlite3", timeout=20)) as rows, rows:
                if len(asked) == 1:
                    query = "DELETE FROM workspaces_blobpresence WHERE blob_id = ?"
                    assert rows.execute(query, [sha256]).rowcount == 1
        return post(path, *rest, **more)

    monkeypatch.setattr(ws._transport, "post_json", drop_and_post)
    run = submit(ws, "dropped", one)
    assert len(asked) == 2
    assert run.wait_for_completion(show_output=False) == "Finished"
    assert run.find_step_run("dropped")[0].get_stdout_log() == "here again\n"


def test_settings_that_are_not_applied_are_kept_with_the_step(ws: Workspace, tmp_path: Path):
    settings = RunConfiguration()
    settings.docker.use_docker = True
    settings.node_count = 2
    run = submit(ws, "kept", step(tmp_path, "kept", "", runconfig=settings))
    run.wait_for_completion(show_output=False)
    (details,) = [one.get_details() for one in run.get_steps()]
    asked = details["runDefinition"]["environment"]
    assert asked["docker"] == {"use_docker": True, "node_count": 2}


def test_following_goes_on_after_the_server_was_restarted(
    studio: Any, ws: Workspace, tmp_path: Path, capsys: Any
):
    script = "import time\nfor n in range(30): print('tick', n, flush=True); time.sleep(0.1)\n"
    run = submit(ws, "restart", step(tmp_path, "ticks", script))
    restart = threading.Timer(1, lambda: (studio.stop("web"), studio.start("web")))
    restart.start()
    assert run.wait_for_completion() == "Finished"
    restart.join()
    studio.wait_until_up()
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line.startswith("tick ")] == [f"tick {n}" for n in range(30)]


FIND_AND_CANCEL = (
    "import sys, time\n"
    "from azureml.core import Run\n"
    "from azureml.pipeline.core import PipelineRun\n"
    "run = Run.get_context()\n"
    "whole = PipelineRun(run.experiment, run.parent.id)\n"
    "print(whole.get_status(), [one.name for one in whole.find_step_run('stops')], flush=True)\n"
    "run.parent.tag('stopped', 'early')\n"
    "run.parent.cancel()\n"
    "time.sleep(60)\n"
)


def test_a_step_finds_its_run_and_cancels_it(ws: Workspace, tmp_path: Path) -> None:
    run = submit(ws, "self-cancel", step(tmp_path, "stops", FIND_AND_CANCEL))
    assert run.wait_for_completion(show_output=False) == "Canceled"
    (stopped,) = run.find_step_run("stops")
    assert "Running ['stops']" in stopped.get_stdout_log()
    assert run.get_tags() == {"stopped": "early"}


def test_every_kind_of_data_reaches_the_script_as_a_path(ws: Workspace, tmp_path: Path) -> None:
    store = ws.get_default_datastore()
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.csv").write_text("x\n1\n")
    (tmp_path / "in" / "deep" / "b.csv").write_text("x\n2\n")
    store.upload(str(tmp_path / "in"), target_path="kinds", show_progress=False)
    files = Dataset.File.from_files((store, "kinds/**"))
    path = PipelineParameter("path", DataPath(datastore=store, path_on_datastore="kinds"))
    bound = (path, DataPathComputeBinding(mode="mount"))
    chosen = DatasetConsumptionConfig("chosen", PipelineParameter("data", files)).as_mount()
    copied = files.as_named_input("copied").as_download()
    reference = DataReference(store, data_reference_name="old", path_on_datastore="kinds/deep")
    script = "import os, sys\nfor path in sys.argv[1:]: print(sorted(os.listdir(path)))\n"
    given = [bound, chosen, copied, reference]
    one = step(tmp_path, "kinds", script, arguments=given, inputs=[bound, chosen, reference])
    other = DataPath(datastore=store, path_on_datastore="kinds/deep")
    for values, first in (({}, ["a.csv", "deep"]), ({"path": other}, ["b.csv"])):
        run = submit(ws, "kinds", one, pipeline_parameters=values)
        run.wait_for_completion(show_output=False)
        shown = run.find_step_run("kinds")[0].get_stdout_log().splitlines()[-4:]
        assert shown == [str(first), "['a.csv', 'deep']", "['a.csv', 'deep']", "['b.csv']"]
