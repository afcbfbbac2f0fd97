"""Every page: no serious accessibility problem, light and dark, keyboard only, long names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import faults_of, too_wide
from tests.browser.conftest import HOME
from tests.support.pipelines import WRITER, run_program, write_scripts

LONG = "a very long experiment name " * 7
SUBMIT = """
out = PipelineData("out", datastore=store, is_directory=True)
step = PythonScriptStep(
    "train.py", name={name!r}, arguments=["--out", out], outputs=[out],
    compute_target=target, source_directory="train",
)
run = Experiment(ws, {experiment!r}).submit(Pipeline(ws, [step]), tags={{"team": "🌾 مرحبا"}})
run.wait_for_completion(show_output=False)
print("RUN", run.id)
"""


@pytest.fixture(scope="module")
def run_id(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("names")
    write_scripts(folder, train=WRITER)
    text = SUBMIT.format(experiment=LONG.strip()[:200], name="تدريب 🌾 " + "x" * 180)
    done = run_program(studio, folder, text)
    return done.stdout.split("RUN ")[1].split()[0]


PAGES = {
    "home": "/w/forebay/",
    "runs": "/w/forebay/pipelines/",
    "experiments": "/w/forebay/experiments/",
    "graph": "/w/forebay/runs/{run}/",
    "steps": "/w/forebay/runs/{run}/?tab=steps",
    "outputs": "/w/forebay/runs/{run}/?tab=outputs",
    "metrics": "/w/forebay/runs/{run}/?tab=metrics",
    "snapshot": "/w/forebay/runs/{run}/?tab=snapshot",
    "json": "/w/forebay/runs/{run}/?tab=json",
    "tokens": "/settings/tokens/",
}


@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True
)
def test_no_page_has_a_serious_accessibility_problem(page: Page, run_id: str, tmp_path: Path):
    found: list[str] = []
    for name, url in PAGES.items():
        page.goto(url.format(run=run_id))
        if name == "graph":
            expect(page.locator(".react-flow__node").first).to_be_visible()
        found += faults_of(page, name)
    assert found == []


@pytest.mark.parametrize(
    "page", [{}, {"viewport": {"width": 390, "height": 800}}], indirect=True, ids=["wide", "phone"]
)
def test_long_names_do_not_widen_a_page(page: Page, run_id: str):
    for name, url in PAGES.items():
        page.goto(url.format(run=run_id))
        assert too_wide(page, name) == []


def test_the_graph_works_by_keyboard(page: Page, run_id: str):
    page.goto(f"/w/forebay/runs/{run_id}/")
    node = page.locator(".react-flow__node").first
    expect(node).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.react-flow__node')"):
            break
    else:
        raise AssertionError("Tab never reached a node of the graph")
    page.keyboard.press("Enter")
    expect(page.locator("#step-panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#step-panel")).to_be_hidden()


def test_a_stranger_is_sent_to_sign_in(browser: Any, studio: Any):
    context = browser.new_context(base_url=studio.url)
    page = context.new_page()
    page.goto("/w/forebay/pipelines/")
    assert "/sign-in" in page.url
    expect(page.get_by_label("Password")).to_be_visible()
    context.close()


def test_a_used_sign_in_link_says_so(browser: Any, studio: Any):
    link = "http" + studio.manage("sign_in_link").split("http", 1)[1].split()[0]
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(HOME)
    page.goto(link)
    expect(page.locator("main")).to_contain_text("This sign-in link was used already.")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_have_count(0)
    context.close()
