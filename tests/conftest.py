"""Fixtures that several areas share. Each test has its own FOREBAY_DATA and database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.require import is_missing, is_required

# How long an example takes is the machine's matter: 0.6 s was seen for one of 3 ms.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("tests"), max_examples=20_000)
settings.load_profile(os.environ.get("FOREBAY_EXAMPLES", "tests"))

LEFT_OUT: dict[str, str] = {}
# Where a test takes seconds; they go first, so that what is left at the end fits on every core.
SLOW = ("postgres", "sdk", "programs", "modules", "drafts", "gateways", "runner", "studio")


def turn(item: pytest.Item) -> int:
    """Which tests go first. The browser's are last on each core: Playwright's loop runs in the
    thread of the tests until the end, and no other loop beside it."""
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    if folder == "browser":
        return len(SLOW) + 1
    return SLOW.index(folder) if folder in SLOW else len(SLOW)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=turn)
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"db", "transactional_db"} or item.get_closest_marker("django_db"):
            item.add_marker("database")
        for mark in item.iter_markers("needs"):
            part = mark.args[0]
            remedy = is_missing(part)
            if remedy and not is_required(part):
                LEFT_OUT[part] = remedy
                item.add_marker(pytest.mark.skip(reason=f"needs {part}: {remedy}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        remedy = is_missing(mark.args[0])
        if remedy and is_required(mark.args[0]):
            pytest.fail(f"FOREBAY_REQUIRE=all, but {mark.args[0]} is missing: {remedy}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = LEFT_OUT


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a worker of pytest-xdist left out is told by the process that sums up."""
    LEFT_OUT.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if LEFT_OUT:
        parts = "; ".join(f"{part} ({remedy})" for part, remedy in sorted(LEFT_OUT.items()))
        terminalreporter.write_line(f"LEFT OUT on this machine: {parts}", red=True, bold=True)


def _fill(sender: Any, connection: Any, **_: Any) -> None:
    from tests.support.migrated import copy_into

    if connection.vendor == "sqlite" and not connection.introspection.table_names():
        copy_into(connection.connection)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The database of the tests begins as a copy of one that is migrated already."""
    from django.db import connections
    from django.db.backends.signals import connection_created

    from tests.support.postgres import MIGRATED

    if connections["default"].vendor == "postgresql":
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = MIGRATED
    connection_created.connect(_fill)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Once it is there, no other connection is filled."""
    from django.db.backends.signals import connection_created

    connection_created.disconnect(_fill)


@pytest.fixture(autouse=True)
def data_folder(settings: Any, tmp_path: Path) -> Path:
    """FOREBAY_DATA of this test, empty."""
    folder = tmp_path / "var"
    folder.mkdir()
    settings.FOREBAY_DATA = folder
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Else every new client looks at each of the static files once.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return folder


@pytest.fixture
def owner(db: None, django_user_model: Any) -> Any:
    """A user who owns `workspace`."""
    return django_user_model.objects.create_user("ada", password="lovelace-1843")


@pytest.fixture
def workspace(owner: Any, data_folder: Path) -> Any:
    """A workspace with its two datastores and `owner` as Owner."""
    from data.services.datastores import create_default_datastores
    from workspaces.services.workspaces import create_workspace

    made = create_workspace(name="lab", owner=owner)
    create_default_datastores(workspace=made)
    return made


@pytest.fixture
def actor(owner: Any) -> Any:
    """`owner` as services see her."""
    from workspaces.services.access import Actor

    return Actor(user=owner)


@pytest.fixture
def api(owner: Any) -> Any:
    """A REST client with a personal token of `owner`; `api.get(...)` answers have `.json()`."""
    from rest_framework.test import APIClient

    from workspaces.services.access import create_token

    _, raw = create_token(user=owner, name="tests")
    client = APIClient(raise_request_exception=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    client.default_format = "json"
    return client


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A whole studio (web and runner as real processes), shared by the tests that follow it."""
    from tests.support.studio import RunningStudio

    with RunningStudio(tmp_path_factory.mktemp("studio")) as running:
        yield running
