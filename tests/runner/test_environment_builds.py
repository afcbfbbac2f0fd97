"""Builds of environments: one per content, ended when nobody waits, tried again, explained."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compute.models import EnvironmentBuild
from compute.services.environments import request_environment
from pipelines.runner import run_uv
from pipelines.runner.build_environment import MARKER, main
from pipelines.services.cancel import cancel_run
from tests.support.submitting import body_of, make_snapshot, make_target, submit

ONE_MINUTE = timedelta(minutes=1)
WISH = {"name": "mine", "python": {"packages": ["forebay-no-such-package==1"]}}


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Builds with a script in uv's place; gives (exit code, log)."""
    monkeypatch.setattr("pipelines.runner.build_environment.AGAIN_AFTER", 0.0)

    def build(script: str, capfd: Any, **fields: Any) -> tuple[int, str]:
        uv = tmp_path / "uv"
        uv.write_text(f"#!/bin/sh\nhere={tmp_path}\n{script}\n")
        uv.chmod(0o700)
        made = {
            "uv": os.fspath(uv),
            "python": sys.executable,
            "pip_python": sys.executable,
            "target": os.fspath(tmp_path / "made"),
            "requirements": ["tqdm"],
            "defaults": [],
            "notices": ["Channels: none."],
            "attempt": 3,
            **fields,
        }
        (tmp_path / "build.json").write_text(json.dumps(made))
        return main(tmp_path), capfd.readouterr().out

    return build


VENV = """
[ "$1" = venv ] && { mkdir -p "$6/bin"; ln -s /bin/true "$6/bin/python"; exit 0; }
[ "$2" = freeze ] && exit 0
"""


def test_an_index_that_comes_back_is_tried_once_more(order: Any, capfd: Any) -> None:
    refused = "echo '  cause: tcp connect error'; exit 2"
    code, log = order(f"{VENV}[ -e $here/again ] || {{ touch $here/again; {refused}; }}", capfd)
    assert log.startswith("Build 3:\nChannels: none.\n")
    assert "trying once more" in log and "UV_DEFAULT_INDEX" not in log
    assert (code, log.count("tcp connect error")) == (0, 1)


@pytest.mark.parametrize(
    ("printed", "times", "remedy"),
    [
        ("cause: dns error", 2, "UV_DEFAULT_INDEX"),
        ("hint: Packages were unavailable because the network was disabled.", 1, "UV_OFFLINE"),
        ("because index lookups were disabled", 1, "UV_NO_INDEX"),
    ],
)
def test_a_sentence_names_the_setting(
    order: Any, capfd: Any, printed: str, times: int, remedy: str
) -> None:
    code, log = order(f"{VENV}echo {printed!r}; exit 2", capfd, defaults=["numpy==1.23.5"])
    assert code == 1
    assert log.count(printed) == times  # never with other versions of the defaults
    assert remedy in log.splitlines()[-1]


def test_without_uv_there_is_a_sentence(order: Any, capfd: Any) -> None:
    code, log = order("", capfd, uv="/nowhere/uv")
    assert (code, log.splitlines()[-1]) == (1, run_uv.NO_UV)


def test_signs_of_life_and_no_credentials(
    order: Any, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_uv, "FIRST_SIGN", 0.1)
    monkeypatch.setattr(run_uv, "NEXT_SIGNS", 0.3)
    script = f"{VENV}echo from https://me:secret@index/simple; sleep 0.6; printf 'no newline'"
    code, log = order(script, capfd)
    assert code == 0 and "secret" not in log and "https://****@index" in log
    assert 2 <= log.count("… ") <= 3


def test_two_runs_of_two_workspaces_share_one_build(
    bench: Any, settings: Any, owner: Any, actor: Any
) -> None:
    from data.services.datastores import create_default_datastores
    from workspaces.services.workspaces import create_workspace

    settings.FOREBAY_DEFAULT_PACKAGES = "none"
    first = bench.submit("print(1)", built=False)
    other = create_workspace(name="other", owner=owner)
    create_default_datastores(other)
    make_target(other, owner)
    source = make_snapshot(other, owner, {"main.py": "print(2)"})
    body = body_of("a", source)
    body["graph"]["nodes"][0]["environment"] = {"name": "of-another-name", "variables": {"A": "1"}}
    second = submit(other, actor, body)
    step = bench.finish(first)
    assert step.status == bench.finish(second).status == "Completed"
    build = EnvironmentBuild.objects.get()
    assert (build.status, build.attempt, build.requests.count()) == ("Ready", 1, 2)
    log = bench.data / "environments" / f"{build.key}.log"
    assert log.read_text().count("The environment is ready") == 1
    assert "The environment is ready" in bench.log(step)


def slow_builder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    uv = tmp_path / "slow-uv"
    uv.write_text("#!/bin/sh\nsleep 60\n")
    uv.chmod(0o700)
    monkeypatch.setattr("pipelines.runner.environment_builds._find_uv", lambda: os.fspath(uv))


def test_a_build_ends_with_the_last_step_that_waits(
    bench: Any, actor: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_builder(monkeypatch, tmp_path)
    monkeypatch.setattr("compute.services.environments.UNASKED_AFTER", -ONE_MINUTE)
    runs = [bench.submit("print(1)", built=False, tags={"n": n}) for n in ("1", "2")]
    builds = bench.runner.environments
    bench.drive(lambda: bool(builds.active) and len(bench.runner.attempts.works) == 2)
    child = next(iter(builds.active.values())).process
    cancel_run(actor=actor, run=runs[0])
    bench.finish(runs[0])
    builds.do_slow_work()
    assert EnvironmentBuild.objects.get().status == "Building"
    cancel_run(actor=actor, run=runs[1])
    bench.finish(runs[1])
    bench.drive(lambda: not builds.active)
    assert EnvironmentBuild.objects.get().status == "Canceled"
    assert not Path(f"/proc/{child.pid}").exists()
    again = request_environment(asked=None)
    assert again.status == "Pending"


def test_a_wanted_build_goes_on_without_steps(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_builder(monkeypatch, tmp_path)
    monkeypatch.setattr("compute.services.environments.UNASKED_AFTER", -ONE_MINUTE)
    row = request_environment(asked=None, wanted=True)
    other = request_environment(asked=WISH)
    builds = bench.runner.environments
    bench.drive(lambda: bool(builds.active), seconds=5)
    end = time.monotonic() + 1
    bench.drive(lambda: time.monotonic() > end)
    assert list(builds.active) == [row.key]
    other.refresh_from_db()
    assert other.status == "Canceled"
    os.killpg(builds.active[row.key].process.pid, 9)
    bench.drive(lambda: not builds.active)


@pytest.mark.needs("packages")
def test_a_failed_build_is_explained_and_asked_again(bench: Any, owner: Any) -> None:
    run = bench.submit("print(1)", built=False, node={"environment": WISH})
    step = bench.finish(run, seconds=60)
    assert (step.status, step.reason) == ("Failed", "environment_failed")
    assert "forebay-no-such-package was not found" in step.reason_data["detail"]
    assert "\n" not in step.reason_data["detail"] and step.error_lines[0] == "Build 1:"
    build = EnvironmentBuild.objects.get()
    assert build.status == "Failed" and build.error.startswith("Build 1:")
    assert not (bench.data / build.folder / MARKER).exists()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    api = f"/api/v1/workspaces/lab/environments/builds/{build.key}"
    answer = client.get(api).json()
    assert answer["status"] == "Failed" and "no-such-package" in "".join(answer["error_lines"])
    log = client.get(f"{api}/log?offset=6")
    assert log["X-Forebay-Log-Complete"] == "1" and log["X-Forebay-Log-Start"] == "6"
    assert b"no-such-package" in log.content


LOCKED = {"lock": ["tqdm==4.66.0"], "frozen": False, "python_version": "3.11"}


def test_an_environment_that_was_there_before_gets_the_same_packages(
    order: Any, capfd: Any
) -> None:
    code, log = order(f'{VENV}echo "uv $@"', capfd, **LOCKED)
    assert code == 0
    assert "Installing the 1 packages that it had before." in log
    assert "--no-deps tqdm==4.66.0\n" in log


@pytest.mark.parametrize("frozen", [False, True])
def test_packages_that_are_gone_end_only_a_frozen_build(
    order: Any, capfd: Any, frozen: bool
) -> None:
    script = f'{VENV}case "$*" in *4.66.0*) echo gone; exit 1;; esac; echo "uv $@"'
    code, log = order(script, capfd, **{**LOCKED, "frozen": frozen})
    assert (code, "publish the pipeline again" in log) == ((1, True) if frozen else (0, False))
    assert ("resolving what is asked for anew" in log) is not frozen


def test_a_frozen_build_takes_no_other_python(order: Any, capfd: Any) -> None:
    code, log = order(VENV, capfd, **{**LOCKED, "frozen": True, "python": ""})
    assert code == 1
    assert "frozen with Python 3.11, which is not on this machine any more" in log


@pytest.mark.needs("packages")
def test_a_published_pipeline_keeps_its_packages_over_a_newer_release(
    bench: Any, actor: Any
) -> None:
    """Published with what was the newest tqdm; swept; called when a newer one is out."""
    from endpoints.services.publishing import publish_run
    from endpoints.services.submitting import submit_published

    script = "import tqdm; print('tqdm', tqdm.__version__)"
    wish = {"name": "mine", "python": {"packages": ["tqdm"]}}
    run = bench.submit(script, built=False, node={"environment": wish, "allow_reuse": False})
    assert bench.finish(run, seconds=60).status == "Completed"
    published = publish_run(run=run, actor=actor, body={"name": "nightly"})
    build = EnvironmentBuild.objects.get(requests__asked=wish)
    # As if it had been built before the release that the index has now.
    EnvironmentBuild.objects.filter(pk=build.pk).update(status="Removed", lock=["tqdm==4.66.1"])
    shutil.rmtree(bench.data / build.folder)
    called = submit_published(published=published, actor=actor, body={})
    step = bench.finish(called, seconds=60)
    assert step.status == "Completed"
    assert "tqdm 4.66.1" in bench.log(step)
    build.refresh_from_db()
    assert build.lock == ["tqdm==4.66.1"]
