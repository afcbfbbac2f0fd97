"""A schedule made, edited, paused and run in a real browser; a test by a real mail server."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import session_of
from tests.support.mail_server import Mailbox, mail_server
from tests.support.pipelines import run_program, write_scripts
from tests.support.studio import RunningStudio

PROGRAM = """
step = PythonScriptStep(
    "train.py", arguments=[PipelineParameter("rate", 0.1), PipelineParameter("region", "eu")],
    compute_target=target, source_directory="train",
)
pipeline = Pipeline(ws, [step])
print("ID", pipeline.publish("nightly training", "", "1.2").id)
"""
LIST = "/w/forebay/schedules/"
BERLIN = {"timezone_id": "Europe/Berlin"}
WAYS = [
    {"color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 800}},
]


class MailStudio(RunningStudio):
    """A studio that sends its mail to a server of the test."""

    mailbox: Mailbox

    @property
    def server_environment(self) -> dict[str, str]:
        return {
            **super().server_environment,
            "FOREBAY_SMTP_HOST": "127.0.0.1",
            "FOREBAY_SMTP_PORT": str(self.mailbox.port),
            "FOREBAY_SMTP_SECURITY": "none",
            "FOREBAY_MAIL_FROM": "studio@example.com",
        }

    def post(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/v1/workspaces/forebay{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailStudio]:
    with mail_server() as box:
        running = MailStudio(tmp_path_factory.mktemp("scheduled"))
        running.mailbox = box
        with running:
            yield running


@pytest.fixture(scope="module")
def signed_in(studio: MailStudio, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return session_of(studio, browser, tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def published(studio: MailStudio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a published pipeline with two parameters."""
    folder = tmp_path_factory.mktemp("published")
    write_scripts(folder, train="import sys\nprint(sys.argv[1:])\n")
    return run_program(studio, folder, PROGRAM).stdout.split("ID ")[1].split()[0]


@pytest.fixture
def schedule(studio: MailStudio, published: str) -> str:
    body = {"name": "every night", "published_pipeline": published, "cron": "0 5 * * *"}
    return str(studio.post("/schedules", body)["id"])


@pytest.mark.parametrize("page", [BERLIN], indirect=True)
def test_a_schedule_is_made_run_edited_and_paused(
    studio: MailStudio, page: Page, published: str
) -> None:
    page.goto(LIST)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New schedule")).to_be_visible()
    page.get_by_label("Name").fill("at dawn")
    page.get_by_label("Runs", exact=True).select_option(f"published:{published}")
    rate = page.get_by_label("rate")
    expect(rate).to_have_value("0.1")
    rate.fill("0.5")
    page.get_by_label("Hours").fill("5")
    page.get_by_label("Hours").press("Control+Enter")
    expect(page.get_by_role("heading", name="at dawn")).to_be_visible()
    lead = page.locator(".page-lead")
    expect(lead).to_contain_text("Every day at 05:00 (Europe/Berlin)")
    page.get_by_role("button", name="Run now").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("0.5")
    dialog.get_by_role("button", name="Submit a run").click()
    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()
    expect(page.locator(".page-title .status")).to_have_text("Completed", timeout=60_000)
    page.goto(LIST)
    row = page.get_by_role("row", name=re.compile("at dawn"))
    expect(row).to_contain_text("Completed")
    row.locator("summary").click()
    row.get_by_role("link", name="Edit").click()
    page.get_by_text("Cron line").first.click()
    page.get_by_label("Cron line").last.fill("30 6 * * MON-FRI")
    expect(page.locator("#schedule-preview")).to_contain_text("At 06:30 on Monday through Friday.")
    page.get_by_role("button", name="Save").click()
    expect(lead).to_contain_text("cron 30 6 * * MON-FRI (Europe/Berlin)")
    page.get_by_role("button", name="Disable").click()
    expect(page.locator(".page-title .status")).to_have_text("Disabled")
    expect(page.locator("#schedule-tab")).to_contain_text("None while it is disabled")
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Run 1"))).to_contain_text("Completed")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("What stays: its runs")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Its runs stay.")).to_be_visible()


@pytest.mark.parametrize("page", [{"timezone_id": "America/New_York"}], indirect=True)
def test_the_next_times_follow_what_is_typed(
    studio: MailStudio, page: Page, published: str
) -> None:
    page.goto(f"{LIST}new/?published={published}")
    zone = page.get_by_label("Time zone")
    expect(zone).to_have_value("America/New_York")
    preview = page.locator("#schedule-preview")
    expect(preview).to_contain_text("Every day at 06:00 (America/New_York)")
    zone.fill("Asia/Tokyo")
    page.get_by_label("Hours").fill("9")
    page.get_by_label("Start").fill("2031-01-01T00:00")
    first = preview.locator("tbody tr").first
    expect(first).to_contain_text("Wed, Jan 1, 2031, 09:00 UTC+09:00")
    expect(first.locator("time")).to_have_text(re.compile(r"Tue, Dec 31, 2030, 0?7:00 PM"))
    page.get_by_label("Minutes", exact=True).fill("75")
    expect(page.locator("#minutes-note")).to_have_text(re.compile("0 to 59"))
    expect(preview).to_contain_text("No times yet")
    page.get_by_label("Minutes", exact=True).fill("15")
    expect(preview.locator("tbody tr")).to_have_count(5)
    expect(page.locator("#minutes-note")).to_have_class("help")
    page.get_by_label("Unit").select_option("Week")
    page.get_by_label("Fri").check()
    expect(preview).to_contain_text("Every week on Monday and Friday at 09:15 (Asia/Tokyo)")
    page.get_by_text("New data").click()
    expect(page.get_by_label("Hours")).to_be_hidden()
    page.get_by_label("Parameter that gets the path").select_option("region")
    expect(page.locator('[name="p1"]')).to_have_count(0)
    expect(page.locator("#schedule-parameters")).to_contain_text("is given with each change")


def test_somebody_is_told_with_a_test_that_arrives(
    studio: MailStudio, page: Page, schedule: str
) -> None:
    page.goto(f"{LIST}{schedule}/")
    page.get_by_role("link", name="Notifications").click()
    page.get_by_label("Address").fill("nobody")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#address-note")).to_contain_text("is no e-mail address")
    page.get_by_label("Address").fill("ann@example.com")
    page.get_by_label("completes").check()
    page.get_by_role("button", name="Add").click()
    row = page.get_by_role("row", name=re.compile("ann@example.com")).first
    expect(row).to_contain_text("fails or completes")
    row.locator("summary").click()
    row.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test was taken for ann@example.com.")).to_be_visible()
    expect(row).to_contain_text("Sent")
    assert studio.mailbox.recipients[-1] == ["ann@example.com"]
    assert "every night" in studio.mailbox.messages[-1]["Subject"]
    page.allowed_console.append("422")  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", WAYS, indirect=True)
@pytest.mark.parametrize(
    "path", ["", "new/", "{}/", "{}/?tab=history", "{}/edit/", "{}/notifications/"]
)
def test_the_pages_are_accessible_and_fit(
    studio: MailStudio, page: Page, schedule: str, path: str
) -> None:
    page.goto(LIST + path.format(schedule))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_trigger_is_chosen_with_the_keyboard_and_nothing_typed_is_lost(
    studio: MailStudio, page: Page, published: str
) -> None:
    page.goto(f"{LIST}new/?published={published}")
    page.get_by_label("Hours").fill("9")
    page.locator("#trigger-recurrence").focus()
    page.keyboard.press("ArrowRight")
    cron = page.get_by_label("Cron line").last
    expect(cron).to_be_visible()
    page.keyboard.press("Tab")
    expect(cron).to_be_focused()
    page.keyboard.type("0 6")
    expect(page.locator("#cron-note")).to_contain_text("five fields")
    page.locator("#trigger-cron").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_label("Hours")).to_have_value("9")
    expect(page.locator("#schedule-preview")).to_contain_text("Every day at 09:00")


@pytest.mark.parametrize("page", WAYS, indirect=True)
def test_the_pages_of_a_rule_are_accessible_and_fit(
    studio: MailStudio, page: Page, schedule: str
) -> None:
    address = "a.very.long.address.of.somebody@a.very.long.subdomain.of.example.com"
    body = {"schedule": schedule, "channel": "email", "address": address}
    rule = studio.post("/notification-rules", body)["id"]
    studio.post(f"/notification-rules/{rule}/test", {})
    for path in (f"/w/forebay/notifications/{rule}/", f"{LIST}{schedule}/notifications/"):
        page.goto(path)
        expect(page.get_by_text("Sent", exact=True).first).to_be_visible()
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
