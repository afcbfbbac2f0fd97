"""Settings in a browser: invite somebody, make a program's account, read who did it."""

from __future__ import annotations

import re
from typing import Any

import requests
from axe_playwright_python.sync_playwright import Axe

HERE = "/w/forebay/settings"
GOOD = "correct-horse-battery"


def check_page(page: Any) -> None:
    serious = [
        (found["id"], found["nodes"][0]["html"])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_an_invited_person_comes_in_and_leaves(page: Any, browser: Any, studio: Any) -> None:
    page.goto(f"{HERE}/members/")
    page.get_by_text("Invite somebody who has no account here").click()
    page.get_by_label("User name", exact=True).fill("grace")
    page.get_by_label("Role").nth(1).select_option("Reader")
    page.get_by_role("button", name="Make an invitation link").click()
    link = page.locator("#shown-once").inner_text()
    check_page(page)

    guest = browser.new_context().new_page()
    guest.goto(link)
    guest.get_by_label("Password").fill("short")
    guest.get_by_label("The same again").fill("short")
    guest.get_by_role("button", name="Set password and sign in").click()
    guest.get_by_text("This password is too short").wait_for()
    check_page(guest)
    guest.get_by_label("Password").fill(GOOD)
    guest.get_by_label("The same again").fill(GOOD)
    guest.get_by_role("button", name="Set password and sign in").click()
    guest.wait_for_url("**/w/forebay/")
    guest.goto(f"{studio.url}{HERE}/members/")
    assert guest.get_by_role("button", name="Change").count() == 0
    guest.on("dialog", lambda dialog: dialog.accept())
    guest.get_by_role("button", name="Leave").click()
    guest.get_by_role("heading", name="You are not a member of any workspace yet").wait_for()
    guest.context.close()


def test_a_program_gets_an_account_and_uses_it(page: Any, studio: Any) -> None:
    page.goto(f"{HERE}/service-principals/")
    page.get_by_label("Name").fill("nightly scoring")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Add secret").click()
    secret = page.locator("#shown-once").inner_text()
    client_id = page.locator("#client-id").inner_text()
    check_page(page)
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
    }
    token = requests.post(f"{studio.url}/api/v1/oauth2/token", form, timeout=30).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    workspace = f"{studio.url}/api/v1/workspaces/forebay"
    assert requests.get(workspace, headers=headers, timeout=30).json()["name"] == "forebay"

    page.get_by_role("link", name="Service principals").first.click()
    page.get_by_role("link", name="nightly scoring").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("Revoke")).click()
    page.get_by_text("opens nothing any more").wait_for()
    assert requests.get(workspace, headers=headers, timeout=30).json()["code"] == "token_revoked"

    page.get_by_role("link", name="Audit log", exact=True).click()
    page.get_by_label("What").select_option("service_principal.")
    page.wait_for_url("**action=service_principal.**")
    rows = page.locator("#audit-list tbody tr")
    rows.filter(has_text="Service principal secret revoked").wait_for()
    own = rows.filter(has_text="Service principal signed in").filter(has_text="nightly scoring")
    assert own.count() == 1, "others may have signed in before"
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text()
    assert "service_principal.secret_revoked" in text
    assert secret not in text


def test_a_session_that_ends_meanwhile_leads_to_the_door_and_back(
    browser: Any, signed_in: Any, studio: Any
) -> None:
    context = browser.new_context(base_url=studio.url, storage_state=signed_in)
    page = context.new_page()
    page.goto("/w/forebay/pipelines/?status=Failed")
    cookies = context.cookies()
    session = next(c for c in cookies if c["name"].startswith("forebay_session"))
    context.add_cookies([{**session, "value": "gone"}])
    page.get_by_label(re.compile("Search by number")).fill("iris")
    page.get_by_text("Your session ended").wait_for()
    assert "next=/w/forebay/pipelines/" in page.url.replace("%3F", "?")
    context.close()
