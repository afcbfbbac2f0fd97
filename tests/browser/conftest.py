"""Debian's Chromium against a real studio; every page is watched for errors of its console."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.panes import placed, send
from tests.support.require import CHROMIUM

# Whoever signs in comes to the first workspace by name; other files make some that stand before.
HOME = re.compile(r"/w/[^/]+/$")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.needs("chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def signed_in(studio: Any, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stored session of a browser that used a sign-in link."""
    return session_of(studio, browser, tmp_path_factory.mktemp("browser"))


def session_of(studio: Any, browser: Any, folder: Path) -> Path:
    """Signs in by a link of this studio; where the session is stored."""
    printed = studio.manage("sign_in_link")
    link = re.search(r"https?://\S+/sign-in/\S+", printed)
    assert link, printed
    context = browser.new_context()
    page = context.new_page()
    page.goto(link.group())
    page.get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url(HOME)
    state = folder / "state.json"
    context.storage_state(path=state)
    context.close()
    return state


@pytest.fixture
def page(
    studio: Any, browser: Any, signed_in: Path, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """A signed-in page; the test fails on any console error or violation of the CSP."""
    options = getattr(request, "param", {})
    context = browser.new_context(
        storage_state=signed_in,
        base_url=studio.url,
        **{"viewport": {"width": 1280, "height": 800}, **options},
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    seen: list[str] = []
    page.on("console", lambda m: seen.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    # A page that is left while its socket connects: the browser says so, nothing is wrong.
    page.allowed_console = ["WebSocket is closed before the connection is established"]
    yield page
    context.close()
    bad = [text for text in seen if not any(part in text for part in page.allowed_console)]
    assert bad == []


@pytest.fixture
def patience() -> Iterator[None]:
    """The editor of a busy machine takes its time to open."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def compute(studio: Any) -> str:
    if "panes" not in [one["name"] for one in studio.get("/computes")["items"]]:
        send(studio, "POST", "/computes", {"name": "panes", "max_nodes": 2})
    return "panes"


@pytest.fixture
def open_draft(studio: Any, compute: str, page: Any) -> Any:
    """Opens a new draft of a graph; its id."""

    def opened(graph: dict[str, Any], name: str = "Two kinds of iris", **more: Any) -> str:
        body = {"name": name, "graph": placed(graph), "default_compute": compute, **more}
        draft = send(studio, "POST", "/drafts", body)
        page.goto(f"/w/forebay/designer/{draft['id']}")
        expect(page.get_by_role("button", name="Submit")).to_be_visible()
        return str(draft["id"])

    return opened
