"""Other people of the workspace, each in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

ADD = """
from django.contrib.auth.models import User
from workspaces.models import Member, Workspace
user, _ = User.objects.get_or_create(username={name!r})
Member.objects.update_or_create(
    workspace=Workspace.objects.get(name="forebay"), user=user, defaults={{"role": {role!r}}}
)
"""


@contextmanager
def signed_in_as(name: str, role: str, studio: Any, browser: Any, **options: Any) -> Iterator[Page]:
    """A page of a member with this role; errors of its console fail the test."""
    studio.manage("shell", "-c", ADD.format(name=name, role=role))
    link = re.search(r"https?://\S+/sign-in/\S+", studio.manage("sign_in_link", name))
    assert link
    viewport = {"width": 1280, "height": 800}
    context = browser.new_context(base_url=studio.url, **{"viewport": viewport, **options})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(link.group())
    page.get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url("**/w/forebay/")
    seen: list[str] = []
    page.on("console", lambda m: seen.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    yield page
    context.close()
    closed = "WebSocket is closed before the connection is established"
    assert [text for text in seen if closed not in text] == []
