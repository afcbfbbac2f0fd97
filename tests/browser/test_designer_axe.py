"""Panes and dialogs: axe finds nothing serious, light and dark; a phone shows them whole."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.panes import choose, make_dataset, send, source_of
from tests.support.drafts import classification, node

pytestmark = pytest.mark.usefixtures("patience")

LONG = "A very long name that nobody would ever give to anything, and then somebody does " * 3
PANE = ".right-pane"
TABS = ("Parameters", "Inputs", "Run settings", "Module")


def serious(page: Page, where: str, part: str = "body") -> list[str]:
    """What axe finds in a part of the page, light and dark: the dark one has colours of its own."""
    found = []
    for scheme, only in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        # Colours on their way are no colours.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        options = {"resultTypes": ["violations"], **only}
        found += [
            f"{where}, {scheme}: {one['id']}: {each['html'][:160]}"
            for one in Axe().run(page, context=part, options=options).response["violations"]
            if one["impact"] in ("serious", "critical")
            for each in one["nodes"][:2]
        ]
    return found


def rich(studio: Any) -> dict[str, Any]:
    """A problem, datasets as a pill and as a parameter, a note and a group."""
    made = make_dataset(studio, "axe's own")
    graph = classification()
    graph["parameters"] = [
        {"name": "rate", "type": "float", "default": 0.5},
        {"name": "drink", "type": "dataset", "default": {"dataset": made}},
    ]
    graph["nodes"][3]["settings"] = {}
    graph["nodes"][1]["settings"] = {"fraction": {"parameter": "rate"}, "seed": 1}
    graph["nodes"] += [
        node("select", "select-columns", [{"name": "dataset", "source": {"parameter": "drink"}}]),
        node("import", "import-data", [], source={"datastore": "workspaceblobstore", "path": "x"}),
        node("code", "execute-python-script", [{"name": "dataset1", "source": {"dataset": made}}]),
    ]
    note = {"id": "note", "x": 420, "y": 0, "width": 200, "height": 90, "text": "Ask Ada first"}
    frame = {"id": "frame", "name": "Training", "nodes": ["learner", "train"]}
    graph["ui"] = {"notes": [note], "groups": [frame], "sources": []}
    return graph


def escape(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_axe_finds_nothing_serious(studio: Any, open_draft: Any, page: Page) -> None:
    draft = open_draft(rich(studio))
    found = serious(page, "draft")
    pane = page.get_by_role("complementary", name="Properties")
    for one in ("split", "train", "data", "select", "import", "code"):
        choose(page, one)
        for tab in TABS if one in ("split", "select") else TABS[:1]:
            pane.get_by_role("tab", name=re.compile(f"^{tab}")).click()
            expect(pane.get_by_text(re.compile("^Loading"))).to_have_count(0)
            found += serious(page, f"{one}, {tab}", PANE)
    page.locator(".react-flow__node-pill").first.click(position={"x": 20, "y": 15})
    found += serious(page, "pill", PANE)
    page.locator(".dz-note").click()
    found += serious(page, "note", PANE)
    page.locator(".dz-canvas").focus()
    page.keyboard.press("Control+a")
    found += serious(page, "many", PANE)
    page.keyboard.press("Escape")
    page.get_by_role("region", name="Problems").get_by_role("button").first.click()
    found += serious(page, "problems")

    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("to solve first")).to_be_visible()
    found += serious(page, "submit with problems", "dialog")
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="Run", exact=True).select_option(label="up to Split Data")
    expect(form.get_by_text("will run")).to_be_visible()
    found += serious(page, "submit", "dialog")
    escape(page)
    page.get_by_role("button", name="Publish", exact=True).click()
    found += serious(page, "publish", "dialog")
    escape(page)
    page.get_by_role("button", name="Settings", exact=True).click()
    found += serious(page, "settings", "dialog")
    escape(page)
    send(studio, "PATCH", f"/drafts/{draft}", {"revision": 1, "graph": classification()})
    page.locator(".designer-more summary").click()
    found += serious(page, "menu")
    page.get_by_role("button", name="History").click()
    expect(page.get_by_role("heading", name="Since then")).to_be_visible()
    found += serious(page, "history", "dialog")
    escape(page)
    page.locator(".designer-more summary").click()
    page.get_by_role("button", name="Export as Python program…").click()
    expect(page.get_by_role("dialog").locator("pre")).to_be_visible()
    found += serious(page, "program", "dialog")
    escape(page)
    page.locator(".dz-canvas").focus()
    page.keyboard.press("?")
    found += serious(page, "keys", "dialog")
    escape(page)
    assert found == []


def test_axe_finds_nothing_serious_in_smaller_dialogs(
    studio: Any, open_draft: Any, page: Page
) -> None:
    open_draft(rich(studio))
    found = []
    pane = choose(page, "train")
    pane.get_by_role("tab", name="Inputs").click()
    pane.get_by_role("button", name="Data of Trained model").click()
    found += serious(page, "port without data", "dialog")
    escape(page)
    pane.get_by_role("tab", name="Parameters").click()
    choose(page, "split")
    pane.locator("summary[aria-label='More for Random seed']").click()
    found += serious(page, "field's menu", PANE)
    pane.get_by_role("button", name="Use a pipeline parameter…").locator("visible=true").click()
    found += serious(page, "promote", "dialog")
    escape(page)
    choose(page, "import")
    pane.get_by_role("button", name="Browse folders").click()
    expect(page.get_by_role("dialog").get_by_text("Loading")).to_have_count(0)
    found += serious(page, "folders", "dialog")
    escape(page)
    choose(page, "code")
    pane.get_by_role("button", name="Edit Python script").click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    found += serious(page, "script", "dialog")
    page.keyboard.press("Escape")
    escape(page)
    pane.get_by_role("tab", name="Inputs").click()
    pane.locator("summary[aria-label^='More for Dataset']").first.click()
    pane.get_by_role("button", name="Look at the data").click()
    expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()
    found += serious(page, "rows", "dialog")
    escape(page)
    assert found == []


def test_axe_finds_nothing_serious_beside_the_editor(studio: Any, page: Page) -> None:
    spec = {
        "name": f"Seen by axe {uuid.uuid4()}",
        "script": "run.py",
        "inputs": [{"name": "dataset", "type": "table"}],
        "outputs": [{"name": "results", "type": "table"}],
        "parameters": [{"name": "factor", "type": "float", "default": 2}],
    }
    source = source_of(studio, {"run.py": "print(1)"})
    module = send(studio, "POST", "/modules", {"spec": spec, "snapshot": source})["id"]
    spec = {**spec, "outputs": [{"name": "model", "type": "model"}]}
    version = {"spec": spec, "snapshot": source, "changes": "A model at last"}
    send(studio, "POST", f"/modules/{module}/versions", version)
    found = []
    for place in ("designer/", "drafts/", "modules/", f"modules/{module}/", "modules/new/"):
        page.goto(f"/w/forebay/{place}")
        found += serious(page, place)
    assert found == []


@pytest.mark.parametrize("page", [{"viewport": {"width": 390, "height": 780}}], indirect=True)
def test_nothing_is_cut_off_on_a_phone_whatever_names_are_given(
    studio: Any, open_draft: Any, page: Page
) -> None:
    parameter = "p" + "very_long_" * 11
    graph = rich(studio)
    for one in graph["nodes"]:
        one["name"] = f"{LONG[:200]} {one['id']}"
    graph["parameters"].append({"name": parameter, "type": "int", "default": 4})
    graph["nodes"][1]["settings"]["seed"] = {"parameter": parameter}
    graph["nodes"][3]["settings"] = {"label": "y" * 90}
    open_draft(graph, name=LONG, description=LONG * 3, tags={LONG[:50]: LONG})

    def whole(where: str) -> None:
        """Nothing is wider than the window or than its dialog, and no button lies outside."""
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, where
        wide = page.evaluate(
            """() => [...document.querySelectorAll(
                ".designer-title, .pane, .pane-body, .dialog, .dialog-body, .dialog-actions"
            )].filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
              .map(one => one.className)"""
        )
        assert wide == [], where
        out = page.evaluate(
            """() => [...document.querySelectorAll(
                ".designer-title button, .designer-title summary, dialog button, .pane button"
            )].filter(one => one.checkVisibility())
              .filter(one => { const box = one.getBoundingClientRect();
                               return box.width > 0 && (box.left < -1 || box.right > 391); })
              .map(one => one.outerHTML.slice(0, 120))"""
        )
        assert out == [], where

    whole("open")
    for name in ("Submit", "Publish", "Settings"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        whole(name)
        escape(page)
    pane = page.get_by_role("complementary", name="Properties")
    expect(pane).to_be_hidden()
    choose(page, "split")
    box = pane.bounding_box()
    assert box and box["width"] == 390 and box["y"] > 250  # a sheet from below
    for tab in TABS:
        pane.get_by_role("tab", name=re.compile(f"^{tab}")).click()
        whole(tab)
    pane.get_by_role("button", name="Hide properties").click()
    expect(pane).to_be_hidden()
    page.locator(".designer-more summary").click()
    whole("menu")
    page.get_by_role("button", name="Description and tags").click()
    field = pane.get_by_role("textbox", name="Description")
    expect(field).to_be_focused()
    whole("draft")
    pane.get_by_role("button", name="Hide properties").click()
    expect(pane).to_be_hidden()
    page.locator(".designer-more summary").click()
    page.get_by_role("button", name="History").click()
    expect(page.get_by_role("heading", name="Since then")).to_be_visible()
    whole("history")
