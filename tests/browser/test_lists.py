"""Lists: empty, long, filtered, and used with the keyboard alone."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

FILL = """
from django.contrib.auth.models import User
from django.utils import timezone
from data.services.datastores import create_default_datastores
from pipelines.models import Experiment, Run
from workspaces.services.workspaces import create_workspace
user = User.objects.order_by("id").first()
create_default_datastores(workspace=create_workspace(name="vacant", owner=user))
lab = create_workspace(name="full", owner=user)
create_default_datastores(workspace=lab)
experiment = Experiment.objects.create(workspace=lab, name="many", last_number=1000)
now = timezone.now()
Run.objects.bulk_create(
    Run(
        uid=f"r{n}", workspace=lab, experiment=experiment, number=n,
        status="Completed" if n % 100 else "Failed", graph={}, submitted_by=user,
        submitted_at=now, started_at=now, ended_at=now,
    )
    for n in range(1, 1001)
)
"""


@pytest.fixture(scope="module", autouse=True)
def workspaces(studio: Any) -> None:
    studio.manage("shell", "-c", FILL)


@pytest.mark.parametrize("page", [{"color_scheme": s} for s in ("light", "dark")], indirect=True)
def test_an_empty_workspace_says_what_to_do_first(page: Page):
    page.goto("/w/vacant/")
    expect(page.locator("#config-json")).to_contain_text('"workspace_name": "vacant"')
    expect(page.locator("#sample-command")).to_be_visible()
    for url in ("/w/vacant/", "/w/vacant/pipelines/", "/w/vacant/experiments/"):
        page.goto(url)
        serious = [v for v in Axe().run(page).response["violations"] if v["impact"] != "minor"]
        assert [(url, v["id"]) for v in serious] == []


def test_a_thousand_runs_are_paged_filtered_and_sorted_by_the_url(page: Page):
    start = time.monotonic()
    page.goto("/w/full/pipelines/")
    expect(page.get_by_role("row")).to_have_count(51)
    assert time.monotonic() - start < 3
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".pager")).to_contain_text("51–100 of 1000")
    page.get_by_label("Status").select_option("Failed")
    expect(page).to_have_url(re.compile("status=Failed"))
    expect(page.get_by_role("row")).to_have_count(11)
    page.get_by_role("link", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile("status=Failed.*sort=-run"))
    page.get_by_role("link", name="Run", exact=True).click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Run 100")
    page.reload()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Run 100")
    expect(page.get_by_label("Status")).to_have_value("Failed")
    page.get_by_role("searchbox").fill("no such thing")
    expect(page.locator("main")).to_contain_text("No run fits this filter")
    page.go_back()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Run 100")


def test_a_run_is_found_and_opened_with_keys_alone(page: Page):
    page.goto("/w/full/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("/w/full/pipelines/"))
    page.get_by_role("searchbox").focus()
    page.keyboard.type("777")
    expect(page.get_by_role("row")).to_have_count(2)
    menu = page.get_by_label("Actions of run 777")
    for _ in range(12):
        page.keyboard.press("Tab")
        if menu.evaluate("e => e === document.activeElement"):
            break
    else:
        raise AssertionError("Tab never reached the row's menu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Steps")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Steps")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Run 777")).to_be_visible()
