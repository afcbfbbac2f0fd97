"""Environment pages: the list, a registered one, a build; and what a step says of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compute.models import EnvironmentBuild, EnvironmentRule
from compute.services.environment_versions import register_environment
from compute.services.environments import request_environment
from tests.support.submitting import body_of, submit
from workspaces.services.workspaces import create_workspace

HERE = "/w/lab/environments/"
ASKED = {
    "name": "iris-env",
    "version": None,
    "python": {"packages": ["numpy==1.19.5"], "channels": ["conda-forge"]},
    "docker": {"base_image": "ubuntu"},
    "variables": {},
}


@pytest.fixture
def build(workspace: Any, actor: Any, source: str) -> EnvironmentBuild:
    """Asked for by a step, changed by a rule."""
    EnvironmentRule.objects.create(kind="package", asked="numpy==1.19.*", used="numpy==1.23.5")
    submit(workspace, actor, body_of("a", source, node={"environment": ASKED}))
    return EnvironmentBuild.objects.get()


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_an_empty_list_says_how_to_begin(browser: Client, workspace: Any) -> None:
    assert "Environment.from_pip_requirements" in text(browser, HERE)


def test_the_list_has_registered_and_asked_ones(
    browser: Client, workspace: Any, actor: Any, build: EnvironmentBuild
) -> None:
    body = {"name": "mine", "definition": {"python": {"packages": ["tqdm"]}}}
    register_environment(workspace=workspace, actor=actor, body=body)
    page = text(browser, HERE)
    assert 'aria-current="page">' in page and f"{HERE}builds/{build.key}/" in page
    assert "iris-env" in page and "not registered" in page and "1 run" in page
    assert f'href="{HERE}mine/"' in page and "Not built" in page and "Waiting" in page


def test_a_failed_build_shows_its_last_lines_and_builds_again(
    browser: Client, reader: Client, build: EnvironmentBuild, data_folder: Any
) -> None:
    address = f"{HERE}builds/{build.key}/"
    page = text(browser, address)
    assert "forebay:log-end from:body" in page and "Build again" not in page
    assert "Asked numpy==1.19.5, used numpy==1.23.5: rule" in page
    log = data_folder / "environments" / f"{build.key}.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text("Build 1:\nno such <package>\n")
    EnvironmentBuild.objects.update(status="Failed", error="no such <package>", attempt=1)
    assert f'topic="build:{build.key}"' in page
    page = text(browser, address)
    assert "no such &lt;package&gt;" in page and "forebay:log-end" not in page
    assert page.index("no such &lt;package&gt;") < page.index("<forebay-log")
    assert "Build again" in page and "Build again" not in text(reader, address)
    answer = browser.get(f"/api/v1/workspaces/lab/environments/builds/{build.key}/log")
    assert answer.content == log.read_bytes()
    assert reader.post(f"{address}again").status_code == 403
    assert browser.post(f"{address}again")["Location"] == address
    build.refresh_from_db()
    assert (build.status, build.wanted) == ("Pending", True)
    EnvironmentBuild.objects.update(status="Ready", lock=["numpy==1.23.5"])
    assert "1 package installed" in text(browser, address)


def test_a_registered_one_has_versions_and_can_be_built(
    browser: Client, workspace: Any, actor: Any
) -> None:
    for packages in (["tqdm"], ["tqdm", "joblib<1"]):
        body = {"name": "mine", "definition": {"python": {"packages": packages}}}
        register_environment(workspace=workspace, actor=actor, body=body)
    page = text(browser, f"{HERE}mine/")
    assert "joblib&lt;1" in page and "version 2" in page and "Not built" in page
    assert "joblib&lt;1" not in text(browser, f"{HERE}mine/?version=1")
    answer = browser.post(f"{HERE}mine/build", {"version": "1"})
    assert answer["Location"] == f"{HERE}mine/?version=1"
    assert EnvironmentBuild.objects.get().spec["requirements"] == ["tqdm"]
    assert "Waiting" in text(browser, f"{HERE}mine/?version=1")
    assert browser.get(f"{HERE}mine/?version=9").status_code == 404


def test_builds_of_other_workspaces_are_unknown(
    browser: Client, workspace: Any, owner: Any, actor: Any
) -> None:
    other = create_workspace(name="other", owner=owner)
    body = {"name": "mine", "definition": {"python": {"packages": ["tqdm"]}}}
    version, _ = register_environment(workspace=workspace, actor=actor, body=body)
    asked = {"name": "theirs", "python": {"packages": ["tqdm"]}}
    build = request_environment(asked=asked, workspace=other)
    for address in (f"{HERE}builds/{build.key}/", f"{HERE}builds/{build.key}/again"):
        call = browser.post if address.endswith("again") else browser.get
        assert call(address).status_code == 404
    assert build.key not in text(browser, f"{HERE}{version.name}/")
    assert browser.get(f"/w/other/environments/builds/{build.key}/").status_code == 200


def test_a_step_says_what_was_not_as_asked(
    browser: Client, build: EnvironmentBuild, workspace: Any
) -> None:
    from pipelines.models import StepRun

    step = StepRun.objects.select_related("run").get()
    panel = f"/w/lab/runs/{step.run.uid}/steps/{step.uid}/panel?panel=details"
    page = text(browser, panel)
    assert "Asked numpy==1.19.5, used numpy==1.23.5: rule" in page
    assert f"{HERE}builds/{build.key}/" in page
    answer = browser.get(f"/api/v1/workspaces/lab/steps/{step.uid}").json()
    notices = answer["environment"]["notices"]
    assert len(notices) == 3 and notices[0].startswith("Asked numpy==1.19.5, used numpy==1.23.5")
    assert "docker.base_image" in notices[1] and "conda-forge" in notices[2]
