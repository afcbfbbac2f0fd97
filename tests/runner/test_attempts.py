"""Scripts of every kind, run by the real runner as real processes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.models import Artifact, Event, Output
from workspaces.models import AccessToken

WRITE = """
import os, pathlib, sys
out = pathlib.Path(sys.argv[1])
(out / "data.txt").write_text("made by " + os.environ["AZUREML_RUN_ID"])
for folder in sys.argv[2:]:
    print("read", (pathlib.Path(folder) / "data.txt").read_text())
"""


def test_a_chain_passes_files_on(bench: Any) -> None:
    run = bench.submit(WRITE, "a -> b")
    bench.finish(run)
    a, b = run.steps.order_by("position")
    assert (run.status, a.status, b.status) == ("Completed", "Completed", "Completed")
    assert bench.log(b) == f"read made by {a.uid}\n"
    output = Output.objects.get(step_run=a)
    assert output.path == f"azureml/{a.uid}/out"
    assert (output.file_count, output.is_directory) == (1, True)
    store = Path(output.datastore.root.removeprefix("file://"))
    store = store if store.is_absolute() else bench.data / store
    assert list(store.rglob(f"azureml/{a.uid}/out/data.txt"))
    assert not list(store.glob(".forebay/attempts/*"))


def test_statuses_are_told_in_order(bench: Any) -> None:
    run = bench.submit("print('hello')", node={"outputs": [], "arguments": []})
    bench.finish(run)
    told = [
        (event.data["status"])
        for event in Event.objects.filter(run=run, kind="step.status").order_by("id")
    ]
    assert told == ["Queued", "Preparing", "Running", "Completed"]
    assert Event.objects.filter(run=run).order_by("id").last().data["status"] == "Completed"


def test_the_script_sees_its_run_and_nothing_of_the_server(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREBAY_SECRET", "of the server")
    script = "import os, json; print(json.dumps(dict(os.environ)))"
    node = {
        "outputs": [],
        "arguments": [],
        "parameters": {"alpha": "0.1"},
        "environment": {"name": "e", "variables": {"MINE": "yes", "AZUREML_RUN_ID": "no"}},
    }
    run = bench.submit(script, node=node)
    step = bench.finish(run)
    import json

    seen = json.loads(bench.log(step))
    assert "FOREBAY_SECRET" not in seen and "DJANGO_SETTINGS_MODULE" not in seen
    assert seen["AZUREML_RUN_ID"] == step.uid
    assert seen["AZUREML_ROOT_RUN_ID"] == run.uid
    assert seen["AML_PARAMETER_alpha"] == "0.1"
    assert seen["MINE"] == "yes"
    assert seen["AZUREML_RUN_TOKEN"].startswith("fby_")
    token = AccessToken.objects.get(step_run_uid=step.uid)
    assert token.revoked_at is not None


@pytest.mark.parametrize(
    ("script", "reason", "exit_code", "words"),
    [
        ("import sys; print('bad luck'); sys.exit(3)", "exit_code", 3, "bad luck"),
        ("import os; os.kill(os.getpid(), 9)", "signal", 137, ""),
        ("import os; os.abort()", "signal", 134, ""),
        ("def f(): raise ValueError('no such thing')\nf()", "exit_code", 1, "ValueError"),
    ],
)
def test_failures_say_why(bench: Any, script: str, reason: str, exit_code: int, words: str) -> None:
    run = bench.submit(script, "a -> b")
    step = bench.finish(run)
    assert (run.status, step.status, step.reason) == ("Failed", "Failed", reason)
    assert step.exit_code == exit_code
    assert words in "\n".join(step.error_lines)
    later = run.steps.get(node_id="b")
    assert (later.status, later.reason) == ("NotStarted", "upstream_failed")


def test_a_failure_shows_the_traceback_and_keeps_artifacts(bench: Any) -> None:
    script = (
        "import os; os.makedirs('outputs'); open('outputs/kept.txt', 'w').write('kept')\n"
        "open('outputs/\\udcff.bin', 'wb').write(b'odd name')\n"
        "print('noise\\n' * 50)\nraise RuntimeError('the end')"
    )
    step = bench.finish(bench.submit(script))
    assert step.error_lines[0].startswith("Traceback")
    assert step.error_lines[-1] == "RuntimeError: the end"
    kept = Artifact.objects.get(step_run=step, path="outputs/kept.txt")
    assert (bench.data / "blobs" / kept.sha256[:2] / kept.sha256).read_text() == "kept"
    assert not Output.objects.filter(step_run=step).exists()


def test_a_missing_output_fails_the_step_and_is_named(bench: Any) -> None:
    port = {"name": "model", "datastore": "workspaceblobstore", "is_directory": None}
    node = {"outputs": [port], "arguments": [{"output": "model"}]}
    step = bench.finish(bench.submit("print('did nothing')", node=node))
    assert (step.status, step.reason) == ("Failed", "missing_output")
    assert step.reason_data == {"output": "model"}


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_an_output_may_be_a_file_or_a_folder(bench: Any, kind: str) -> None:
    script = "import sys, os\npath = sys.argv[1]\n" + (
        "open(path, 'w').write('x')"
        if kind == "file"
        else "os.mkdir(path); open(path + '/a', 'w').write('x')"
    )
    port = {"name": "model", "datastore": "workspaceblobstore", "is_directory": None}
    node = {"outputs": [port], "arguments": [{"output": "model"}]}
    step = bench.finish(bench.submit(script, node=node))
    output = Output.objects.get(step_run=step)
    assert (output.is_directory, output.file_count, output.size) == (kind == "folder", 1, 1)


def test_invalid_text_in_the_log_is_shown(bench: Any) -> None:
    script = (
        "import sys; sys.stdout.buffer.write(b'\\xff\\x00\\xfe ok\\n'); sys.stdout.flush(); "
        "sys.exit(1)"
    )
    step = bench.finish(bench.submit(script))
    assert "ok" in step.error_lines[0]
    assert "\0" not in step.error_lines[0]


def test_large_results_go_through_the_stager_child(bench: Any) -> None:
    script = "import sys\nopen(sys.argv[1] + '/big', 'wb').write(b'x' * 3_000_000)"
    files = {f"part{number}.txt": "x" for number in range(60)}
    step = bench.finish(bench.submit(script, files=files))
    assert step.status == "Completed"
    assert Output.objects.get(step_run=step).size == 3_000_000
    assert (bench.folder(step) / "finalize.1" / "rc").exists()
    assert (bench.folder(step) / "prepare.1" / "rc").exists()
    told = [e.data["status"] for e in Event.objects.filter(run=step.run, kind="step.status")]
    assert told == ["Queued", "Preparing", "Running", "Finalizing", "Completed"]


def test_a_gone_snapshot_file_is_a_sentence(bench: Any) -> None:
    run = bench.submit("print(1)")
    for blob in (bench.data / "blobs").rglob("*"):
        if blob.is_file():
            blob.unlink()
    step = bench.finish(run)
    assert (step.status, step.reason) == ("Failed", "prepare_failed")
    assert "main.py is gone" in step.reason_data["detail"]


def wait_for_line(bench: Any, run: Any, line: str) -> Any:
    def said() -> bool:
        step = run.steps.get()
        return step.status == "Running" and line in bench.log(step)

    bench.drive(said)
    return run.steps.get()


def cancel(bench: Any, run: Any) -> None:
    from pipelines.services.cancel import cancel_run

    cancel_run(actor=bench.actor, run=run)


def test_cancel_ends_the_script(bench: Any) -> None:
    run = bench.submit("import time; print('up'); time.sleep(60)")
    wait_for_line(bench, run, "up")
    cancel(bench, run)
    step = bench.finish(run, seconds=5)
    assert (run.status, step.status, step.reason) == ("Canceled", "Canceled", "canceled_by_user")
    assert step.exit_code == 128 + signal.SIGTERM


def test_cancel_kills_what_ignores_term(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.runner.attempts.GRACE", 0.3)
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up')\n"
        "time.sleep(60)"
    )
    run = bench.submit(script)
    wait_for_line(bench, run, "up")
    cancel(bench, run)
    assert bench.finish(run, seconds=5).status == "Canceled"


def test_a_cancel_after_the_exit_code_was_read_loses(bench: Any) -> None:
    run = bench.submit(WRITE)
    bench.runner.attempts.reached = lambda point: (
        cancel(bench, run) if point == "published" else None
    )
    assert bench.finish(run).status == "Completed"
    assert run.status == "Completed"


def test_a_cancel_while_the_environment_is_built(bench: Any, settings: Any) -> None:
    settings.FOREBAY_DEFAULT_PACKAGES = "none"
    run = bench.submit("print(1)", built=False)
    bench.drive(lambda: bool(bench.runner.attempts.works), seconds=5)
    cancel(bench, run)
    assert bench.finish(run).status == "Canceled"
    bench.drive(lambda: not bench.runner.environments.active)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z")


@pytest.mark.parametrize("session", [True, False])
def test_processes_left_behind_are_ended(bench: Any, session: bool) -> None:
    from pipelines.runner import strays

    strays.become_subreaper()
    script = f"""
import os, time
if os.fork() == 0:
    if {session}:
        os.setsid()
    if os.fork() == 0:
        open("outputs/pid", "w").write(str(os.getpid()))
        os.close(1); os.close(2)
        time.sleep(60)
    os._exit(0)
while not os.path.exists("outputs/pid") or not open("outputs/pid").read():
    time.sleep(0.01)
"""
    step = bench.finish(bench.submit("import os; os.mkdir('outputs')\n" + script))
    assert step.status == "Completed"
    kept = Artifact.objects.get(step_run=step, path="outputs/pid")
    pid = int((bench.data / "blobs" / kept.sha256[:2] / kept.sha256).read_text())
    end = time.monotonic() + 2
    while is_alive(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_stale_attempt_changes_nothing(bench: Any) -> None:
    from django.utils import timezone

    from pipelines.domain.status import Status
    from pipelines.services.steps import Outcome, finish_step

    run = bench.submit("import time; time.sleep(0.3)", node={"outputs": [], "arguments": []})
    bench.drive(lambda: run.steps.get().status == "Running")
    attempt = run.steps.get().attempts.get()
    attempt.number = 7
    assert not finish_step(attempt=attempt, outcome=Outcome(Status.FAILED), now=timezone.now())
    assert run.steps.get().status == "Running"
    assert bench.finish(run).status == "Completed"
    attempt.number = 1
    assert not finish_step(attempt=attempt, outcome=Outcome(Status.FAILED), now=timezone.now())
    assert run.steps.get().status == "Completed"


def test_a_wrapper_that_was_killed_is_lost_with_its_script(bench: Any) -> None:
    script = "import os, time; print('up', os.getpid()); time.sleep(60)"
    run = bench.submit(script)
    step = wait_for_line(bench, run, "up")
    pid = int(bench.log(step).split()[1])
    os.kill(step.attempts.get().pid, signal.SIGKILL)
    step = bench.finish(run, seconds=5)
    assert (step.status, step.reason, step.exit_code) == ("Failed", "lost", None)
    assert not is_alive(pid)


def test_what_a_script_logs_is_kept(bench: Any) -> None:
    script = """
import json, os
records = [
    {"kind": "metric", "name": "loss", "value": 0.5},
    {"kind": "metric", "name": "loss", "value": float("nan")},
    {"kind": "metric", "name": "overall", "value": 1, "target": "parent"},
    {"kind": "tag", "name": "stage", "value": "trained"},
    {"kind": "property", "name": "best", "value": "yes", "target": "parent"},
    {"kind": "wish", "name": "x"},
]
with open(os.environ["FOREBAY_SPOOL"], "a") as file:
    for record in records:
        file.write(json.dumps(record) + "\\n")
    file.write("not json\\n")
    file.write('{"kind": "metric", "name": "last", "value": 1}')
"""
    run = bench.submit(script, node={"outputs": [], "arguments": []})
    step = bench.finish(run)
    assert list(step.metrics.order_by("id").values_list("name", "value")) == [
        ("loss", 0.5),
        ("loss", "NaN"),
        ("last", 1),
    ]
    assert run.metrics.get(step_run=None).name == "overall"
    assert step.tags == {"stage": "trained"}
    assert run.properties["best"] == "yes"
    assert "Record 7 of the spool was not kept. It is not JSON." in bench.log(step)
    assert "Record 6" in bench.log(step)
    told = {n for e in run.events.filter(kind="step.metric") for n in e.data["names"]}
    assert told == {"last", "loss", "overall"}  # in one batch or two: the spool is read as it grows


def test_metrics_arrive_while_the_script_runs(bench: Any) -> None:
    script = """
import os, time
with open(os.environ["FOREBAY_SPOOL"], "a") as file:
    file.write('{"kind": "metric", "name": "early", "value": 1}\\n{"kind": "metric", "na')
time.sleep(60)
"""
    run = bench.submit(script)
    bench.drive(run.metrics.exists, seconds=5)
    assert run.metrics.get().name == "early"
    cancel(bench, run)
    bench.finish(run, seconds=5)
    assert run.metrics.count() == 1


def test_an_environment_that_can_not_be_built_fails_its_steps(
    bench: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("compute.services.environments.find_python", lambda version: "/bin/false")
    run = bench.submit("print(1)", "a b", built=False)
    step = bench.finish(run)
    assert (step.status, step.reason) == ("Failed", "environment_failed")
    assert "building it failed" in step.reason_data["detail"]
    assert bench.log(step).startswith("Building the environment …\n")
    assert {one.status for one in run.steps.all()} == {"Failed"}


@pytest.mark.parametrize("mode", ["download", "mount"])
def test_inputs_from_a_datastore(bench: Any, mode: str) -> None:
    from data.selectors import default_datastore, local_path

    place = local_path(default_datastore(bench.workspace), "raw/table.csv")
    place.parent.mkdir(parents=True)
    place.write_text("a,b")
    source = {"datastore": "workspaceblobstore", "path": "raw/table.csv"}
    node = {
        "inputs": [{"name": "raw", "mode": mode, "source": source}],
        "arguments": [{"input": "raw"}],
        "outputs": [],
    }
    script = (
        "import os, sys; print(open(sys.argv[1]).read(), os.environ['AZUREML_DATAREFERENCE_raw'])"
    )
    step = bench.finish(bench.submit(script, node=node))
    text, path = bench.log(step).splitlines()[-1].split()
    assert text == "a,b"
    assert (path == str(place)) is (mode == "mount")
    assert place.read_text() == "a,b"


def test_a_mistake_of_ours_fails_one_step_only(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.runner import attempts

    real = attempts.finalize

    def wrong(folder: Path, spec: Any, *, keep_outputs: bool) -> Any:
        if spec["step_run"] == run.steps.get(node_id="a").uid:
            raise RuntimeError("a bug")
        return real(folder, spec, keep_outputs=keep_outputs)

    monkeypatch.setattr(attempts, "finalize", wrong)
    run = bench.submit("print(1)", "a b", node={"outputs": [], "arguments": []},
                       continue_on_step_failure=True)  # fmt: skip
    bench.finish(run)
    a, b = run.steps.order_by("position")
    assert (a.status, a.reason, b.status) == ("Failed", "internal", "Completed")
    assert "a bug" in a.reason_data["detail"]
