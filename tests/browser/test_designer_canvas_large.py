"""A draft of many steps: what is drawn of it, and how one gets around."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.canvas import MODULES, Canvas
from tests.support.drafts import node, wire

COLUMNS, ROWS = 20, 20


def grid() -> dict[str, Any]:
    """Columns of steps, each below what it reads."""
    nodes = []
    for i in range(COLUMNS * ROWS):
        column, row = i % COLUMNS, i // COLUMNS
        above = [wire("dataset", f"n{i - COLUMNS}", "results")] if row else []
        key = "summarize-data" if row else "enter-data-manually"
        one = node(f"n{i}", key, above)
        nodes.append({**one, "ui": {"x": column * 288, "y": row * 152}})
    return {"version": 1, "parameters": [], "nodes": nodes}


def test_only_what_is_near_is_drawn_and_far_away_all_of_it(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=grid())
    first = page.locator('.react-flow__node[data-id="n0"]')
    last = page.locator(f'.react-flow__node[data-id="n{COLUMNS * ROWS - 1}"]')
    into_last = page.locator(f'[data-wire^="n{COLUMNS * ROWS - 1}"]')
    expect(first).to_be_visible()
    expect(page.locator('[data-wire^="n20"]').first).to_be_attached()
    expect(last).to_have_count(0)
    expect(into_last).to_have_count(0)
    assert canvas.wires.count() < 100

    # The corner of the mini map is the end of the graph.
    box = page.get_by_label("Mini map").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 16, box["y"] + box["height"] - 10, steps=5)
    page.mouse.up()
    expect(last).to_be_visible()
    expect(into_last).to_be_attached()
    expect(first).to_have_count(0)

    # From far away all cards, and the wires as a few long lines; there is no need of a mini map.
    page.get_by_label("Fit the graph").click()
    expect(page.locator(MODULES)).to_have_count(COLUMNS * ROWS)
    expect(page.locator(".dz-wires path").first).to_be_attached()
    assert page.locator(".dz-wires path").count() < 10
    expect(page.get_by_label("Mini map")).to_have_count(0)
    pieces = page.locator(".dz-wires path").evaluate_all(
        "paths => paths.reduce((sum, path) => sum + path.getAttribute('d').split('M').length - 1, 0)"  # noqa: E501
    )
    assert pieces == COLUMNS * (ROWS - 1)
