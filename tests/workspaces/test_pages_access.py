"""Pages: strangers sign in first, members get in, errors are pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from workspaces.domain.errors import Conflict
from workspaces.domain.roles import Permission, Role
from workspaces.pages import workspace_page
from workspaces.services.workspaces import set_member


@workspace_page(Permission.READ)
def look(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.actor.name} in {request.workspace.name}")  # type: ignore


@workspace_page(Permission.WRITE)
def change(request: HttpRequest) -> HttpResponse:
    raise Conflict("Somebody was <b>faster</b>.")


urlpatterns = [
    path("", include("studio.urls")),
    path("w/<str:workspace_name>/look", look),
    path("w/<str:workspace_name>/change", change),
]


@pytest.fixture(autouse=True)
def these_urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_a_stranger_signs_in_and_comes_back(workspace: Any) -> None:
    answer = Client().get("/w/lab/look?tab=graph")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/w/lab/look%3Ftab%3Dgraph"


def test_a_member_gets_in(workspace: Any, owner: Any, client: Client) -> None:
    client.force_login(owner)
    assert client.get("/w/lab/look").content == b"ada in lab"


def test_another_workspace_looks_like_none(
    workspace: Any, client: Client, django_user_model: Any
) -> None:
    client.force_login(django_user_model.objects.create_user("mallory"))
    for name in ("lab", "nix"):
        answer = client.get(f"/w/{name}/look")
        assert answer.status_code == 404
        assert "not a member" in answer.content.decode()


def test_a_reader_may_not_change(workspace: Any, client: Client, django_user_model: Any) -> None:
    reader = django_user_model.objects.create_user("grace")
    set_member(workspace=workspace, user=reader, role=Role.READER)
    client.force_login(reader)
    answer = client.post("/w/lab/change")
    assert answer.status_code == 403
    assert "You are a Reader" in answer.content.decode()


def test_an_error_of_a_service_is_a_page(workspace: Any, owner: Any, client: Client) -> None:
    client.force_login(owner)
    answer = client.post("/w/lab/change")
    assert answer.status_code == 409
    assert "&lt;b&gt;faster" in answer.content.decode()


def test_pages_carry_the_security_headers(workspace: Any, client: Client) -> None:
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
