"""“Sign in with Microsoft”: the whole round in a browser, against a real issuer and studio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.issuer import Issuer
from tests.support.studio import RunningStudio


class EntraStudio(RunningStudio):
    """A studio whose directory is the issuer."""

    issuer: Issuer

    @property
    def server_environment(self) -> dict[str, str]:
        return {
            **super().server_environment,
            **self.issuer.environment,
            "FOREBAY_ENTRA_WORKSPACE": "forebay",
        }


@pytest.fixture(scope="module")
def entra_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EntraStudio]:
    with Issuer() as issuer:
        studio = EntraStudio(tmp_path_factory.mktemp("entra"))
        studio.issuer = issuer
        with studio:
            yield studio


@pytest.fixture
def page(entra_studio: EntraStudio, browser: Any) -> Iterator[Any]:
    context = browser.new_context(base_url=entra_studio.url)
    context.set_default_timeout(15_000)
    page = context.new_page()
    bad: list[str] = []
    page.on("console", lambda m: bad.append(m.text) if m.type in ("error", "warning") else None)
    yield page
    context.close()
    expected = ("status of 403", "WebSocket is closed before")
    assert [text for text in bad if not any(part in text for part in expected)] == []


def begin(page: Any, path: str = "/") -> None:
    page.goto(path)
    page.get_by_role("link", name="Sign in with Microsoft").click()


def test_who_has_a_role_lands_where_they_wanted_to_be(page: Any) -> None:
    begin(page, "/w/forebay/pipelines/?status=Failed")
    page.get_by_role("link", name="owner").click()
    page.wait_for_url("**/w/forebay/pipelines/?status=Failed")
    page.get_by_label(re.compile("Your menu, Olive Owner")).click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Microsoft Entra ID").click()
    page.get_by_role("button", name="Test connection").click()
    page.get_by_text("The application's secret is taken.").wait_for()
    page.get_by_label(re.compile("Your menu")).click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out here, but not of Microsoft.").wait_for()
    page.goto("/w/forebay/")
    assert "/sign-in" in page.url


def test_who_has_none_is_told_whom_to_ask(page: Any) -> None:
    begin(page)
    page.get_by_role("link", name="grace").click()
    page.get_by_role("heading", name="You are not a member of any workspace yet").wait_for()
    page.get_by_text("grace@example.org", exact=True).wait_for()


def test_who_is_refused_can_begin_again(page: Any) -> None:
    begin(page)
    page.get_by_role("link", name="nobody").click()
    page.get_by_text("Microsoft did not sign you in: AADSTS65004: said no").wait_for()
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("User name").wait_for()


def test_an_answer_that_nobody_here_asked_for_is_not_taken(page: Any) -> None:
    page.goto("/sign-in/entra/callback?code=stolen&state=guessed")
    page.get_by_text("does not belong to a sign-in that began in this browser").wait_for()
