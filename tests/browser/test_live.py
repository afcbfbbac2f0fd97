"""What changes while somebody looks, without a reload: lists, counts, graph, logs; a crash."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_story import folder, node, submit

__all__ = ["folder"]


def row_of(page: Page, experiment: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=experiment, exact=True))


def test_a_run_appears_in_the_list_and_ends_there(studio: Any, page: Page, folder: Path):
    page.goto("/w/forebay/pipelines/?sort=-submitted")
    expect(page.locator("forebay-live")).to_have_attribute("state", "live")
    submit(studio, folder, "appearing", seconds=1.5)
    row = row_of(page, "appearing")
    expect(row).to_contain_text("Running")
    expect(row).to_contain_text("Completed")
    expect(page).to_have_url(re.compile("sort=-submitted"))


def test_bar_steps_and_graph_tell_the_same(studio: Any, page: Page, folder: Path):
    run = submit(studio, folder, "agreeing", seconds=3)
    page.goto(f"/w/forebay/runs/{run}/")
    bar = page.locator(".meter-text")
    expect(node(page, "train.py")).to_contain_text("Running")
    expect(bar).to_contain_text(re.compile("1 running.*1 waiting"))
    steps = page.context.new_page()
    steps.goto(f"/w/forebay/runs/{run}/?tab=steps")
    for look in (page, steps):
        expect(look.locator(".meter-text")).to_contain_text("2 done")
        expect(look.locator(".page-title .status")).to_have_text("Completed")
    expect(steps.locator("#steps-list .status").filter(has_text="Completed")).to_have_count(2)
    expect(page.locator(".step-card[data-status=Completed]")).to_have_count(2)
    expect(page.locator("#run-overview")).to_contain_text("Completed")


def test_a_failure_shows_itself_while_one_watches(studio: Any, page: Page, folder: Path):
    script = folder / "train" / "train.py"
    script.write_text("import time\ntime.sleep(2)\nraise ValueError('no such column')\n")
    run = submit(studio, folder, "sudden")
    page.goto(f"/w/forebay/runs/{run}/")
    expect(page.locator(".error-card")).to_have_count(0)
    expect(page.locator(".error-card")).to_contain_text("ValueError: no such column")
    expect(page).to_have_title(re.compile("^Failed"))


@pytest.mark.parametrize("page", [{}], indirect=True)
def test_a_killed_server_costs_no_line_and_no_change(studio: Any, page: Page, folder: Path):
    page.allowed_console += ["WebSocket", "ERR_CONNECTION_REFUSED", "Failed to load", "ERR_EMPTY"]
    script = folder / "train" / "train.py"
    script.write_text(script.read_text().replace("range(10)", "range(60)").replace("/ 10", "/ 60"))
    run = submit(studio, folder, "crash", seconds=6)
    page.goto(f"/w/forebay/runs/{run}/")
    node(page, "train.py").click()
    log = page.locator("#step-panel forebay-log")
    expect(log).to_contain_text("train.py line 1")
    studio.stop("web", signal.SIGKILL)
    try:
        expect(page.locator("forebay-live")).to_have_text("Reconnecting…")
    finally:
        studio.start("web")
        studio.wait_until_up()
    expect(page.locator("forebay-live")).to_have_attribute("state", "live")
    expect(log).to_contain_text("60 lines")
    expect(page.locator(".page-title .status")).to_have_text("Completed")
    expect(node(page, "extract.py")).to_contain_text("Completed")
    log.get_by_role("searchbox").fill("train.py line")
    expect(log).to_contain_text("of 60")


def test_a_search_finds_the_first_line_of_a_big_log(studio: Any, page: Page, folder: Path):
    script = folder / "train" / "train.py"
    script.write_text(
        script.read_text() + "print('\\n'.join(f'{n} ' + 'x' * 99 for n in range(60_000)))\n"
    )
    run = submit(studio, folder, "big log")
    studio.wait_for_run(run)
    page.goto(f"/w/forebay/runs/{run}/?tab=outputs")
    page.locator("#run-outputs").get_by_role("link", name="train.py").first.click()
    log = page.locator("#step-panel forebay-log")
    log.get_by_role("searchbox").fill("train.py line 0")
    expect(log).to_contain_text("1 of 1")
    expect(log).to_contain_text("60,010 lines")
    expect(log.get_by_text("train.py line 0")).to_be_in_viewport()
