"""A run on the designer's canvas: its logs, failures and cancel, the data it made, other runs."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas, make_draft
from tests.browser.panes import placed, send
from tests.support.drafts import node, wire

pytestmark = pytest.mark.needs("packages")

SCRIPT = "Execute Python Script"
# Its own text each time, or the studio rightly reuses what another test has computed.
WORKING = """
from azureml.core import Run
def azureml_main(dataframe1=None, dataframe2=None):
    for number in range(200):
        print("reading part", number)
    Run.get_context().log("largest", float(dataframe1["b"].max() * {factor}))
    return dataframe1.assign(total=dataframe1["a"] + dataframe1["b"] * {factor}),
# {own}
"""
ENDLESS = """
import time
def azureml_main(dataframe1=None, dataframe2=None):
    for number in range(6000):
        print("tick", number, flush=True)
        time.sleep(0.1)
# {own}
"""
FAILING = """
def azureml_main(dataframe1=None, dataframe2=None):
    print("about to look for it")
    return dataframe1[["no such column"]],
# {own}
"""

# Of a box of text that scrolls.
LAST_LINE_SHOWS = """box => {
  const end = document.createRange();
  end.setStart(box.firstChild, box.textContent.length - 1);
  end.setEnd(box.firstChild, box.textContent.length);
  return end.getBoundingClientRect().bottom <= box.getBoundingClientRect().bottom;
}"""


def chain(script: str, own: str = "", **values: Any) -> dict[str, Any]:
    """Typed rows, a script over them, and what the studio says of its result."""
    text = script.format(own=own or uuid.uuid4(), **values)
    nodes = [
        node("data", "enter-data-manually", data="a,b\n1,2\n3,4\n5,6"),
        node("script", "execute-python-script", [wire("dataset1", "data", "results")], script=text),
        node("summary", "summarize-data", [wire("dataset", "script", "results1")]),
    ]
    return placed({"version": 1, "parameters": [], "nodes": nodes})


@dataclass(frozen=True)
class Finished:
    """A draft with two runs: in the second another factor was set."""

    draft: str
    first: dict[str, Any]
    second: dict[str, Any]


@pytest.fixture(scope="module")
def finished(studio: Any, compute: str) -> Finished:
    own = str(uuid.uuid4())
    draft = make_draft(
        studio,
        name="Two runs",
        graph=chain(WORKING, own, factor=10),
        default_compute=compute,
        experiment="on the canvas",
    )

    def run() -> dict[str, Any]:
        made = send(studio, "POST", f"/drafts/{draft}/submit")
        done: dict[str, Any] = studio.wait_for_run(made["id"], 400)
        assert done["status"] == "Completed", [one["status"] for one in done["steps"]]
        return done

    first = run()
    change = {"graph": chain(WORKING, own, factor=20)}
    change["revision"] = studio.get(f"/drafts/{draft}")["revision"]
    send(studio, "PATCH", f"/drafts/{draft}", change)
    return Finished(draft, first, run())


def open_new(studio: Any, page: Page, compute: str, script: str) -> Canvas:
    return Canvas(studio, page, name="New", graph=chain(script), default_compute=compute)


def pick(canvas: Canvas, entry: str) -> None:
    """An entry of the menu beside the run in the title row."""
    canvas.run.get_by_label("More about the run").click()
    canvas.run.get_by_role("button", name=re.compile(entry)).click()


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} {[node['html'] for node in one['nodes']]}"
        for one in found
        if one["impact"] != "minor"
    ]


def test_the_last_run_is_on_the_canvas_and_can_be_hidden(
    studio: Any, finished: Finished, page: Page
) -> None:
    canvas = Canvas(studio, page, finished.draft)
    number = finished.second["number"]
    # However long the draft's name is, each thing of the title row has its place.
    name = page.get_by_role("heading", level=1).get_by_role("button")
    name.evaluate("button => button.firstChild.textContent = 'A very long name '.repeat(20)")
    menu = canvas.run.get_by_label("More about the run").bounding_box()
    publish = page.get_by_role("button", name="Publish", exact=True).bounding_box()
    assert menu and publish and menu["x"] + menu["width"] <= publish["x"]
    expect(canvas.run).to_contain_text(f"Run {number}")
    expect(canvas.card("Enter Data Manually")).to_contain_text("Reused")
    expect(canvas.card(SCRIPT)).to_contain_text("Completed")
    pick(canvas, "Hide the run")
    expect(canvas.card(SCRIPT)).not_to_contain_text("Completed")
    expect(canvas.card(SCRIPT)).to_contain_text("Python Language")
    pick(canvas, f"Show Run {number}")
    expect(canvas.card(SCRIPT)).to_contain_text("Completed")


def test_a_log_is_searched_from_hit_to_hit(studio: Any, finished: Finished, page: Page) -> None:
    canvas = Canvas(studio, page, finished.draft)
    canvas.card(SCRIPT).click()
    log = canvas.pane.get_by_role("button", name="Log", exact=True)
    log.click()
    dialog = page.get_by_role("dialog", name=f"Log of {SCRIPT}")
    expect(dialog).to_contain_text(re.compile(r"20\d lines"))
    expect(dialog.get_by_text("reading part 199")).to_be_in_viewport()  # its end, at first
    search = dialog.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("part 7")
    expect(dialog).to_contain_text("of 11")
    expect(dialog.locator(".log-row.is-marked")).to_contain_text("reading part 7")
    first = dialog.locator(".log-row.is-marked").inner_text()
    search.press("Enter")
    expect(dialog.locator(".log-row.is-marked")).not_to_have_text(first)
    search.press("Escape")  # clears the search
    expect(search).to_have_value("")
    search.press("Escape")
    expect(dialog).to_have_count(0)
    expect(log).to_be_focused()


def test_a_running_step_is_followed_and_its_run_canceled(
    studio: Any, compute: str, page: Page
) -> None:
    asked: list[str] = []
    page.on("websocket", lambda one: one.on("framesent", lambda sent: asked.append(str(sent))))
    canvas = open_new(studio, page, compute, ENDLESS)
    canvas.submit("canceled")
    expect(canvas.card(SCRIPT)).to_contain_text("Running", timeout=60_000)
    canvas.card(SCRIPT).click()
    # Nothing to look at yet but what it prints.
    expect(canvas.pane.get_by_role("button", name="Results dataset 1")).to_have_count(0)
    canvas.pane.get_by_role("button", name="Log", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Log of {SCRIPT}")
    expect(dialog).to_contain_text("tick 1")
    expect(dialog).to_contain_text("tick 30")
    assert any('"topic":"log:' in one for one in asked)  # told by the studio, not asked for
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Cancel Run")).click()
    canvas.until("Canceled")
    expect(canvas.card(SCRIPT)).to_contain_text("Canceled")
    expect(canvas.card("Summarize Data")).to_contain_text("Canceled")
    expect(canvas.pane).to_contain_text("Canceled by admin")
    expect(page.get_by_role("button", name=re.compile("^Cancel Run"))).to_have_count(0)
    runs = studio.get("/runs?experiment=canceled")["items"]
    assert runs[0]["status"] == "Canceled"


def test_who_waits_for_an_environment_is_told_and_led_to_its_build(
    finished: Finished, studio: Any, page: Page
) -> None:
    """A build takes seconds at most when packages are at hand: what the studio answers meanwhile is
    put in the place of what it answers now."""
    step = next(one for one in finished.second["steps"] if one["node_id"] == "script")
    key = step["environment"]["key"]

    def building(route: Any) -> None:
        told = route.fetch().json()
        for one in told.get("steps", [told]):
            if one["node_id"] == "script":
                one["status"], one["environment"]["status"] = "Preparing", "Building"
        route.fulfill(json=told)

    page.route(f"**/runs/{finished.second['id']}", building)
    page.route(f"**/steps/{step['id']}", building)
    canvas = Canvas(studio, page, finished.draft)
    expect(canvas.card(SCRIPT)).to_contain_text("Preparing")
    canvas.card(SCRIPT).click()
    expect(canvas.pane).to_contain_text("The environment Forebay-Designer is put together once.")
    canvas.pane.get_by_role("link", name="See its build").click()
    expect(page).to_have_url(re.compile(f"/environments/builds/{key}/$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_a_failure_is_read_without_a_click(studio: Any, compute: str, page: Page) -> None:
    canvas = open_new(studio, page, compute, FAILING)
    canvas.submit("failed")
    canvas.until("Failed")
    expect(canvas.card(SCRIPT)).to_contain_text("Failed")
    expect(canvas.said).to_contain_text(f"failed at {SCRIPT}")
    error = canvas.pane.get_by_label("The end of its error")
    expect(error).to_contain_text("no such column")
    expect(error).to_be_in_viewport()
    assert error.evaluate(LAST_LINE_SHOWS)
    # What was not tried says why, once.
    canvas.card("Summarize Data").click()
    section = canvas.pane.locator(".pane-run")
    expect(section).to_contain_text(f"Not started, because {SCRIPT} failed.")
    expect(section).not_to_contain_text("It has not started")
    # A selection is the reader's own: a run that fails leaves it.
    canvas.submit()
    expect(canvas.said).to_contain_text(f"failed at {SCRIPT}", timeout=60_000)
    expect(canvas.pane.get_by_role("heading", name="Summarize Data")).to_be_visible()
    canvas.pane.get_by_role("button", name=f"Go to {SCRIPT}, which failed").click()
    expect(canvas.pane.get_by_label("The end of its error")).to_contain_text("no such column")
    canvas.pane.get_by_role("button", name="Run up to here again…").click()
    expect(page.get_by_role("dialog", name=f"Run up to {SCRIPT}")).to_be_visible()


def test_an_output_becomes_a_dataset_of_the_palette(
    studio: Any, finished: Finished, page: Page
) -> None:
    canvas = Canvas(studio, page, finished.draft)
    name = f"totals {uuid.uuid4().hex[:6]}"
    dialog = canvas.data(SCRIPT, "Results dataset 1")
    expect(dialog).to_contain_text("3 rows, 3 columns")
    dialog.get_by_role("tab", name="Register as dataset").click()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Register", exact=True).click()
    expect(dialog).to_contain_text(f"It is dataset {name}, version 1.")
    page.keyboard.press("Escape")
    canvas.drag_in(name, 480, 60)
    pill = canvas.pill(name)
    expect(pill).to_be_visible()
    made = next(one for one in studio.get("/datasets")["items"] if one["name"] == name)
    rows = studio.read(f"/datasets/{made['id']}/rows").decode()
    assert '"total"' in rows.splitlines()[0]
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(pill).to_have_count(0)


def test_two_runs_are_compared(studio: Any, finished: Finished, page: Page) -> None:
    canvas = Canvas(studio, page, finished.draft)
    first, second = finished.first["number"], finished.second["number"]
    pick(canvas, "^Runs of this draft")
    dialog = page.get_by_role("dialog", name="Runs of this draft")
    dialog.get_by_role("button", name=f"Compare Run {first} with Run {second}").click()
    dialog = page.get_by_role("dialog", name=f"Run {first} and Run {second}")
    changed = dialog.get_by_role("region", name="What was changed")
    expect(changed.get_by_role("listitem")).to_have_count(1)
    expect(changed).to_contain_text(f"{SCRIPT}: Python script")
    figure = dialog.get_by_role("region", name="Metrics").get_by_role("row").nth(1)
    expect(figure).to_have_text(re.compile("largest.*60.*120.*\\+60"))
    steps = dialog.get_by_role("region", name="Steps").get_by_role("row")
    expect(steps).to_have_count(4)
    expect(steps.nth(1)).to_contain_text("Reused")
    assert serious(page) == []
    dialog.get_by_role("button", name="All runs").click()
    row = page.get_by_role("dialog").get_by_role("listitem").filter(has_text=f"Run {first}")
    row.get_by_role("button").first.click()
    expect(canvas.run).to_contain_text(f"Run {first}")
    dialog = canvas.data(SCRIPT, "Results dataset 1")
    expect(dialog.get_by_role("region", name="First rows")).to_contain_text("21")
    # The draft has the second run's settings.
    expect(dialog).to_contain_text(f"Changed since Run {first}")
    page.keyboard.press("Escape")
    canvas.card("Summarize Data").click()
    expect(canvas.pane).to_contain_text(f"A step above was changed since Run {first}")
    canvas.card("Enter Data Manually").click()
    expect(canvas.pane).to_contain_text(f"Run {first}")
    expect(canvas.pane).not_to_contain_text("since")


def test_running_up_to_a_step(studio: Any, finished: Finished, page: Page) -> None:
    canvas = Canvas(studio, page, make_draft(studio, from_draft=finished.draft))
    canvas.card(SCRIPT).click(button="right")
    page.get_by_role("menuitem", name=re.compile("Run up to here")).click()
    dialog = page.get_by_role("dialog", name=f"Run up to {SCRIPT}")
    expect(dialog.locator(".pane-forecast-sum")).to_have_text("2 reused")
    expect(dialog.get_by_role("region", name="Forecast")).not_to_contain_text("Summarize Data")
    dialog.get_by_label(f"Run {SCRIPT} anyway").check()
    expect(dialog.locator(".pane-forecast-sum")).to_have_text("1 step will run · 1 reused")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_have_count(0)
    canvas.until("Completed")
    expect(canvas.card(SCRIPT)).to_contain_text("Completed")
    expect(canvas.card("Enter Data Manually")).to_contain_text("Reused")
    canvas.card("Summarize Data").click()
    expect(canvas.pane).to_contain_text("ran up to another step; this one is not part of it")


def test_another_tab_sees_the_run_that_this_one_submits(
    studio: Any, finished: Finished, page: Page
) -> None:
    canvas = Canvas(studio, page, make_draft(studio, from_draft=finished.draft))
    second = Canvas(studio, page.context.new_page(), canvas.draft)
    expect(second.run).to_have_count(0)
    page.bring_to_front()
    canvas.submit()
    second.until("Completed")
    expect(second.card(SCRIPT)).to_contain_text("Reused")
    expect(second.said).to_contain_text("was submitted in another tab")
    expect(canvas.said).not_to_contain_text("in another tab")
    # Who has put the run aside is told, and no more.
    pick(second, "Hide the run")
    canvas.submit()
    last = canvas.run.locator(".nowrap")
    number = studio.get(f"/drafts/{canvas.draft}")["last_run"]["number"]
    expect(last).to_have_text(f"Run {number}")
    expect(second.said).to_contain_text(f"Run {number} was submitted")
    expect(second.card(SCRIPT)).not_to_contain_text("Reused")
    pick(second, f"Show Run {number}")
    expect(second.card(SCRIPT)).to_contain_text("Reused")


@pytest.mark.parametrize(
    "page",
    [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 780}}],
    indirect=True,
)
def test_a_run_and_its_dialogs_in_the_dark_and_on_a_phone(
    studio: Any, finished: Finished, page: Page
) -> None:
    canvas = Canvas(studio, page, finished.draft)
    canvas.card(SCRIPT).click()
    assert serious(page) == []
    page.keyboard.press("Escape")
    dialog = canvas.data(SCRIPT, "Results dataset 1")
    expect(dialog.get_by_role("region", name="First rows")).to_be_visible()
    assert serious(page) == []
    box = dialog.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]
