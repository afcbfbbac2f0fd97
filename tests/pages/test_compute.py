"""Compute targets as a person sees, makes, changes, pauses and deletes them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from compute.models import ComputeTarget
from pipelines.models import Run
from tests.pages.conftest import sign_in
from tests.support.submitting import body_of, submit
from workspaces.models import Member

LIST = "/w/lab/compute/"
CPU = "/w/lab/compute/targets/cpu/"
GOOD = {
    "min_nodes": "1",
    "max_nodes": "6",
    "idle_seconds_before_scaledown": "60",
    "memory_limit_mb": "512",
}


def cpu() -> ComputeTarget:
    return ComputeTarget.objects.get(name="cpu")


def test_the_list_counts_nodes_and_queue(browser: Client, run: Run) -> None:
    page = browser.get(LIST).content.decode()
    row = page.partition("<tbody>")[2].partition("</tr>")[0]
    assert CPU in row
    assert row.count('<td class="num">') == 4
    assert '<td class="num">1</td>' in row, "a is queued"
    assert "Ready" in row
    assert 'aria-current="page"' in page.partition("<span>Compute</span>")[0][-400:]


def test_an_empty_workspace_says_what_a_target_is(browser: Client, workspace: Any) -> None:
    page = browser.get(LIST).content.decode()
    assert "No compute target yet" in page
    assert "/w/lab/compute/new/" in page


def test_the_page_of_a_target_lists_the_queue_in_order(
    browser: Client, workspace: Any, actor: Any, source: str, run: Run
) -> None:
    again = submit(workspace, actor, body_of("x y", source, experiment="other"))
    queue = browser.get(CPU).context["queue"]
    assert [row.position for row in queue] == [1, 2, 3]
    assert {row.step.node_id for row in queue} == {"a", "x", "y"}
    page = browser.get(CPU).content.decode()
    assert f"/w/lab/runs/{again.uid}/?step=" in page
    assert "Nothing runs here now." in page
    part = browser.get(CPU, headers={"HX-Request": "true", "HX-Target": "compute-now"})
    assert "<html" not in part.content.decode()


def test_a_queued_step_says_its_place_and_that_the_target_is_paused(
    browser: Client, run: Run
) -> None:
    panel = f"/w/lab/runs/{run.uid}/steps/{run.steps.get(node_id='a').uid}/panel"
    assert "1st in the queue of cpu" in browser.get(panel).content.decode()
    browser.post(CPU + "pause", {"paused": "1"})
    assert cpu().paused_at is not None
    assert "cpu is paused by ada" in browser.get(panel).content.decode()
    page = browser.get(CPU).content.decode()
    assert "Resume" in page
    assert "nothing new is started here" in page
    assert "Paused" in browser.get(LIST).content.decode()
    browser.post(CPU + "pause", {"paused": "0"})
    assert cpu().paused_at is None


def test_settings_are_kept_and_wrong_ones_are_named_at_their_field(
    browser: Client, run: Run
) -> None:
    assert browser.post(CPU, GOOD)["Location"] == CPU
    row = cpu()
    assert (row.min_nodes, row.max_nodes, row.idle_seconds) == (1, 6, 60)
    assert row.memory_limit_mb == 512
    page = browser.get(CPU).content.decode()
    assert 'name="memory_limit_mb" inputmode="numeric" maxlength="12" value="512"' in page
    browser.post(CPU, {**GOOD, "memory_limit_mb": ""})
    assert cpu().memory_limit_mb is None, "an empty limit is none"
    answer = browser.post(CPU, {**GOOD, "min_nodes": "9", "max_nodes": "6"})
    assert answer.status_code == 422
    assert "must not be above" in answer.context["errors"]["min_nodes"]
    answer = browser.post(CPU, {**GOOD, "max_nodes": "six", "memory_limit_mb": "1"})
    assert set(answer.context["errors"]) == {"max_nodes", "memory_limit_mb"}
    assert 'value="six"' in answer.content.decode()
    assert cpu().max_nodes == 6


def test_a_target_is_made_by_the_form(browser: Client, run: Run) -> None:
    new = "/w/lab/compute/new/"
    answer = browser.post(new, {**GOOD, "name": "gpu-box"})
    assert answer["Location"] == "/w/lab/compute/targets/gpu-box/"
    assert ComputeTarget.objects.get(name="gpu-box").max_nodes == 6
    answer = browser.post(new, {**GOOD, "name": "cpu"})
    assert answer.status_code == 422
    assert "already" in answer.context["errors"]["name"]
    answer = browser.post(new, {**GOOD, "name": "9 lives", "max_nodes": ""})
    assert "letters, digits" in answer.context["errors"]["name"]
    answer = browser.post(new, {**GOOD, "name": "ok", "max_nodes": ""})
    assert "whole number" in answer.context["errors"]["max_nodes"]


def test_a_target_in_use_is_not_deleted(browser: Client, workspace: Any, run: Run) -> None:
    answer = browser.post(CPU + "delete", follow=True)
    assert "in use" in answer.content.decode()
    browser.post("/w/lab/compute/new/", {**GOOD, "name": "spare"})
    answer = browser.post("/w/lab/compute/targets/spare/delete", follow=True)
    assert "spare is deleted" in answer.content.decode()
    assert browser.get("/w/lab/compute/targets/spare/").status_code == 404


def test_a_reader_looks_and_changes_nothing(reader: Client, run: Run) -> None:
    page = reader.get(CPU).content.decode()
    assert reader.get(LIST).status_code == 200
    for word in ("Pause", "Delete", "Keep settings"):
        assert word not in page
    for url in (CPU, CPU + "pause", CPU + "delete", "/w/lab/compute/new/"):
        assert reader.post(url, GOOD).status_code == 403, url
    assert reader.get("/w/lab/compute/new/").status_code == 403


def test_a_contributor_may_change_it(workspace: Any, run: Run, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("carl")
    Member.objects.create(workspace=workspace, user=user, role="Contributor")
    assert "Keep settings" in sign_in(user).get(CPU).content.decode()
