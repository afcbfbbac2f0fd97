"""`Environment.build` and running in a registered environment, against a real studio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azureml._forebay.unsupported import NotSupportedError
from azureml.core import Environment, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.exceptions import AzureMLException, UserErrorException

from tests.support.pipelines import run_program, write_scripts


@pytest.fixture
def ws(studio: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Workspace]:
    monkeypatch.setenv("FOREBAY_TOKEN", studio.token)
    monkeypatch.chdir(tmp_path)
    studio.write_config(tmp_path)
    yield Workspace.from_config()


def made_of(*packages: str, name: str = "built") -> Environment:
    environment = Environment(name)
    environment.python.conda_dependencies = CondaDependencies.create(pip_packages=list(packages))
    return environment


def test_a_build_is_waited_for_with_its_log(ws: Workspace, capsys: Any) -> None:
    build = made_of(name="nothing-to-install").build(ws)
    assert build.status in ("NotStarted", "Running", "Succeeded")
    build.wait_for_completion(show_output=True)
    said = capsys.readouterr().out
    assert said.startswith("Building environment nothing-to-install on the server\n")
    assert said.endswith("Environment nothing-to-install: Succeeded\n")
    assert build.status == "Succeeded"
    assert build.log.strip()
    assert build.log.strip() in said
    assert made_of(name="other").build_local(ws, useDocker=False).build_id == build.build_id


@pytest.mark.needs("packages")
def test_a_build_that_fails_raises_with_its_last_lines(ws: Workspace) -> None:
    build = made_of("forebay-no-such-package==9.9").build(ws)
    with pytest.raises(AzureMLException, match=r"ended as Failed[^$]*forebay-no-such-package"):
        build.wait_for_completion(show_output=False)
    assert build.status == "Failed"


def test_what_has_no_meaning_names_the_alternative(ws: Workspace) -> None:
    with pytest.raises(NotSupportedError, match=r"build\(workspace\)\.status"):
        made_of().get_image_details(ws)
    with pytest.raises(UserErrorException, match="at most 255"):
        made_of(name="x" * 300).build(ws)
    with pytest.raises(UserErrorException, match="is not a package"):
        made_of("../wheel.whl").build(ws)


REGISTERED = """
from azureml.core import Environment
from azureml.core.runconfig import RunConfiguration
mine = Environment("twice")
mine.environment_variables = {"COLOUR": "teal"}
mine.register(ws)
config = RunConfiguration()
config.environment = Environment.get(ws, "twice")
for number in (1, 2):
    step = PythonScriptStep(
        "show.py", arguments=[number], runconfig=config, compute_target=target,
        source_directory="show", allow_reuse=False,
    )
    run = Experiment(ws, "registered_environment").submit(Pipeline(ws, [step]))
    run.wait_for_completion(show_output=True)
print("version", Environment.get(ws, "twice").version)
"""
SHOW = "import os, sys; print('run', sys.argv[1], 'colour', os.environ['COLOUR'], sys.prefix)"


def test_a_registered_environment_serves_two_runs(studio: Any, tmp_path: Path) -> None:
    write_scripts(tmp_path, show=SHOW)
    said = run_program(studio, tmp_path, REGISTERED).stdout
    lines = [line for line in said.splitlines() if line.startswith("run ")]
    assert [line.split()[:4] for line in lines] == [
        ["run", "1", "colour", "teal"],
        ["run", "2", "colour", "teal"],
    ]
    assert len({line.split()[-1] for line in lines}) == 1
    assert "version 1" in said


LIMITED = """
step = PythonScriptStep("sleep.py", compute_target=target, source_directory="sleep")
run = Experiment(ws, "limited").submit(Pipeline(ws, [step]), timeout_seconds=2)
run.wait_for_completion(show_output=True, raise_on_error=False)
print("ended as", run.get_status(), run.get_details()["error"]["error"]["message"])
"""


def test_a_run_past_its_time_fails_with_the_sentence(studio: Any, tmp_path: Path) -> None:
    write_scripts(tmp_path, sleep="import time; print('begun', flush=True); time.sleep(60)")
    said = run_program(studio, tmp_path, LIMITED).stdout
    assert "ended as Failed The run took longer than its limit of 2 s." in said


AGAIN = """
step = PythonScriptStep("flaky.py", compute_target=target, source_directory="flaky")
run = Experiment(ws, "again").submit(Pipeline(ws, [step]), retry={"count": 2})
run.wait_for_completion(show_output=True)
"""
FLAKY = """
import os, sys, tempfile
mark = os.path.join(os.path.dirname(os.environ["FOREBAY_SPOOL"]), "..", "tries")
with open(mark, "a") as file:
    file.write("x")
tries = os.path.getsize(mark)
print("try", tries, flush=True)
sys.exit(3 if tries < 3 else 0)
"""


def test_following_says_which_attempt_runs_and_why(studio: Any, tmp_path: Path) -> None:
    write_scripts(tmp_path, flaky=FLAKY)
    said = run_program(studio, tmp_path, AGAIN).stdout
    wanted = [
        "try 1",
        "flaky.py: attempt 2 of 3. Attempt 1 failed (The script ended with exit code 3); "
        "tried again at once.",
        "flaky.py: Running, attempt 2 of 3",
        "try 2",
        "flaky.py: attempt 3 of 3. Attempt 2 failed (The script ended with exit code 3); "
        "tried again at once.",
        "flaky.py: Running, attempt 3 of 3",
        "try 3",
    ]
    lines = [line for line in said.splitlines() if line in wanted]
    assert lines == wanted, said
