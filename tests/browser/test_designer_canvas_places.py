"""Where cards stand: in line with their neighbours, and with room when one comes in between."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.support.drafts import node, wire

CARD = 88


def placed(*nodes: tuple[dict[str, Any], int, int]) -> dict[str, Any]:
    """A graph of these nodes at these places."""
    return {
        "version": 1,
        "parameters": [],
        "nodes": [{**one, "ui": {"x": x, "y": y}} for one, x, y in nodes],
    }


def close_together(loose_x: int = 500) -> dict[str, Any]:
    """A table that is summarized just below, what follows from that, and a step beside them."""
    return placed(
        (node("data", "enter-data-manually", data="a,b\n1,2"), 0, 0),
        (node("first", "remove-duplicate-rows", [wire("dataset", "data", "results")]), 0, 152),
        (node("last", "summarize-data", [wire("dataset", "first", "results")]), 0, 304),
        (node("loose", "clean-missing-data"), loose_x, 80),
    )


def places(canvas: Canvas) -> dict[str, tuple[int, int]]:
    return {one["id"]: (one["ui"]["x"], one["ui"]["y"]) for one in canvas.graph()["nodes"]}


def drag(canvas: Canvas, name: str, x: float, y: float) -> None:
    """Takes a card by its middle, so far that it is moved by this much on the canvas."""
    mouse = canvas.page.mouse
    zoom = int(canvas.page.locator(".dz-zoom").inner_text().split()[0]) / 100
    start = canvas.middle(canvas.card(name))
    mouse.move(*start)
    mouse.down()
    mouse.move(start[0] + 4, start[1])  # from here on it is held
    mouse.move(start[0] + 4 + x * zoom, start[1] + y * zoom, steps=8)


def test_a_dragged_card_goes_into_line_and_shows_with_what(studio: Any, page: Page) -> None:
    graph = placed(
        (node("data", "enter-data-manually", data="a,b\n1,2"), 3, 0),
        (node("other", "summarize-data"), 304, 304),
    )
    canvas = Canvas(studio, page, graph=graph)
    guides = page.locator(".dz-guides path")
    drag(canvas, "Summarize Data", -300, 0)
    expect(guides).to_have_count(1)
    canvas.release()
    expect(guides).to_have_count(0)
    assert places(canvas) == {"data": (3, 0), "other": (3, 304)}


def test_a_card_held_over_a_wire_comes_in_between_with_room(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    before = places(canvas)
    drag(canvas, "Clean Missing Data", -500, -4)
    expect(page.locator(".dz-wire-path[data-over='fits']")).to_have_count(1)
    canvas.release()
    expect(canvas.wires).to_have_count(3)
    after = places(canvas)
    assert after["data"] == before["data"]
    assert after["loose"][1] > after["data"][1] + CARD
    assert after["first"][1] > after["loose"][1] + CARD
    assert after["last"][1] - after["first"][1] == before["last"][1] - before["first"][1]
    # One step of undo: the wire, the place and the room.
    page.keyboard.press("Control+z")
    expect(canvas.wires).to_have_count(2)
    assert places(canvas) == before


def test_a_module_of_the_quick_search_comes_in_between_with_room(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    first = canvas.middle(canvas.card("Remove Duplicate Rows"))
    data = canvas.middle(canvas.card("Enter Data Manually"))
    page.mouse.dblclick((first[0] + data[0]) / 2, (first[1] + data[1]) / 2)
    canvas.quick.fill("select columns in")
    page.keyboard.press("Enter")
    expect(canvas.card("Select Columns in Dataset")).to_be_focused()
    after = places(canvas)
    new = next(one for name, one in after.items() if name not in places_of(close_together()))
    assert new[1] > after["data"][1] + CARD
    assert after["first"][1] > new[1] + CARD


def places_of(graph: dict[str, Any]) -> set[str]:
    return {one["id"] for one in graph["nodes"]}
