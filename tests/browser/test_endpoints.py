"""Publish, consume, try it, roll back: endpoints in a real browser."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_story import node, submit
from tests.support.pipelines import WRITER, write_scripts

NARROW = {"viewport": {"width": 390, "height": 800}}


@pytest.fixture(scope="module")
def runs(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two completed runs of one pipeline, the second with other sources."""
    folder, found = tmp_path_factory.mktemp("endpoints"), []
    for _ in range(2):
        own = f"{WRITER}\n# {uuid.uuid4()}\n"
        write_scripts(folder, train=own, extract=own)
        run = submit(studio, folder, "leads")
        studio.wait_for_run(run)
        found.append(run)
    return found


@pytest.fixture(scope="module")
def published(studio: Any, runs: list[str]) -> str:
    """The name of an endpoint that a test publishes; each module has its own."""
    return f"score {uuid.uuid4().hex[:6]}"


def test_publish_consume_try_it_and_the_run(
    studio: Any, page: Page, runs: list[str], published: str
):
    page.goto(f"/w/forebay/runs/{runs[0]}/")
    page.get_by_role("link", name="Publish").click()
    page.get_by_label("Name of the new endpoint").fill(published)
    page.get_by_label("Version optional").fill("1.0")
    page.get_by_label("seconds").fill("0.5")
    page.get_by_role("button", name="Publish").click()
    expect(page).to_have_url(re.compile("tab=consume"))
    expect(page.locator("#snippet-curl")).to_contain_text('"seconds": 0.5')
    page.get_by_role("link", name="Python").click()
    expect(page.locator("#snippet-python")).to_contain_text("requests.post")
    page.get_by_role("link", name="SDK").click()
    expect(page.locator("#snippet-sdk")).to_contain_text(f'name="{published}"')
    seconds = page.locator("#try-form").get_by_label("seconds")
    seconds.fill("soon")
    expect(page.locator("#try-request")).to_contain_text("Mend seconds first")
    page.get_by_role("button", name="Call it").click()
    expect(page.locator("#try-answer")).to_contain_text("Mend seconds first")
    seconds.fill("2")
    expect(page.locator("#try-body")).to_contain_text('"seconds": 2.0')
    seconds.press("Control+Enter")
    answer = page.locator("#try-answer")
    expect(answer).to_contain_text("200")
    expect(answer.locator("#try-json")).to_contain_text("RunUrl")
    expect(answer.locator(".status")).to_contain_text("Completed", timeout=60_000)  # live
    answer.get_by_role("link", name="Open the run").click()
    expect(page.locator("#run-overview")).to_contain_text(published)
    page.locator("#run-overview").get_by_role("link", name=published).first.click()
    expect(page.get_by_role("heading", name=published)).to_be_visible()


def test_a_new_version_is_compared_set_and_rolled_back(page: Page, runs: list[str], published: str):
    page.goto(f"/w/forebay/runs/{runs[1]}/publish")
    page.get_by_label("The next version of an endpoint").check()
    page.get_by_label("Endpoint", exact=True).select_option(label=f"{published}, has version 0")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("calls still start version 0")).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="to version 0").click()
    expect(page.locator("#differences")).to_contain_text("content of train.py")
    expect(page.locator("#differences")).to_contain_text("default of seconds")
    page.get_by_role("link", name="Versions").click()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    rows = page.locator("#versions tbody tr")
    rows.nth(0).get_by_role("button", name="Make default").click()
    expect(rows.nth(0)).to_contain_text("default")
    rows.nth(1).get_by_role("button", name="Roll back to 0").click()
    expect(rows.nth(1)).to_contain_text("default")
    assert len(asked) == 2 and "instead of version 1" in asked[1]


def test_a_published_graph_is_looked_at_with_the_keyboard(page: Page, published: str):
    page.goto("/w/forebay/published/")
    page.get_by_role("link", name="leads").last.click()
    expect(node(page, "train.py")).to_be_visible()
    node(page, "train.py").focus()
    page.keyboard.press("Enter")
    panel = page.locator("#step-panel")
    expect(panel).to_contain_text("train.py")
    expect(panel).to_contain_text("Arguments")
    page.reload()
    expect(panel).to_contain_text("Arguments")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("refuses calls until it is enabled")).to_be_visible()
    page.get_by_role("button", name="Enable").click()
    page.get_by_role("link", name="Submit").click()
    expect(page.locator("#forecast-counts")).to_contain_text("to run")


def test_the_list_switches_and_hides(page: Page, published: str):
    page.goto("/w/forebay/")
    page.keyboard.press("g")
    page.keyboard.press("n")
    row = page.get_by_role("row").filter(has_text=published)
    row.get_by_label(f"Actions of {published}").click()
    row.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("row").filter(has_text=published)).to_have_count(0)
    page.get_by_label("Include disabled").check()
    expect(page).to_have_url(re.compile("disabled=1"))
    row.get_by_label(f"Actions of {published}").click()
    row.get_by_role("button", name="Enable").click()
    expect(row).to_contain_text("Active")
    page.get_by_role("searchbox").fill("no such endpoint")
    expect(page.get_by_text("No endpoint fits this search")).to_be_visible()


def places(page: Page, published: str, runs: list[str]) -> list[str]:
    page.goto("/w/forebay/endpoints/?disabled=1")
    endpoint = page.get_by_role("link", name=published, exact=True).get_attribute("href")
    page.goto("/w/forebay/published/")
    one = page.locator("a.row-link").first.get_attribute("href")
    return [
        "/w/forebay/endpoints/",
        "/w/forebay/published/",
        *(
            f"{endpoint}?tab={tab}"
            for tab in ("overview", "versions", "runs", "schedules", "consume")
        ),
        f"{endpoint}versions/1/diff",
        str(one),
        f"{one}?tab=runs",
        f"{one}submit",
        f"{one}endpoint",
        f"/w/forebay/runs/{runs[0]}/publish",
    ]


@pytest.mark.parametrize(
    "page",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, NARROW],
    indirect=True,
)
def test_every_page_is_accessible(page: Page, published: str, runs: list[str]):
    for url in places(page, published, runs):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        serious = [v for v in Axe().run(page).response["violations"] if v["impact"] != "minor"]
        assert [(url, v["id"], v["nodes"][0]["html"]) for v in serious] == []
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, url
