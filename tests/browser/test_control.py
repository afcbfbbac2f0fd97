"""Resubmit, resume, one step's cancel and compute targets in a real browser."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import faults_of, too_wide
from tests.browser.test_story import submit
from tests.support.pipelines import FAILING, WRITER, write_scripts

NARROW = {"viewport": {"width": 390, "height": 800}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = f"{WRITER}\n# {uuid.uuid4()}\n"
    write_scripts(tmp_path, train=own, extract=own)
    return tmp_path


@pytest.fixture(scope="module")
def failed(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run whose second step failed, and whose first one stays."""
    folder = tmp_path_factory.mktemp("failed")
    write_scripts(folder, train=f"{WRITER}\n# {uuid.uuid4()}\n", extract=FAILING)
    run = submit(studio, folder, "control")
    studio.wait_for_run(run)
    return run


def test_resubmit_says_what_will_run_while_one_types(studio: Any, page: Page, folder: Path):
    run = submit(studio, folder, "again while typing")
    studio.wait_for_run(run)
    page.goto(f"/w/forebay/runs/{run}/")
    page.get_by_role("link", name="Resubmit").click()
    counts = page.locator("#forecast-counts")
    expect(counts).to_have_text("2 reused")
    field = page.get_by_label(re.compile("seconds"))
    expect(field).to_have_value("0.0")
    field.fill("0.1")
    expect(counts).to_contain_text("1 to run")
    expect(page.locator("#p0-note")).to_have_text("Changed was 0.0")
    field.fill("soon")
    expect(page.locator("#p0-note")).to_contain_text("is no number")
    field.fill("0.2")
    expect(counts).to_contain_text("1 to run")
    field.press("Control+Enter")
    expect(page.get_by_role("heading", name="Run 2")).to_be_visible()


def test_a_failed_run_is_resumed(studio: Any, page: Page, failed: str):
    page.goto(f"/w/forebay/runs/{failed}/")
    page.get_by_role("link", name="Resume from failed").click()
    expect(page.locator("#forecast-counts")).to_contain_text("1 kept or reused")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Run 2")).to_be_visible()
    expect(page.locator("#run-head")).to_contain_text("Resumed from Run 1")
    page.locator("#run-head").get_by_role("link", name="Run 1").click()
    expect(page).to_have_url(re.compile(failed))


def test_one_step_is_canceled(studio: Any, page: Page, folder: Path):
    run = submit(studio, folder, "one step", seconds=30)
    page.goto(f"/w/forebay/runs/{run}/?tab=steps")
    page.get_by_role("row").filter(has_text="train.py").get_by_role("link").first.click()
    panel = page.locator("#step-panel")
    expect(panel.locator("#step-status")).to_contain_text("Running")
    live = page.locator("forebay-live")
    expect(live).to_have_text("Live")  # a socket that is left while it connects is a warning
    panel.get_by_role("button", name="Cancel step").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the step").click()
    expect(panel.locator("#step-status")).to_contain_text("Canceled")
    expect(live).to_have_text("Live")
    expect(panel.get_by_role("button", name="Cancel step")).to_have_count(0)
    panel.get_by_role("link", name="Attempts").click()
    expect(panel.locator("#attempt-1")).to_contain_text("Canceled by")
    expect(panel.locator("forebay-log")).to_contain_text("train.py line 0")
    studio.wait_for_run(run)


def test_a_live_answer_that_comes_after_the_tab_changed_is_dropped(page: Page, failed: str) -> None:
    page.goto(f"/w/forebay/runs/{failed}/?tab=steps&panel=outputs")
    panel = page.locator("#step-panel")
    expect(panel.locator("#step-files")).to_be_visible()
    expect(page.locator("forebay-live")).to_have_text("Live")
    held: list[Route] = []
    # Playwright takes no method of a built-in type.
    page.route(re.compile(r"panel=outputs.*live=1"), lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request(re.compile(r"panel=outputs.*live=1")):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('forebay:run-changed'))")
    panel.get_by_role("link", name="Attempts").click()
    expect(panel.locator("#step-attempts")).to_be_visible()
    # Its pieces have no place in this panel: put in, they would be an error of the console.
    with page.expect_response(re.compile(r"panel=outputs.*live=1")) as late:
        for route in held:
            route.continue_()
    late.value.finished()
    page.wait_for_timeout(200)
    expect(panel.locator("#step-attempts")).to_be_visible()


def test_a_paused_target_starts_nothing_until_it_is_resumed(studio: Any, page: Page, folder: Path):
    target = "/w/forebay/compute/targets/cpu-cluster/"
    page.goto("/w/forebay/")
    page.get_by_role("link", name="Compute").click()
    page.get_by_role("link", name="cpu-cluster").click()
    page.get_by_role("button", name="Pause").click()
    try:
        run = submit(studio, folder, "paused")
        queue = page.get_by_role("table", name="Steps that wait for cpu-cluster")
        expect(queue.get_by_role("row").filter(has_text="train.py")).to_contain_text("1")
        queue.get_by_role("link", name="train.py").click()
        expect(page.locator("#step-actions")).to_contain_text("1st in the queue of cpu-cluster")
        expect(page.locator("#step-actions")).to_contain_text("cpu-cluster is paused by admin")
    finally:
        page.goto(target)
        page.get_by_role("button", name="Resume").click()
    assert studio.wait_for_run(run)["status"] == "Completed"


@pytest.mark.parametrize(
    "page",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, NARROW],
    indirect=True,
    ids=["light", "dark", "phone"],
)
def test_the_new_pages_are_accessible_and_fit_their_window(page: Page, failed: str):
    run = f"/w/forebay/runs/{failed}/"
    found: list[str] = []
    for url in (
        "/w/forebay/compute/",
        "/w/forebay/compute/new/",
        "/w/forebay/compute/targets/cpu-cluster/",
        run + "resubmit",
        run + "resume",
        run + "?tab=steps&panel=attempts",
        run + "?tab=steps&panel=metrics",
    ):
        page.goto(url)
        found += faults_of(page, url) + too_wide(page, url)
    assert found == []
