"""Names, notes, groups, search, menus and who may only look, on the designer's canvas."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.panes import placed, places
from tests.support.drafts import classification

PLACES = places(140)


@pytest.fixture
def canvas(studio: Any, page: Page) -> Canvas:
    """The classification, laid out, with a note and a group."""
    graph = placed(classification(), 140)
    graph["ui"] = {
        "notes": [
            {"id": "note", "x": 320, "y": 0, "width": 240, "height": 96, "text": "Ask Ada first"}
        ],
        "groups": [{"id": "frame", "name": "Training", "nodes": ["learner", "train"]}],
    }
    return Canvas(studio, page, graph=graph)


@pytest.mark.parametrize(
    "page",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark", "viewport": {"width": 768, "height": 900}},
    ],
    indirect=True,
)
def test_axe_finds_nothing_serious(canvas: Canvas, page: Page) -> None:
    def serious() -> list[str]:
        found = Axe().run(page).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    expect(canvas.card("Train Model")).to_be_visible()
    assert serious() == []
    canvas.card("Train Model").click()
    page.keyboard.press("c")
    expect(canvas.quick).to_be_focused()
    assert serious() == []
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()
    assert serious() == []


def test_a_card_says_what_it_is_and_what_it_is_connected_to(canvas: Canvas) -> None:
    name = canvas.card("Train Model").get_attribute("aria-label")
    assert name
    assert "input Dataset, table, from Results dataset 1 of Split Data" in name
    assert "output Trained model, model, to Trained model of Score Model" in name
    assert "problem" in name


def test_a_step_is_renamed_in_place(canvas: Canvas, page: Page) -> None:
    canvas.card("Split Data").click()
    page.keyboard.press("F2")
    page.keyboard.type("Keep a third for later")
    page.keyboard.press("Enter")
    expect(canvas.card("Keep a third for later")).to_be_focused()
    expect(canvas.card("Keep a third for later")).to_contain_text("Split Data")
    page.keyboard.press("F2")
    page.keyboard.type("never mind")
    page.keyboard.press("Escape")
    expect(canvas.card("Keep a third for later")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(canvas.card("Split Data")).to_be_visible()


def test_notes_and_groups(canvas: Canvas, page: Page) -> None:
    canvas.root.focus()
    page.keyboard.press("n")
    page.keyboard.type("Seeds are fixed")
    page.keyboard.press("Control+Enter")
    note = page.locator(".dz-note").filter(has_text="Seeds are fixed")
    expect(note).to_be_visible()
    note.click()
    note.get_by_role("button", name="Colour green").click()
    assert [one.get("tone") for one in canvas.graph()["ui"]["notes"]] == [None, "green"]
    # The frame moves its cards, as one step.
    head = page.locator(".frame-head")
    x, y = canvas.middle(head)
    canvas.pull((x, y), (x - 60, y - 20))
    canvas.release()
    moved = {one["id"]: one["ui"] for one in canvas.graph()["nodes"]}
    assert moved["train"] != dict(zip(("x", "y"), PLACES["train"], strict=True))
    assert moved["train"]["x"] - moved["learner"]["x"] == 140
    assert moved["split"] == dict(zip(("x", "y"), PLACES["split"], strict=True))
    page.keyboard.press("Control+z")
    assert {
        one["id"]: (one["ui"]["x"], one["ui"]["y"]) for one in canvas.graph()["nodes"]
    } == PLACES
    canvas.card("Score Model").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+g")
    page.keyboard.type("Measuring")
    page.keyboard.press("Enter")
    groups = canvas.graph()["ui"]["groups"]
    assert [(one["name"], sorted(one["nodes"])) for one in groups] == [
        ("Training", ["learner", "train"]),
        ("Measuring", ["evaluate", "score"]),
    ]


def test_a_card_is_found_by_what_is_in_it(canvas: Canvas, page: Page) -> None:
    page.keyboard.press("Control+f")
    field = page.get_by_label("Find on the canvas").get_by_role("searchbox")
    field.fill("label kind")
    field.press("Enter")
    expect(page.locator(".react-flow__node.selected")).to_have_count(1)
    expect(canvas.card("Train Model")).to_have_class(re.compile("selected"))
    field.press("Escape")
    expect(canvas.card("Train Model")).to_be_focused()


def test_the_menu_by_mouse_and_by_keyboard(canvas: Canvas, page: Page) -> None:
    canvas.card("Score Model").click(button="right")
    menu = page.get_by_role("menu", name="Menu")
    expect(menu.get_by_role("menuitem", name="Properties")).to_be_focused()
    menu.get_by_role("menuitem", name="Duplicate").click()
    expect(page.locator(".react-flow__node-card")).to_have_count(7)
    page.keyboard.press("Control+z")
    canvas.card("Score Model").click()
    page.keyboard.press("Shift+F10")
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("menuitem", name="Delete Del")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(canvas.card("Score Model")).to_have_count(0)
    # What it was given goes on where it fits: the table of the split, into the scores' reader.
    assert canvas.sources("Evaluate Model") == {"scored": ("Split Data", "results2")}


def test_the_keyboard_moves_and_zooms(canvas: Canvas, page: Page) -> None:
    canvas.card("Split Data").click()
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowRight")
    split = next(one for one in canvas.graph()["nodes"] if one["id"] == "split")
    assert split["ui"] == {"x": 16, "y": 140}
    zoom = page.locator(".dz-zoom")
    page.keyboard.press("0")
    expect(zoom).to_have_text("100 %")
    page.keyboard.press("-")
    expect(zoom).not_to_have_text("100 %")
    page.keyboard.press("0")
    expect(zoom).to_have_text("100 %")
    page.keyboard.press("1")
    expect(canvas.card("Evaluate Model")).to_be_in_viewport(ratio=1)
    expect(canvas.card("Enter Data Manually")).to_be_in_viewport(ratio=1)


def test_tidying_up_is_one_step(canvas: Canvas, page: Page) -> None:
    page.get_by_role("button", name="Tidy up").click()
    expect(page.locator(".dz-toolbar [aria-label^='Undo: Tidy up']")).to_be_visible()
    places = {one["id"]: (one["ui"]["x"], one["ui"]["y"]) for one in canvas.graph()["nodes"]}
    assert places != PLACES
    assert places["data"][1] < places["split"][1] < places["train"][1] < places["score"][1]
    page.keyboard.press("Control+z")
    assert {
        one["id"]: (one["ui"]["x"], one["ui"]["y"]) for one in canvas.graph()["nodes"]
    } == PLACES
