"""What is typed is not lost: wrong names, closed forms, saves of others, a page that is left."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panes import choose, saved, send, settings_of
from tests.support.drafts import classification, node

pytestmark = pytest.mark.usefixtures("patience")


def test_a_form_that_was_closed_has_what_was_typed(
    studio: Any, open_draft: Any, page: Page
) -> None:
    graph = classification()
    graph["parameters"] = [{"name": "rate", "type": "int", "default": 4}]
    graph["nodes"][1]["settings"] = {"seed": {"parameter": "rate"}}
    graph["nodes"][3]["settings"] = {}
    open_draft(graph)
    page.get_by_role("button", name="Submit").click()
    form = page.get_by_role("dialog", name="Submit a run")
    form.get_by_role("textbox", name="Description").fill("The third try")
    form.get_by_role("spinbutton", name="rate").fill("7")
    form.get_by_role("combobox", name="Experiment").fill("tries")
    # The problem is mended first; what was filled in waits.
    form.get_by_role("button", name=re.compile("Label column needs a value")).click()
    label = page.get_by_role("combobox", name="Label column")
    expect(label).to_be_focused()
    label.fill("kind")
    label.press("Enter")
    page.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("textbox", name="Description")).to_have_value("The third try")
    expect(form.get_by_role("spinbutton", name="rate")).to_have_value("7")
    expect(form.get_by_role("combobox", name="Experiment")).to_have_value("tries")
    expect(form.get_by_text("default: 4")).to_be_visible()
    # A value that is none is refused by its name, and stays to be mended.
    form.get_by_role("spinbutton", name="rate").fill("many")
    form.get_by_role("button", name="Submit").click()
    expect(form.get_by_role("alert")).to_contain_text("rate must be a whole number.")
    expect(form.get_by_role("spinbutton", name="rate")).to_have_value("many")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Publish", exact=True).click()
    publish = page.get_by_role("dialog", name="Publish")
    publish.get_by_role("textbox", name="Endpoint name").fill("nightly iris")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(publish.get_by_role("textbox", name="Endpoint name")).to_have_value("nightly iris")


def test_names_of_parameters_wait_until_they_are_right(
    studio: Any, open_draft: Any, page: Page
) -> None:
    graph = classification()
    graph["parameters"] = [{"name": one, "type": "int", "default": 4} for one in ("rate", "size")]
    draft = open_draft(graph)
    page.get_by_role("button", name="Settings", exact=True).click()
    settings = page.get_by_role("dialog", name="Settings")
    name = settings.get_by_role("listitem", name="rate").get_by_role("textbox", name="Name")
    name.fill("size")
    name.press("Tab")
    expect(settings.get_by_text("There is a parameter size already.")).to_be_visible()
    expect(name).to_have_value("size")
    name.press("Escape")
    expect(name).to_have_value("rate")
    expect(settings).to_be_visible()
    new = settings.get_by_role("group", name="New parameter")
    new.get_by_role("textbox", name="New parameter").fill("two words")
    new.get_by_role("button", name="Add").click()
    expect(new).to_contain_text("none of them a space")
    # Closing does not drop it without a word.
    settings.get_by_role("button", name="Done").click()
    expect(settings.get_by_role("alert")).to_contain_text("not added yet")
    settings.get_by_role("button", name="Go on").click()
    new.get_by_role("textbox", name="New parameter").fill("two_words")
    new.get_by_role("textbox", name="New parameter").press("Enter")
    settings.get_by_role("button", name="Done").click()
    expect(settings).to_have_count(0)
    saved(page)
    names = [one["name"] for one in studio.get(f"/drafts/{draft}")["graph"]["parameters"]]
    assert names == ["rate", "size", "two_words"]


def test_a_script_is_kept_while_somebody_else_saves(
    studio: Any, open_draft: Any, page: Page
) -> None:
    page.allowed_console.append("status of 409")  # type: ignore[attr-defined]
    graph = {
        "version": 1,
        "nodes": [node("script", "execute-python-script"), node("b", "add-rows")],
    }
    draft = open_draft(graph)
    pane = choose(page, "script")
    pane.get_by_role("button", name="Edit Python script").click()
    dialog = page.get_by_role("dialog")
    editor = dialog.get_by_role("textbox", name="Python script")
    editor.press("Control+a")
    page.keyboard.type("def azureml_main(a=None):")
    # Leaving the page asks first.
    asked: list[str] = []
    page.on("dialog", lambda box: (asked.append(box.type), box.dismiss()))
    page.evaluate("location.reload()")
    page.wait_for_function("() => true")
    assert asked == ["beforeunload"]
    # Another version comes in below; the text stays and is put into it.
    stored = studio.get(f"/drafts/{draft}")
    theirs = {**stored["graph"], "nodes": stored["graph"]["nodes"][:1]}
    send(studio, "PATCH", f"/drafts/{draft}", {"revision": stored["revision"], "graph": theirs})
    expect(page.locator(".react-flow__node-card")).to_have_count(1)
    expect(editor).to_contain_text("def azureml_main(a=None):")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    saved(page)
    assert settings_of(studio, draft, "script")["script"] == "def azureml_main(a=None):"

    # The step itself goes: the text can still be copied.
    pane.get_by_role("button", name="Edit Python script").click()
    editor.press("Control+End")
    page.keyboard.type(" # mine")
    stored = studio.get(f"/drafts/{draft}")
    none = {**stored["graph"], "nodes": []}
    send(studio, "PATCH", f"/drafts/{draft}", {"revision": stored["revision"], "graph": none})
    expect(dialog).to_contain_text("somebody deleted it")
    expect(editor).to_contain_text("# mine")
    expect(dialog.get_by_role("button", name="Keep", exact=True)).to_be_disabled()


def test_a_conflict_waits_until_the_form_is_closed(
    studio: Any, open_draft: Any, page: Page
) -> None:
    page.allowed_console.append("status of 409")  # type: ignore[attr-defined]
    draft = open_draft(classification())
    page.get_by_role("button", name="Settings", exact=True).click()
    settings = page.get_by_role("dialog", name="Settings")
    new = settings.get_by_role("group", name="New parameter")
    # Somebody saves, and this tab does not hear of it before it saves itself.
    page.route("**/presence", lambda route: route.abort())
    page.allowed_console.append("net::ERR_FAILED")  # type: ignore[attr-defined]
    page.route(f"**/drafts/{draft}", lambda route: route.abort())
    new.get_by_role("textbox", name="New parameter").fill("first")
    new.get_by_role("button", name="Add").click()
    send(studio, "PATCH", f"/drafts/{draft}", {"revision": 1, "description": "theirs"})
    new.get_by_role("textbox", name="New parameter").fill("second")
    page.unroute(f"**/drafts/{draft}")
    expect(page.locator(".dz-save")).to_contain_text("Changed by somebody else")
    expect(new.get_by_role("textbox", name="New parameter")).to_have_value("second")
    new.get_by_role("button", name="Add").click()
    settings.get_by_role("button", name="Done").click()
    conflict = page.get_by_role("dialog", name="Somebody else saved this draft")
    expect(conflict).to_be_visible()
    conflict.get_by_role("button", name="Save mine over it").click()
    saved(page)
    names = [one["name"] for one in studio.get(f"/drafts/{draft}")["graph"]["parameters"]]
    assert names == ["first", "second"]
