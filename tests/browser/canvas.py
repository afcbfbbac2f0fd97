"""The designer's canvas as somebody uses it: cards by name, ports by label, a real mouse."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from playwright.sync_api import Locator, Page, expect

from pipelines.services.library import read_library
from tests.browser.panes import send

MODULES = ".react-flow__node-card"


def make_draft(studio: Any, **body: Any) -> str:
    """A draft by REST; its id."""
    return str(send(studio, "POST", "/drafts", {"name": "Canvas", **body})["id"])


@cache
def library_names() -> dict[str, str]:
    return {one.spec["key"]: one.spec["name"] for one in read_library().modules}


def library_name(module: dict[str, Any]) -> str:
    return str(module.get("name") or library_names()[module["key"]])


class Canvas:
    """An open draft."""

    def __init__(self, studio: Any, page: Page, draft: str = "", **body: Any) -> None:
        self.studio, self.page = studio, page
        self.draft = draft or make_draft(studio, **body)
        page.emulate_media(reduced_motion="reduce")  # a view that glides is not where it was seen
        page.goto(f"/w/{studio.workspace}/designer/{self.draft}")
        self.root = page.locator(".dz-canvas")
        expect(self.root).to_be_visible(timeout=30_000)
        self.quick = page.locator(".dz-chooser").get_by_role("combobox")

    # What is there.

    def card(self, name: str) -> Locator:
        return self.page.locator(MODULES).filter(
            has=self.page.locator(".card-name", has_text=re.compile(f"^{re.escape(name)}$"))
        )

    def pill(self, name: str) -> Locator:
        return self.page.locator(".react-flow__node-pill").filter(has_text=name)

    def port(self, card: str, label: str) -> Locator:
        return self.card(card).locator(f'.dz-port[title^="{label}:"]')

    @property
    def wires(self) -> Locator:
        return self.page.locator(".dz-wire-path")

    @property
    def said(self) -> Locator:
        return self.page.locator("[data-said]")

    def graph(self) -> Any:
        """The draft as the server has it, once it is saved."""
        expect(self.page.locator(".dz-save")).to_have_text("Saved")
        return self.studio.get(f"/drafts/{self.draft}")["graph"]

    def sources(self, name: str) -> dict[str, Any]:
        """Inputs of a step by port: (name of the step before, its output), or the plain source."""
        graph = self.graph()
        names = {
            one["id"]: one.get("name") or library_name(one["module"]) for one in graph["nodes"]
        }
        node = next(node for node in graph["nodes"] if names[node["id"]] == name)
        return {
            one["name"]: (names[one["source"]["node"]], one["source"]["output"])
            if "node" in one["source"]
            else one["source"]
            for one in node.get("inputs", [])
        }

    # What one does.

    def middle(self, place: Locator) -> tuple[float, float]:
        box, before = place.bounding_box(), None
        while box != before:  # what is drawn may be on its way
            self.page.wait_for_timeout(100)
            box, before = place.bounding_box(), box
        assert box, "not on the page"
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of the window, from the canvas's upper left corner."""
        box = self.root.bounding_box()
        assert box
        return box["x"] + x, box["y"] + y

    def drag_in(self, name: str, x: float, y: float) -> None:
        """From the palette to this place of the canvas."""
        search = self.page.get_by_label("Search modules and datasets")
        search.fill(name)
        item = self.page.locator(".dz-item").filter(has_text=name).first
        item.drag_to(self.root, target_position={"x": x, "y": y})
        search.fill("")

    def add(self, name: str) -> None:
        """By `/`, as one types."""
        self.page.keyboard.press("/")
        self.quick.fill(name)
        self.page.keyboard.press("Enter")
        expect(self.card(name)).to_be_focused()

    def pull(
        self, start: Locator | tuple[float, float], *ways: Locator | tuple[float, float]
    ) -> None:
        """Press on the first, move over the others; `release` lets go."""
        x, y = start if isinstance(start, tuple) else self.middle(start)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for way in ways:
            x, y = way if isinstance(way, tuple) else self.middle(way)
            self.page.mouse.move(x - 6, y - 6, steps=4)
            self.page.mouse.move(x, y)

    def release(self) -> None:
        self.page.mouse.up()

    def wire(self, start: Locator, end: Locator) -> None:
        self.pull(start, end)
        self.release()

    # Running.

    @property
    def run(self) -> Locator:
        """What the title row says of the run on the canvas."""
        return self.page.locator(".designer-run")

    @property
    def pane(self) -> Locator:
        return self.page.get_by_role("complementary", name="Properties")

    def submit(self, experiment: str = "") -> None:
        """By the dialog, once it has its forecast."""
        self.page.locator(".designer-title").get_by_role("button", name="Submit").click()
        dialog = self.page.get_by_role("dialog", name="Submit a run")
        expect(dialog.locator(".pane-forecast-sum")).to_be_visible()
        if experiment:
            dialog.get_by_role("combobox", name="Experiment").fill(experiment)
        dialog.get_by_role("button", name="Submit").click()
        expect(dialog).to_have_count(0)

    def until(self, status: str) -> None:
        """The run on the canvas gets there."""
        try:
            expect(self.run).to_contain_text(status, timeout=120_000)
        except AssertionError as error:
            seen = " | ".join(self.page.locator(".dz-card").all_inner_texts())
            raise AssertionError(
                f"{error}\ncards: {seen}\npane: {self.pane.inner_text()}"
            ) from None

    def data(self, card: str, label: str) -> Locator:
        """The dialog with the data behind a port."""
        port = self.port(card, label)
        expect(port).to_have_attribute("title", re.compile("Click to see its data"))
        port.click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        return dialog
