"""Nothing of a draft is lost: reloads, two tabs, two people's versions, a studio that is away."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.panes import send

# What the browser itself says of requests that this test breaks, or that are refused.
BROKEN = ["net::ERR_FAILED", "status of 409"]


def kept(canvas: Canvas) -> int:
    return len(canvas.studio.get(f"/drafts/{canvas.draft}")["graph"]["nodes"])


def break_saves(canvas: Canvas) -> None:
    canvas.page.route(
        f"**/drafts/{canvas.draft}",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )


def mend_saves(canvas: Canvas) -> None:
    canvas.page.unroute(f"**/drafts/{canvas.draft}")


def delete_draft(canvas: Canvas) -> None:
    send(canvas.studio, "DELETE", f"/drafts/{canvas.draft}")


def another(canvas: Canvas) -> Canvas:
    """The same draft in a second tab of the browser."""
    page = canvas.page.context.new_page()
    return Canvas(canvas.studio, page, canvas.draft)


def press_on_canvas(canvas: Canvas, keys: str) -> None:
    canvas.root.focus()
    canvas.page.keyboard.press(keys)


def test_undo_goes_on_after_a_reload(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    canvas.root.focus()
    canvas.add("Enter Data Manually")
    canvas.add("Split Data")
    press_on_canvas(canvas, "Control+z")
    expect(canvas.card("Split Data")).to_have_count(0)
    canvas.graph()
    page.reload()
    expect(canvas.card("Enter Data Manually")).to_be_visible()
    press_on_canvas(canvas, "Control+Shift+z")
    expect(canvas.card("Split Data")).to_be_visible()
    expect(canvas.wires).to_have_count(1)
    press_on_canvas(canvas, "Control+z")
    press_on_canvas(canvas, "Control+z")
    expect(page.get_by_text("Start your pipeline")).to_be_visible()
    assert canvas.graph()["nodes"] == []


def test_a_second_tab_follows_and_is_seen(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    second = another(canvas)
    expect(page.get_by_label("Also here")).to_be_visible()
    canvas.root.focus()
    canvas.add("Enter Data Manually")
    expect(second.card("Enter Data Manually")).to_be_visible()
    expect(second.said).to_contain_text("You changed this draft in another tab")
    second.root.focus()
    second.add("Split Data")
    expect(canvas.card("Split Data")).to_be_visible()
    assert len(canvas.graph()["nodes"]) == 2
    second.page.close()
    expect(page.get_by_label("Also here")).to_have_count(0)


def test_two_versions_are_both_kept(studio: Any, page: Page) -> None:
    page.allowed_console += BROKEN
    canvas = Canvas(studio, page)
    second = another(canvas)
    break_saves(canvas)
    canvas.root.focus()
    canvas.add("Split Data")
    expect(page.locator(".dz-save")).to_contain_text("Not saved")
    second.root.focus()
    second.add("Enter Data Manually")
    second.graph()
    dialog = page.get_by_role("dialog", name="Somebody else saved this draft")
    expect(dialog).to_be_visible()
    mend_saves(canvas)
    assert kept(canvas) == 1
    dialog.get_by_role("button", name="Keep both").click()
    page.wait_for_url(re.compile(rf"/designer/(?!{canvas.draft})"))
    expect(canvas.card("Split Data")).to_be_visible()
    expect(canvas.card("Enter Data Manually")).to_have_count(0)
    expect(second.card("Enter Data Manually")).to_be_visible()
    assert kept(canvas) == 1


def test_a_version_is_taken_or_saved_over(studio: Any, page: Page) -> None:
    page.allowed_console += BROKEN
    canvas = Canvas(studio, page)
    second = another(canvas)
    dialog = page.get_by_role("dialog", name="Somebody else saved this draft")
    break_saves(canvas)
    canvas.root.focus()
    canvas.add("Split Data")
    second.root.focus()
    second.add("Enter Data Manually")
    expect(dialog).to_be_visible()
    mend_saves(canvas)
    dialog.get_by_role("button", name="Take theirs").click()
    expect(canvas.card("Enter Data Manually")).to_be_visible()
    expect(canvas.card("Split Data")).to_have_count(0)

    break_saves(canvas)
    canvas.root.focus()
    canvas.add("Train Model")
    expect(page.locator(".dz-save")).to_contain_text("Not saved")
    second.root.focus()
    second.add("Summarize Data")
    expect(dialog).to_be_visible()
    mend_saves(canvas)
    dialog.get_by_role("button", name="Save mine over it").click()
    expect(second.card("Train Model")).to_be_visible()
    expect(second.card("Summarize Data")).to_have_count(0)
    versions = studio.get(f"/drafts/{canvas.draft}/versions")["items"]
    assert versions[0]["note"] == "Saved over admin's version"
    assert versions[1]["step_count"] == 2


def test_a_closed_tab_loses_nothing_while_the_studio_is_away(studio: Any, page: Page) -> None:
    canvas = Canvas(studio, page)
    second = another(canvas)
    # A tab that ends like this sends nothing any more.
    second.page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('away')) }")
    second.root.focus()
    second.add("Enter Data Manually")
    expect(second.page.locator(".dz-save")).to_contain_text("Not saved")
    second.page.close()
    assert kept(canvas) == 0
    page.reload()
    expect(canvas.card("Enter Data Manually")).to_be_visible()
    expect(canvas.said).to_contain_text("Changes that were not saved")
    assert len(canvas.graph()["nodes"]) == 1
    press_on_canvas(canvas, "Control+z")
    expect(canvas.card("Enter Data Manually")).to_have_count(0)


def test_what_waits_is_saved_when_the_studio_answers_again(studio: Any, page: Page) -> None:
    page.allowed_console += BROKEN
    canvas = Canvas(studio, page)
    break_saves(canvas)
    canvas.root.focus()
    canvas.add("Enter Data Manually")
    note = page.locator(".dz-save")
    expect(note).to_contain_text("Not saved")
    expect(note).to_have_attribute("title", re.compile("can't be reached.*kept in this browser"))
    mend_saves(canvas)
    assert len(canvas.graph()["nodes"]) == 1


def test_what_was_unsaved_of_a_deleted_draft_becomes_a_new_one(studio: Any, page: Page) -> None:
    page.allowed_console += [*BROKEN, "status of 404"]
    canvas = Canvas(studio, page, name="Deleted by somebody")
    break_saves(canvas)
    canvas.root.focus()
    canvas.add("Split Data")
    expect(page.locator(".dz-save")).to_have_attribute("title", re.compile("kept in this browser"))
    delete_draft(canvas)
    page.goto("/w/forebay/designer/")
    left = page.locator("[data-unsaved] li").filter(has_text="Deleted by somebody")
    expect(left).to_contain_text("1 step")
    left.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", name="Your unsaved changes are still here")).to_be_visible()
    page.get_by_role("button", name="Keep as a new draft").click()
    page.wait_for_url(re.compile(rf"/designer/(?!{canvas.draft})"))
    expect(canvas.card("Split Data")).to_be_visible()
    page.goto(f"/w/forebay/designer/{canvas.draft}")
    expect(page.get_by_text("There is no draft")).to_be_visible()
    expect(page.locator("[data-unsaved]")).to_be_hidden()


def test_a_draft_that_somebody_deletes_is_kept_by_who_has_it_open(studio: Any, page: Page) -> None:
    page.allowed_console += ["status of 404"]
    canvas = Canvas(studio, page)
    canvas.root.focus()
    canvas.add("Split Data")
    canvas.graph()
    delete_draft(canvas)
    note = page.locator(".dz-save")
    expect(note).to_have_attribute("title", re.compile("deleted this draft"))
    canvas.root.focus()
    canvas.add("Train Model")
    note.get_by_role("button", name="Keep as a new draft").click()
    page.wait_for_url(re.compile(rf"/designer/(?!{canvas.draft})"))
    expect(canvas.card("Train Model")).to_be_visible()
    canvas.draft = page.url.rsplit("/", 1)[1]
    assert len(canvas.graph()["nodes"]) == 2


def test_the_pane_that_did_not_come_is_fetched_again(studio: Any, page: Page) -> None:
    page.allowed_console += BROKEN
    page.route("**/designer-dialogs.js*", lambda route: route.abort())
    Canvas(studio, page)
    pane = page.get_by_role("complementary", name="Properties")
    expect(pane.get_by_role("alert")).to_contain_text("could not be loaded")
    page.unroute("**/designer-dialogs.js*")
    pane.get_by_role("button", name="Try again").click()
    expect(pane.get_by_role("heading", name="Canvas")).to_be_visible()
