"""The tutorial "Your first pipeline in five minutes" (docs/how-to/first-pipeline.md), walked as it
stands there; its pictures are taken on the way (docs/contributing/TESTING.md)."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.support.pictures import take_picture

pytestmark = pytest.mark.needs("packages")

# A workspace of its own: what one sees first is what a newcomer sees.
NEW_WORKSPACE = """
from django.contrib.auth.models import User
from studio.setup import equip_workspace
from workspaces.services.workspaces import create_workspace
admin = User.objects.get(username="admin")
equip_workspace(create_workspace(name="flowers", owner=admin), owner=admin)
"""
STEPS = (
    "Split Data",
    "Multiclass Logistic Regression",
    "Train Model",
    "Score Model",
    "Evaluate Model",
)
# Every status that a card has had, as it was drawn.
WATCH = """
window.seen = {};
const look = () => {
  for (const card of document.querySelectorAll(".react-flow__node-card .dz-card")) {
    const name = card.querySelector(".card-name")?.textContent;
    const all = (window.seen[name] ??= []);
    if (card.dataset.status && all.at(-1) !== card.dataset.status) all.push(card.dataset.status);
  }
};
new MutationObserver(look).observe(document.querySelector(".dz-canvas"), {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-status"],
});
"""


@pytest.fixture(scope="module")
def flowers(studio: Any) -> Any:
    """The studio as it is in a new workspace."""
    studio.manage("shell", "-c", NEW_WORKSPACE)
    place = copy.copy(studio)
    place.workspace = "flowers"
    return place


def test_the_first_pipeline(flowers: Any, page: Page) -> None:
    canvas = begin(flowers, page)
    add_the_cards(canvas)
    wire_them(canvas)
    choose_the_label(canvas)
    submit_and_watch(canvas)
    look_at_the_data(canvas)
    choose_among_what_the_run_made(canvas)
    look_at_the_metrics(canvas)
    change_one_setting(canvas)
    publish(canvas)


def begin(flowers: Any, page: Page) -> Canvas:
    page.goto("/w/flowers/designer/")
    take_picture(page, "designer-home")
    page.get_by_role("button", name=re.compile("^New pipeline")).click()
    page.wait_for_url(re.compile("/designer/[^/]+$"))
    canvas = Canvas(flowers, page, page.url.rsplit("/", 1)[1])
    page.get_by_role("heading", level=1).get_by_role("button").click()
    name = page.get_by_role("textbox", name="Name of the draft")
    name.fill("Which iris is it?")
    name.press("Enter")
    expect(page).to_have_title(re.compile("Which iris is it"))
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Which iris is it?")
    return canvas


def add_the_cards(canvas: Canvas) -> None:
    page = canvas.page
    page.get_by_role("button", name="Add the sample datasets").click()
    expect(page.locator(".dz-item").filter(has_text="Sample: ")).to_have_count(5)
    expect(page.get_by_role("button", name="Add the sample datasets")).to_have_count(0)
    canvas.drag_in("Sample: iris", 330, 40)
    canvas.drag_in("Split Data", 440, 150)
    canvas.drag_in("Multiclass Logistic Regression", 140, 150)
    canvas.drag_in("Train Model", 250, 280)
    canvas.drag_in("Score Model", 440, 410)
    canvas.drag_in("Evaluate Model", 440, 540)
    for name in STEPS:
        expect(canvas.card(name)).to_be_visible()
    page.get_by_role("button", name="Fit the graph").click()


def wire_them(canvas: Canvas) -> None:
    port = canvas.port
    canvas.wire(canvas.pill("Sample: iris").locator(".dz-port"), port("Split Data", "Dataset"))
    canvas.pull(port("Split Data", "Results dataset 1"), port("Train Model", "Dataset"))
    expect(canvas.page.locator(".dz-hint")).to_have_text("Dataset of Train Model")
    canvas.release()
    learner = "Untrained model"
    canvas.wire(port("Multiclass Logistic Regression", learner), port("Train Model", learner))
    canvas.wire(port("Split Data", "Results dataset 2"), port("Score Model", "Dataset"))
    canvas.wire(port("Train Model", "Trained model"), port("Score Model", "Trained model"))
    canvas.wire(port("Score Model", "Scored dataset"), port("Evaluate Model", "Scored dataset"))
    expect(canvas.wires).to_have_count(6)
    # The studio says what is still missing, and leads there.
    expect(canvas.page.get_by_text("Train Model: Label column needs a value.")).to_be_visible()


def choose_the_label(canvas: Canvas) -> None:
    page, pane = canvas.page, canvas.pane
    expect(page.get_by_role("button", name=re.compile("^1 problem"))).to_be_visible()
    canvas.card("Train Model").click()
    label = pane.get_by_role("combobox", name=re.compile("^Label column"))
    label.click()
    # All of the dataset's columns, through the split.
    options = page.get_by_role("option")
    expect(options).to_have_count(5)
    take_picture(page, "designer-columns")
    options.filter(has_text="species").click()
    expect(label).to_have_value("species")
    expect(page.get_by_text("No problems")).to_be_visible()


def submit_and_watch(canvas: Canvas) -> None:
    page = canvas.page
    page.evaluate(WATCH)
    canvas.root.click(position={"x": 20, "y": 20})  # nothing is selected
    page.locator(".designer-title").get_by_role("button", name="Submit").click()
    dialog = page.get_by_role("dialog", name="Submit a run")
    expect(dialog).to_contain_text("5 steps will run")
    expect(dialog.get_by_role("combobox", name="Experiment")).to_have_value("Which iris is it")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_have_count(0)
    expect(canvas.card("Score Model").get_by_text("Not started")).to_be_visible()
    expect(canvas.card("Train Model").get_by_text("Running")).to_be_visible(timeout=300_000)
    expect(canvas.run).to_contain_text("Running")
    take_picture(page, "designer-live")
    canvas.until("Completed")
    seen = page.evaluate("window.seen")  # still the same page
    for name in STEPS:
        assert seen[name][-1] == "Completed", seen
        assert len(seen[name]) > 2 or name in STEPS[:2], seen
    expect(canvas.run).to_contain_text("Run 1")
    expect(page.get_by_role("button", name=re.compile("^Cancel Run"))).to_have_count(0)


def look_at_the_data(canvas: Canvas) -> None:
    dialog = canvas.data("Split Data", "Results dataset 1")
    expect(dialog.get_by_text("105 rows, 5 columns")).to_be_visible()
    rows = dialog.get_by_role("region", name="First rows")
    expect(rows.get_by_role("row")).to_have_count(101)
    expect(rows.get_by_role("img")).to_have_count(5)
    expect(rows.get_by_role("img").last).to_have_accessible_name("3 values, most often virginica")
    take_picture(canvas.page, "designer-data")
    dialog.get_by_role("button", name="Figures of its columns").click()
    figures = dialog.get_by_role("region", name="Figures of the columns")
    petal = figures.get_by_role("row").filter(has_text="petal_width")
    expect(petal).to_contain_text("float")
    expect(petal.get_by_role("cell").nth(4)).to_have_text("0.1")
    canvas.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def choose_among_what_the_run_made(canvas: Canvas) -> None:
    """No rule says which columns a scored table has; since the run they are known."""
    canvas.card("Evaluate Model").click()
    canvas.pane.get_by_role("combobox", name="Label column").click()
    expect(canvas.page.get_by_role("option").filter(has_text="Scored Labels")).to_be_visible()
    canvas.page.keyboard.press("Escape")


def look_at_the_metrics(canvas: Canvas) -> None:
    dialog = canvas.data("Evaluate Model", "Evaluation results")
    expect(dialog.get_by_role("tab", name="Metrics")).to_have_attribute("aria-selected", "true")
    expect(dialog.get_by_role("row").filter(has_text="Accuracy")).to_contain_text("0.9")
    matrix = dialog.get_by_role("region", name="Confusion matrix")
    expect(matrix.locator("svg").first).to_be_visible()
    expect(matrix).to_contain_text("setosa")
    take_picture(canvas.page, "designer-metrics")
    canvas.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def change_one_setting(canvas: Canvas) -> None:
    page = canvas.page
    canvas.card("Multiclass Logistic Regression").click()
    strength = canvas.pane.get_by_role("spinbutton", name="Inverse of regularization strength")
    strength.fill("0.05")
    strength.press("Tab")
    expect(page.locator(".dz-save")).to_have_text("Saved")
    expect(canvas.pane).to_contain_text("Changed since Run 1")
    page.locator(".designer-title").get_by_role("button", name="Submit").click()
    dialog = page.get_by_role("dialog", name="Submit a run")
    expect(dialog).to_contain_text("1 step will run · 1 reused · 3 depend on what others make")
    row = dialog.get_by_role("listitem")
    expect(row.filter(has_text="Split Data").first).to_contain_text("Reused from Run 1")
    changed = row.filter(has_text="Multiclass Logistic Regression").first
    expect(changed).to_contain_text("Inverse of regularization strength: 1.0 → 0.05")
    take_picture(page, "designer-forecast")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_have_count(0)
    expect(canvas.run).to_contain_text("Run 2")
    expect(canvas.card("Split Data")).to_contain_text(re.compile("Reused.*Run 1"))
    canvas.until("Completed")
    expect(canvas.pane).not_to_contain_text("Changed since")
    expect(canvas.card("Evaluate Model")).to_contain_text("Completed")
    canvas.card("Split Data").click()
    expect(canvas.pane.get_by_role("region", name="Run 2")).to_contain_text("Reused from Run 1")
    dialog = canvas.data("Evaluate Model", "Evaluation results")
    dialog.get_by_role("tab", name="Rows").click()
    dialog.get_by_text("Compare with another run").click()
    dialog.get_by_label("Run to compare with").select_option(label="Run 1, Completed")
    accuracy = dialog.get_by_role("listitem").filter(has_text="Accuracy")
    expect(accuracy).to_have_text(re.compile(r"^Accuracy: 0\.\d+ → 0\.\d+$"))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    take_picture(page, "designer-dark")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    take_picture(page, "designer")


def publish(canvas: Canvas) -> None:
    page = canvas.page
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog", name="Publish")
    expect(dialog.get_by_role("textbox", name="Endpoint name")).to_have_value("Which iris is it?")
    dialog.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/w/flowers/endpoints/[^/]+/\?tab=consume"))
    endpoint = Path(page.url.split("?")[0]).name
    expect(page.get_by_role("heading", level=1, name="Which iris is it?")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"PipelineEndpointSubmit/Id/{endpoint}")
