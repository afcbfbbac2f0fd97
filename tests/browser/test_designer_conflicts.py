"""Two people in one draft: each sees the other, nothing is overwritten, both versions stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas
from tests.browser.panes import choose, saved, settings_of
from tests.browser.people import signed_in_as
from tests.support.drafts import classification

pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture
def grace(studio: Any, browser: Any) -> Iterator[Page]:
    """Another Contributor, in a browser of her own."""
    with signed_in_as("grace.hopper", "Contributor", studio, browser) as page:
        yield page


def seed(page: Page, value: str) -> None:
    choose(page, "split").get_by_role("spinbutton", name="Random seed").fill(value)


def test_two_people_see_each_other_and_follow(
    studio: Any, open_draft: Any, page: Page, grace: Page
) -> None:
    draft = open_draft(classification())
    expect(page.get_by_label("Also here")).to_have_count(0)
    hers = Canvas(studio, grace, draft)
    expect(page.get_by_label("Also here").get_by_role("listitem")).to_have_text("GHgrace.hopper")
    expect(grace.get_by_label("Also here").get_by_role("listitem")).to_have_text("Aadmin")
    seed(page, "4711")
    expect(hers.said).to_contain_text("admin changed this draft: this is the new version.")
    field = choose(grace, "split").get_by_role("spinbutton", name="Random seed")
    expect(field).to_have_value("4711")
    # A name is a change too.
    grace.locator(".dz-canvas").focus()
    grace.keyboard.press("Escape")
    grace.keyboard.press("F2")
    grace.get_by_label("Name of the draft").fill("Hers")
    grace.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hers")
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Hers")
    expect(page).to_have_title(re.compile("Hers"))
    grace.goto("/w/forebay/")
    expect(page.get_by_label("Also here")).to_have_count(0)


def test_a_stale_save_shows_what_is_different(
    studio: Any, open_draft: Any, page: Page, grace: Page
) -> None:
    page.allowed_console += ["net::ERR_FAILED", "status of 409"]  # type: ignore[attr-defined]
    draft = open_draft(classification())
    hers = Canvas(studio, grace, draft)
    page.route(
        f"**/drafts/{draft}",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    seed(page, "7")
    expect(page.locator(".dz-save")).to_contain_text("Not saved")
    seed(grace, "9")
    hers.root.focus()
    hers.add("Summarize Data")
    grace.get_by_role("button", name="Settings", exact=True).click()
    compute = grace.get_by_role("combobox", name="Default compute target")
    compute.select_option(label="None chosen")
    grace.keyboard.press("Escape")
    saved(grace)
    dialog = page.get_by_role("dialog", name="Somebody else saved this draft")
    expect(dialog).to_contain_text("grace.hopper saved it")
    expect(dialog.get_by_role("list", name="Only in theirs")).to_have_text("Summarize Data")
    expect(dialog.get_by_role("list", name="Different in theirs")).to_contain_text("7 became 9")
    expect(dialog.get_by_role("list", name="Of the draft itself")).to_have_text(
        "The default compute target: panes in mine, nothing in theirs."
    )
    expect(dialog.get_by_role("img", name="Their version: 7 steps")).to_be_visible()
    expect(dialog.get_by_role("img", name="My version: 6 steps")).to_be_visible()
    # It can wait: the work goes on, and nothing is sent.
    page.unroute(f"**/drafts/{draft}")
    page.keyboard.press("Escape")
    seed(page, "8")
    expect(page.locator(".dz-save")).to_contain_text("Changed by somebody else")
    assert settings_of(studio, draft, "split")["seed"] == 9
    page.reload()  # what was mine is kept in the browser, and so is the question
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("list", name="Different in theirs")).to_contain_text("8 became 9")
    dialog.get_by_role("button", name="Save mine over it").click()
    saved(page)
    expect(hers.card("Summarize Data")).to_have_count(0)
    assert settings_of(studio, draft, "split")["seed"] == 8

    # And hers is had again from the history.
    page.locator(".designer-more summary").click()
    page.get_by_role("button", name="History").click()
    history = page.get_by_role("dialog", name="History")
    expect(history).to_contain_text("Saved over grace.hopper's version")
    history.get_by_role("button", name=re.compile("grace.hopper, ")).first.click()
    history.get_by_role("button", name=re.compile("^Restore version")).click()
    expect(history).to_have_count(0)
    expect(page.locator(".react-flow__node-card")).to_have_count(7)
    expect(hers.card("Summarize Data")).to_be_visible()
    assert settings_of(studio, draft, "split")["seed"] == 9


def test_a_draft_that_somebody_deletes_is_kept_as_a_new_one(
    studio: Any, open_draft: Any, page: Page, grace: Page
) -> None:
    page.allowed_console += ["status of 404"]  # type: ignore[attr-defined]
    draft = open_draft(classification())
    Canvas(studio, grace, draft)
    grace.locator(".designer-more summary").click()
    grace.get_by_role("button", name="Delete the draft…").click()
    grace.get_by_role("dialog").get_by_role("button", name=re.compile("^Delete")).click()
    grace.wait_for_url("**/w/forebay/designer/")
    note = page.locator(".dz-save")
    expect(note).to_have_attribute("title", re.compile("grace.hopper deleted this draft"))
    note.get_by_role("button").click()
    page.wait_for_url(re.compile(rf"/designer/(?!{draft})"))
    expect(page.locator(".react-flow__node-card")).to_have_count(6)
