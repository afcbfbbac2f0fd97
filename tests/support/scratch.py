"""A pytest plugin, loaded before Django reads its settings: tests never touch a real studio."""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
from pathlib import Path

from tests.support.postgres import Cluster

# Workers of pytest-xdist have theirs inside, so that it goes even when they are ended at once.
_SCRATCH = tempfile.TemporaryDirectory(
    prefix="forebay-tests-", dir=os.environ.get("FOREBAY_TESTS_SCRATCH")
)
_ROOT = Path(_SCRATCH.name)
(_ROOT / "var").mkdir()
os.environ.update(
    FOREBAY_TESTS_SCRATCH=str(_ROOT),
    FOREBAY_DATA=str(_ROOT / "var"),
    FOREBAY_KEY_FILE=str(_ROOT / "test.key"),
    XDG_CONFIG_HOME=str(_ROOT / "config"),
    # Playwright's fixtures keep an event loop running in the thread of the tests.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
# FOREBAY_TEST_DATABASE=postgres: the same tests on a PostgreSQL of their own. Workers of
# pytest-xdist have theirs on that of the process that started them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ.pop("FOREBAY_DATABASE_URL", None)
if os.environ.get("FOREBAY_TEST_DATABASE", "sqlite") == "postgres" and not os.environ.get(
    "FOREBAY_DATABASE_URL"
):
    _CLUSTER = Cluster()
    atexit.register(_CLUSTER.stop)
    _CLUSTER.start()
    os.environ["FOREBAY_DATABASE_URL"] = _CLUSTER.create_database("forebay")
# The tests start hundreds of Python processes; without stored bytecode each costs three times more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# It would hide output that is buffered where users have no such variable.
os.environ.pop("PYTHONUNBUFFERED", None)
os.environ.pop("FOREBAY_TOKEN", None)
