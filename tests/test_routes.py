"""Who may do what at every address: the table is tests/support/routes.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from data.services.datastores import create_default_datastores
from pipelines.live.routing import websocket_urlpatterns
from tests.support.house import House
from tests.support.permissions import PAGE as PERMISSIONS
from tests.support.permissions import permissions_page
from tests.support.route_bodies import BODIES, NOTHING
from tests.support.routes import ANSWERS, API, CASES, ROUTES, WHO
from workspaces.services.workspaces import create_workspace

# Django's own administration: every page of it asks for staff, by one function.
ADMIN = "admin/"


def all_routes(patterns: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the studio as it is written, with its view."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        elif isinstance(entry, URLResolver) and route != ADMIN:
            yield from all_routes(entry.url_patterns, route)


def test_every_route_and_method_has_a_line() -> None:
    found = dict(all_routes())
    assert sorted(found) == sorted(ROUTES)
    for route, view in found.items():
        handlers = getattr(view, "cls", None)
        if handlers is not None:
            methods = {
                name.upper() for name in handlers.http_method_names if hasattr(handlers, name)
            }
            assert methods - {"OPTIONS", "HEAD"} == set(ROUTES[route]), route


def test_the_page_of_permissions_is_this_table() -> None:
    """Else: .venv/bin/python -m tests.support.permissions"""
    assert PERMISSIONS.read_text() == permissions_page()


def test_the_only_socket_is_the_one_that_asks() -> None:
    """Who may open it, and subscribe to what, is in tests/live."""
    known = ["^ws/(?P<workspace_name>[^/]+)/live$"]
    assert [pattern.pattern.regex.pattern for pattern in websocket_urlpatterns] == known


@pytest.fixture(scope="module")
def whole_house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Built once for a thousand requests; nothing of it is ever committed."""
    folder = tmp_path_factory.mktemp("house") / "var"
    folder.mkdir()
    fast = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        override_settings(FOREBAY_DATA=folder, PASSWORD_HASHERS=fast),
        transaction.atomic(),
    ):
        owner = User.objects.create_user("ada", password="lovelace-1843")
        workspace = create_workspace(name="lab", owner=owner)
        create_default_datastores(workspace=workspace)
        made = House(workspace, owner, User.objects)
        made.folder = folder
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def house(whole_house: House, db: None, settings: Any) -> Iterator[House]:
    """The house as it was built: rows that a test changes are rolled back, its files go."""
    settings.FOREBAY_DATA = whole_house.folder
    before = set(whole_house.folder.rglob("*"))
    yield whole_house
    for path in set(whole_house.folder.rglob("*")) - before:
        if path.is_file():
            path.unlink()


def verdict(answer: Any) -> Any:
    """401, 403, "sign in", 404 (the caller learns nothing), or "in"."""
    if answer.status_code in (401, 403):
        return answer.status_code
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in?next="):
        return "sign in"
    if answer.streaming:
        answer.close()
    text = b"" if answer.streaming else answer.content
    hidden = (b"not a member of it", b"You have no such token")
    if answer.status_code == 404 and any(words in text for words in hidden):
        return 404
    assert answer.status_code < 500, text
    return "in"


DOORS = (
    "sign-in/<str:token>",
    "invite/<str:token>",
    "sign-in/entra",  # nothing is set up: tests/browser/test_entra.py has the round
    "sign-in/entra/callback",
)


@pytest.mark.parametrize(("route", "method"), CASES)
def test_who_gets_in(house: House, route: str, method: str) -> None:
    if (route, method) == ("sign-in", "POST") or route in DOORS:
        return  # wrong passwords and links are refused to everybody: tests/studio/test_sign_in.py
    path = house.path(route)
    got = tuple(verdict(house.ask(who, method, path)) for who in WHO)
    assert got == ANSWERS[ROUTES[route][method]], path


CHANGES = [(route, method) for route, method in CASES if method != "GET"]
# What a request leaves behind whether it is refused or not.
TRACES = ("django_session", "django_admin_log")


def stored() -> dict[str, list[Any]]:
    """Every row of every table, but for when tokens and users were seen last; and every file."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in TRACES:
                continue
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            kept = [i for i, name in enumerate(names) if name not in ("last_used_at", "last_login")]
            found[table] = sorted(repr([row[i] for i in kept]) for row in cursor.fetchall())
    data = Path(settings.FOREBAY_DATA)
    found["files"] = sorted(
        f"{path.relative_to(data)} {path.stat().st_size} {path.stat().st_mtime_ns}"
        for path in data.rglob("*")
        if path.is_file() and path.name != "database.sqlite3"
    )
    return found


@pytest.mark.parametrize(("route", "method"), CHANGES)
def test_a_refused_request_changes_nothing(house: House, route: str, method: str) -> None:
    """A status alone would not show a view that works first and refuses then."""
    if ROUTES[route][method] == "open":
        return
    path, before = house.path(route), stored()
    for who, answer in zip(WHO, ANSWERS[ROUTES[route][method]], strict=True):
        if answer != "in":
            house.ask(who, method, path, house.body(route, method))
            assert stored() == before, f"{who} {path}"
    if (route, method) in BODIES:
        house.ask("owner", method, path, house.body(route, method))
        assert stored() != before, "the request of this test is not one that changes something"


def test_each_changing_request_of_rest_has_a_body_or_a_reason() -> None:
    """Add the new route's body to BODIES, or to NOTHING why it changes nothing here.

    Forms of pages are tried as far as they have a body; they call the same services.
    """
    asked = [case for case in CHANGES if ROUTES[case[0]][case[1]] != "open"]
    rest = [case for case in asked if case[0].startswith(API)]
    assert [case for case in rest if case not in BODIES and case not in NOTHING] == []
    assert [case for case in NOTHING if case not in asked or case in BODIES] == []


ID_CASES = [(r, m) for r, m in CASES if "<str:workspace_name>" in r and r.count("<") > 1]


@pytest.mark.parametrize(("route", "method"), ID_CASES)
def test_ids_of_another_workspace_are_unknown(house: House, route: str, method: str) -> None:
    """Asked by somebody who owns both."""
    answer = house.ask("owner", method, house.path(route, workspace_name="other"))
    assert answer.status_code == 404


@pytest.mark.parametrize(("route", "method"), [c for c in CASES if c[0].startswith(API)])
def test_a_run_token_opens_its_own_workspace_only(house: House, route: str, method: str) -> None:
    answer = house.ask("run token", method, house.path(route, workspace_name="other"))
    assert verdict(answer) == 404


def test_the_administration_is_for_staff(house: House) -> None:
    for path in ("/admin/", "/admin/auth/user/", "/admin/workspaces/accesstoken/"):
        assert house.ask("anonymous", "GET", path).status_code == 302
        assert house.ask("contributor", "GET", path).status_code == 302
        assert house.ask("run token", "GET", path).status_code == 302


POSTS = [
    route
    for route, method in CASES
    if method == "POST" and not route.startswith("api/") and "/oauth2/" not in route
]


@pytest.mark.parametrize("route", POSTS)
def test_a_page_s_form_is_not_taken_from_another_site(house: House, route: str) -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(house.owner)
    answer = client.post(house.path(route), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("route", "method"), [c for c in CASES if c[0].startswith(API) and c[1] != "GET"]
)
def test_rest_with_a_session_needs_the_form_s_token(house: House, route: str, method: str) -> None:
    client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(house.owner)
    answer = client.generic(method, house.path(route), "{}", content_type="application/json")
    assert answer.status_code == 403
