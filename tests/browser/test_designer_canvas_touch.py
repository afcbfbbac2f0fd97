"""The designer's canvas under fingers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.canvas import Canvas
from tests.browser.test_designer_canvas_places import close_together

TOUCH = pytest.mark.parametrize("page", [{"has_touch": True}], indirect=True)
PHONE = pytest.mark.parametrize(
    "page",
    [{"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}],
    indirect=True,
)
Point = tuple[float, float]


class Fingers:
    """Touches as the browser gets them from a screen."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, *ways: tuple[Point, Point], steps: int = 6) -> None:
        """Each finger along its way, all at the same time."""
        self.send("touchStart", *(start for start, _ in ways))
        for step in range(1, steps + 1):
            share = step / steps
            self.send(
                "touchMove",
                *((a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in ways),
            )
        self.send("touchEnd")


def view(page: Page) -> tuple[float, float, float]:
    """Where the canvas's view is: x, y and zoom."""
    style = page.locator(".react-flow__viewport").get_attribute("style") or ""
    found = re.search(r"translate\(([-\d.]+)px, ([-\d.]+)px\) scale\(([\d.]+)\)", style)
    assert found, style
    x, y, zoom = map(float, found.groups())
    return x, y, zoom


def empty_place(canvas: Canvas) -> Point:
    box = canvas.root.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] - 60


def beside(point: Point, x: float, y: float = 0) -> Point:
    return point[0] + x, point[1] + y


@TOUCH
def test_a_finger_that_stays_opens_the_menu_of_what_is_below(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    fingers = Fingers(page)
    menu = page.get_by_role("menu")
    fingers.send("touchStart", canvas.middle(canvas.card("Summarize Data")))
    expect(menu.get_by_role("menuitem", name=re.compile("^Rename"))).to_be_visible()
    fingers.send("touchEnd")
    expect(menu).to_be_visible()
    expect(canvas.card("Summarize Data").locator(".is-selected")).to_have_count(1)
    menu.get_by_role("menuitem", name=re.compile("^Duplicate")).tap()
    expect(canvas.card("Summarize Data")).to_have_count(2)
    # On the empty canvas it is the canvas's menu; a tap elsewhere closes it.
    place = empty_place(canvas)
    fingers.send("touchStart", place)
    expect(menu.get_by_role("menuitem", name=re.compile("^Add a note"))).to_be_visible()
    fingers.send("touchEnd")
    page.touchscreen.tap(*beside(place, -120, -20))
    expect(menu).to_have_count(0)


@TOUCH
def test_a_finger_that_moves_opens_nothing_and_moves_the_view(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    before = view(page)
    start = empty_place(canvas)
    Fingers(page).drag((start, beside(start, -90, -70)))
    x, y, zoom = view(page)
    assert zoom == before[2]
    assert (x - before[0], y - before[1]) == pytest.approx((-90, -70), abs=25)
    page.wait_for_timeout(700)  # longer than a long press
    expect(page.get_by_role("menu")).to_have_count(0)


@TOUCH
def test_two_fingers_zoom_and_move_the_view(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    fingers = Fingers(page)
    middle = empty_place(canvas)
    before = view(page)
    fingers.drag(
        (beside(middle, -40), beside(middle, -120)), (beside(middle, 40), beside(middle, 120))
    )
    closer = view(page)
    assert closer[2] > before[2] * 1.8
    fingers.drag(
        (beside(middle, -60), beside(middle, -160, -80)),
        (beside(middle, 60), beside(middle, -40, -80)),
    )
    moved = view(page)
    assert moved[2] == pytest.approx(closer[2], rel=0.05)
    assert moved[0] - closer[0] == pytest.approx(-100, abs=30)
    assert moved[1] - closer[1] == pytest.approx(-80, abs=30)
    # Two that stay mean nothing.
    fingers.send("touchStart", middle)
    fingers.send("touchStart", middle, beside(middle, 80))
    page.wait_for_timeout(700)  # longer than a long press
    fingers.send("touchEnd")
    expect(page.get_by_role("menu")).to_have_count(0)


@TOUCH
def test_a_card_is_moved_and_wired_by_a_finger(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    fingers = Fingers(page)
    loose = canvas.card("Clean Missing Data")
    start = canvas.middle(loose)
    fingers.drag((start, beside(start, 0, 90)))
    moved = canvas.middle(loose)[1] - start[1]
    assert 45 < moved <= 95  # what it moves before it is held is lost
    fingers.drag(
        (
            canvas.middle(canvas.port("Enter Data Manually", "Results dataset")),
            canvas.middle(canvas.port("Clean Missing Data", "Dataset")),
        )
    )
    expect(canvas.wires).to_have_count(3)
    assert canvas.sources("Clean Missing Data") == {"dataset": ("Enter Data Manually", "results")}


@TOUCH
def test_ports_are_wired_by_two_taps(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page, graph=close_together())
    tap(page, canvas.port("Enter Data Manually", "Results dataset"))
    expect(canvas.said).to_contain_text("Now click the port")
    tap(page, canvas.port("Clean Missing Data", "Dataset"))
    expect(canvas.wires).to_have_count(3)


def tap(page: Page, place: Locator) -> None:
    box = place.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@PHONE
def test_a_module_is_added_on_a_phone(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    expect(page.get_by_text("Start your pipeline")).to_be_visible()
    page.locator(".dz-toolbar").get_by_label("Show the modules").tap()
    page.get_by_label("Search modules and datasets").fill("enter data")
    page.locator(".dz-item").first.tap()
    expect(canvas.card("Enter Data Manually")).to_be_visible()
    assert len(canvas.graph()["nodes"]) == 1
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, json.dumps({"scrolls sideways": width})
