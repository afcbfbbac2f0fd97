"""Building a pipeline on the designer's canvas, with the mouse and without."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.panes import placed
from tests.support.drafts import classification, node, wire

SPLIT = {"dataset": ("Enter Data Manually", "results")}
TRAIN = {
    "learner": ("Two-Class Logistic Regression", "learner"),
    "dataset": ("Split Data", "results1"),
}
SCORE = {"model": ("Train Model", "model"), "dataset": ("Split Data", "results2")}
EVALUATE = {"scored": ("Score Model", "scored")}


def assert_classification(canvas: Canvas) -> None:
    """All wires of the iris classification are there, and no others."""
    assert canvas.sources("Split Data") == SPLIT
    assert canvas.sources("Train Model") == TRAIN
    assert canvas.sources("Score Model") == SCORE
    assert canvas.sources("Evaluate Model") == EVALUATE
    expect(canvas.wires).to_have_count(6)


def chain() -> dict[str, Any]:
    """Two steps with room for a third between them."""
    graph = classification()
    first, last = (
        node("data", "enter-data-manually", data="a,b\n1,2"),
        node("last", "summarize-data", [wire("dataset", "data", "results")]),
    )
    first["ui"], last["ui"] = {"x": 0, "y": 0}, {"x": 0, "y": 320}
    return {**graph, "nodes": [first, last]}


def test_iris_is_built_with_the_mouse(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    expect(page.get_by_text("Start your pipeline")).to_be_visible()
    canvas.drag_in("Enter Data Manually", 300, 50)
    expect(page.get_by_text("Start your pipeline")).to_be_hidden()
    canvas.drag_in("Split Data", 300, 190)
    canvas.drag_in("Train Model", 300, 330)
    canvas.drag_in("Two-Class Logistic Regression", 140, 190)
    canvas.drag_in("Score Model", 300, 470)
    canvas.drag_in("Evaluate Model", 300, 600)
    expect(page.locator(".react-flow__node-card")).to_have_count(6)
    page.locator(".dz-toolbar [aria-label='Fit the graph']").click()
    canvas.wire(
        canvas.port("Enter Data Manually", "Results dataset"), canvas.port("Split Data", "Dataset")
    )
    canvas.wire(
        canvas.port("Two-Class Logistic Regression", "Untrained model"),
        canvas.port("Train Model", "Untrained model"),
    )
    canvas.wire(
        canvas.port("Split Data", "Results dataset 1"), canvas.port("Train Model", "Dataset")
    )
    canvas.wire(
        canvas.port("Split Data", "Results dataset 2"), canvas.port("Score Model", "Dataset")
    )
    # Dropped on the card itself: it goes to the port that fits.
    canvas.wire(canvas.port("Train Model", "Trained model"), canvas.card("Score Model"))
    canvas.wire(canvas.port("Score Model", "Scored dataset"), canvas.card("Evaluate Model"))
    assert_classification(canvas)


def test_iris_is_built_without_a_mouse(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    canvas.root.focus()
    canvas.add("Enter Data Manually")
    canvas.add("Split Data")  # below what is chosen, and connected
    canvas.add("Train Model")
    canvas.add("Score Model")
    canvas.add("Evaluate Model")
    page.keyboard.press("Escape")
    canvas.add("Two-Class Logistic Regression")
    page.keyboard.press("c")
    canvas.quick.fill("train model untrained")
    page.keyboard.press("Enter")
    expect(canvas.said).to_contain_text("Untrained model")
    # Along the wires to the split, and its second output to the scores.
    page.keyboard.press("ArrowDown")
    expect(canvas.card("Train Model")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(canvas.card("Split Data")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(canvas.card("Enter Data Manually")).to_be_focused()
    page.keyboard.press("Tab")
    expect(canvas.card("Split Data")).to_be_focused()
    page.keyboard.press("c")
    canvas.quick.fill("results dataset 2 score model")
    page.keyboard.press("Enter")
    assert_classification(canvas)


def test_a_wire_into_nothing_brings_what_fits(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    canvas.drag_in("Two-Class Logistic Regression", 300, 80)
    canvas.pull(
        canvas.port("Two-Class Logistic Regression", "Untrained model"), canvas.point(500, 300)
    )
    expect(page.locator(".dz-hint")).to_have_text("Drop here to choose what comes next")
    canvas.release()
    expect(page.get_by_role("option", name="Train Model")).to_be_visible()
    expect(page.get_by_role("option", name="Split Data")).to_have_count(0)
    canvas.quick.fill("cross val")
    page.keyboard.press("Enter")
    expect(canvas.card("Cross Validate Model")).to_be_focused()
    assert canvas.sources("Cross Validate Model") == {
        "learner": ("Two-Class Logistic Regression", "learner")
    }
    # From an input backwards: what makes a table.
    canvas.pull(canvas.port("Cross Validate Model", "Dataset"), canvas.point(720, 120))
    canvas.release()
    canvas.quick.fill("enter")
    page.keyboard.press("Enter")
    expect(canvas.wires).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(canvas.card("Enter Data Manually")).to_have_count(0)
    expect(canvas.wires).to_have_count(1)


def test_fitting_ports_light_up_and_others_refuse_with_the_reason(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=placed(classification(), 140))
    canvas.pull(canvas.port("Train Model", "Trained model"), canvas.card("Score Model"))
    expect(canvas.port("Score Model", "Trained model")).to_have_attribute("data-mood", "target")
    expect(canvas.port("Split Data", "Dataset")).to_have_attribute("data-mood", "no")
    page.mouse.move(*canvas.middle(canvas.port("Split Data", "Dataset")), steps=5)
    expect(page.locator(".dz-hint")).to_have_text(
        "Train Model makes a model; Dataset of Split Data takes a table."
    )
    page.keyboard.press("Escape")
    canvas.release()
    expect(page.locator(".dz-hint")).to_have_count(0)
    expect(canvas.wires).to_have_count(6)
    # A circle.
    canvas.pull(canvas.port("Score Model", "Scored dataset"), canvas.port("Split Data", "Dataset"))
    expect(page.locator(".dz-hint")).to_contain_text("would make a circle")
    canvas.release()
    expect(canvas.said).to_contain_text("would make a circle")
    assert canvas.sources("Split Data") == SPLIT


def test_a_new_wire_replaces_and_an_end_comes_off(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=placed(classification(), 140))
    canvas.wire(
        canvas.port("Split Data", "Results dataset 1"), canvas.port("Score Model", "Dataset")
    )
    assert canvas.sources("Score Model")["dataset"] == ("Split Data", "results1")
    page.keyboard.press("Control+z")
    assert canvas.sources("Score Model") == SCORE
    # The end of a wire is pulled off its input and let go over nothing.
    canvas.pull(canvas.port("Score Model", "Dataset"), canvas.point(60, 60))
    expect(page.locator(".dz-hint")).to_have_text("Drop here to disconnect")
    canvas.release()
    assert canvas.sources("Score Model") == {"model": ("Train Model", "model")}
    page.keyboard.press("Control+z")
    # And put into another input in one step.
    canvas.wire(canvas.port("Score Model", "Dataset"), canvas.port("Train Model", "Dataset"))
    assert canvas.sources("Train Model")["dataset"] == ("Split Data", "results2")
    assert "dataset" not in canvas.sources("Score Model")
    page.keyboard.press("Control+z")
    assert_classification(canvas)


def test_a_module_dropped_on_a_wire_goes_in_between(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=chain())
    x, y = wire_middle(canvas, "Enter Data Manually", "Summarize Data")
    box = canvas.root.bounding_box()
    assert box
    canvas.drag_in("Clean Missing Data", x - box["x"], y - box["y"])
    assert canvas.sources("Clean Missing Data") == SPLIT
    assert canvas.sources("Summarize Data")["dataset"][0] == "Clean Missing Data"
    canvas.card("Clean Missing Data").click()
    page.keyboard.press("Control+Delete")
    assert canvas.sources("Summarize Data") == SPLIT
    expect(canvas.card("Clean Missing Data")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(canvas.card("Clean Missing Data")).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    expect(canvas.card("Clean Missing Data")).to_have_count(0)
    # A card that stands beside it, dragged onto the wire.
    canvas.drag_in("Remove Duplicate Rows", 420, 480)
    x, y = wire_middle(canvas, "Enter Data Manually", "Summarize Data")
    canvas.pull(
        canvas.card("Remove Duplicate Rows").locator(".card-name"), (x - 20, y - 6), (x - 20, y + 2)
    )
    canvas.release()
    assert canvas.sources("Summarize Data")["dataset"][0] == "Remove Duplicate Rows"


def wire_middle(canvas: Canvas, first: str, last: str) -> tuple[float, float]:
    ax, ay = canvas.middle(canvas.card(first))
    bx, by = canvas.middle(canvas.card(last))
    return (ax + bx) / 2, (ay + by) / 2


def test_slicing_marquee_and_moving_are_single_steps(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=placed(classification(), 140))
    page.keyboard.down("Alt")
    x, y = wire_middle(canvas, "Train Model", "Score Model")
    canvas.pull((x - 200, y + 4), (x + 220, y + 4))
    expect(page.locator(".dz-wire-path[data-cut]")).to_have_count(2)
    canvas.release()
    page.keyboard.up("Alt")
    assert canvas.sources("Score Model") == {}
    page.keyboard.press("Control+z")
    assert_classification(canvas)
    # Shift and drag chooses what it touches.
    page.keyboard.down("Shift")
    first, last = (
        canvas.card("Score Model").bounding_box(),
        canvas.card("Evaluate Model").bounding_box(),
    )
    assert first and last
    canvas.pull((first["x"] - 20, first["y"] + 20), (last["x"] + 60, last["y"] + 30))
    canvas.release()
    page.keyboard.up("Shift")
    expect(page.locator(".react-flow__node.selected")).to_have_count(2)
    before = canvas.graph()
    canvas.pull(
        canvas.card("Score Model").locator(".card-name"), (first["x"] + 300, first["y"] + 40)
    )
    canvas.release()
    moved = {
        one["id"]
        for one, old in zip(canvas.graph()["nodes"], before["nodes"], strict=True)
        if one["ui"] != old["ui"]
    }
    assert moved == {"score", "evaluate"}
    page.keyboard.press("Control+z")
    assert canvas.graph()["nodes"] == before["nodes"]
    page.keyboard.press("Delete")
    expect(page.locator(".react-flow__node-card")).to_have_count(4)


def test_what_is_copied_is_pasted_into_another_draft(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=placed(classification(), 140))
    canvas.card("Split Data").click()
    page.keyboard.press("Shift+ArrowDown")  # and all that follows from it
    expect(page.locator(".react-flow__node.selected")).to_have_count(4)
    page.keyboard.press("Control+c")
    expect(canvas.said).to_contain_text("copied as JSON")
    other = Canvas(studio, page)
    other.root.focus()
    page.keyboard.press("Control+v")
    expect(page.locator(".react-flow__node-card")).to_have_count(4)
    assert other.sources("Score Model") == SCORE
    assert other.sources("Split Data") == {}
    page.keyboard.press("Control+d")
    expect(page.locator(".react-flow__node-card")).to_have_count(8)
    page.keyboard.press("Control+x")
    expect(page.locator(".react-flow__node-card")).to_have_count(4)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.get_by_text("Start your pipeline")).to_be_visible()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "hello");
            document.body.dispatchEvent(new ClipboardEvent(
                "paste", {bubbles: true, clipboardData: data}));
        }"""
    )
    expect(canvas.said).to_contain_text("JSON")


@pytest.mark.parametrize(
    "page", [{"has_touch": True, "viewport": {"width": 820, "height": 1180}}], indirect=True
)
def test_a_finger_adds_wires_and_opens_the_menu(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    page.get_by_role("button", name="Show the modules").tap()
    for name in ("Enter Data Manually", "Two-Class Logistic Regression", "Split Data"):
        page.get_by_label("Search modules and datasets").fill(name)
        page.locator(".dz-item").first.tap()
    expect(page.locator(".react-flow__node-card")).to_have_count(3)
    page.get_by_role("button", name="Hide the modules").tap()
    page.locator(".dz-toolbar [aria-label='Fit the graph']").tap()
    expect(canvas.card("Split Data")).to_be_visible()
    canvas.port("Enter Data Manually", "Results dataset").tap()
    expect(canvas.port("Split Data", "Dataset")).to_have_attribute("data-mood", "fits")
    canvas.port("Split Data", "Dataset").tap()
    assert canvas.sources("Split Data") == SPLIT
