"""Who may only look: a Reader in the designer sees everything and is offered nothing to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.panes import paste, placed
from tests.browser.people import signed_in_as
from tests.support.drafts import classification

pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture
def reader(studio: Any, browser: Any) -> Iterator[Page]:
    with signed_in_as("rita", "Reader", studio, browser) as page:
        yield page


def test_a_reader_looks_at_everything_and_changes_nothing(studio: Any, reader: Page) -> None:
    canvas = Canvas(studio, reader, graph=placed(classification()))
    expect(reader.get_by_role("note")).to_have_count(1)
    expect(reader.get_by_role("note")).to_contain_text("needs the role Contributor")
    for name in ("Submit", "Publish", re.compile("^Undo"), "Paste", "Duplicate"):
        expect(reader.get_by_role("button", name=name)).to_have_count(0)
    canvas.card("Split Data").click()
    pane = reader.get_by_role("complementary", name="Properties")
    expect(pane.get_by_role("spinbutton", name="Random seed")).to_be_disabled()
    for name in ("Rename", "Duplicate", "Delete", re.compile("Run up to here")):
        expect(pane.get_by_role("button", name=name)).to_have_count(0)
    for tab in ("Inputs", "Run settings", "Module"):
        pane.get_by_role("tab", name=re.compile(tab)).click()
        for field in pane.locator("input, select, textarea").all():
            expect(field).to_be_disabled()
    # Neither a key nor a pasted text changes what is drawn.
    canvas.root.focus()
    for key in ("Control+a", "Delete", "Control+d", "n", "/", "Control+Enter", "Control+g"):
        reader.keyboard.press(key)
    paste(reader, '{"nodes": [{"id": "x", "module": {"key": "split-data"}}]}')
    expect(reader.locator(".react-flow__node-card")).to_have_count(6)
    expect(reader.get_by_role("dialog")).to_have_count(0)
    reader.locator(".designer-more summary").click()
    menu = reader.locator(".designer-more")
    expect(menu.get_by_role("button", name="Delete the draft")).to_have_count(0)
    menu.get_by_role("button", name="History").click()
    history = reader.get_by_role("dialog", name="History")
    expect(history.get_by_role("button", name=re.compile("Created"))).to_be_visible()
    expect(history.get_by_label("Name for the version of now")).to_have_count(0)
    reader.keyboard.press("Escape")
    reader.get_by_role("button", name="Settings", exact=True).click()
    settings = reader.get_by_role("dialog", name="Settings")
    expect(settings.get_by_role("combobox", name="Default compute target")).to_be_disabled()
    expect(settings.get_by_role("button", name="Add")).to_have_count(0)
    reader.keyboard.press("Escape")
    assert studio.get(f"/drafts/{canvas.draft}")["revision"] == 1


def test_the_list_of_keys_has_them_all(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    canvas.root.focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys.locator("dt").first).to_be_visible()  # the dialog is fetched once the canvas stands
    shown = [" ".join(one.split()) for one in keys.locator("dt").all_inner_texts()]
    for wanted in ("n", ".", "Ctrl S", "Ctrl Enter", "Ctrl Shift G", "Ctrl Shift Z or Ctrl Y"):
        assert wanted in shown
    page.keyboard.press("Escape")
    # A key of the list does what the list says.
    canvas.root.focus()
    page.keyboard.press("n")
    page.keyboard.type("Ask Ada")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+s")
    assert [one["text"] for one in canvas.graph()["ui"]["notes"]] == ["Ask Ada"]
    expect(page.get_by_role("dialog")).to_have_count(0)
