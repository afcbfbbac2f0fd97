"""The studio as people start it: real processes, real signals, sentences when it can't."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.ending import ends_with_us
from tests.support.migrated import begin_studio
from tests.support.studio import ROOT, free_port

UP_WITHIN = 60.0


class Started:
    """One `manage.py` command under test, with what it printed."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.data = folder / "var"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOREBAY_", "PYTHONUN"))}
        self.environment = {
            **kept,
            "FOREBAY_DATA": str(self.data),
            "FOREBAY_PORT": str(free_port()),
            "FOREBAY_KEY_FILE": str(folder / "key"),
            "FOREBAY_DEFAULT_PACKAGES": "none",
            "XDG_CONFIG_HOME": str(folder / "config"),
            **environment,
        }
        self.path = folder / f"{'-'.join(words)}-{time.monotonic_ns()}.out"
        with self.path.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ends_with_us(),  # noqa: PLW1509
            )

    @property
    def output(self) -> str:
        return self.path.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['FOREBAY_PORT']}"

    def until(self, sign: str | Callable[[], object], within: float = UP_WITHIN) -> None:
        """Waits until the output holds the text, or the call answers something true."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if sign in self.output if isinstance(sign, str) else sign():
                return
            if self.process.poll() is not None and isinstance(sign, str):
                break
            time.sleep(0.05)
        raise AssertionError(f"waited for {sign!r}:\n{self.output}")

    def children(self) -> dict[str, int]:
        """Name -> process id of what the supervisor holds."""
        known = json.loads((self.data / "locks" / "studio.json").read_text())
        return {name: pid for name, (pid, _) in known.items()}

    def health(self) -> dict[str, object]:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return dict(json.load(answer))
        except OSError:
            return {}

    def ended(self, within: float = 30) -> int:
        return self.process.wait(within)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture(scope="session")
def fresh_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a studio that was set up and never started."""
    folder = tmp_path_factory.mktemp("fresh")
    begin_studio(folder / "var")
    setup = Started(folder, "setup_studio")
    assert setup.ended(120) == 0, setup.output
    return setup.data


@pytest.fixture
def data(fresh_studio: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(fresh_studio, tmp_path / "var", dirs_exist_ok=True))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Starts commands in the test's folder and ends them afterwards."""
    running: list[Started] = []

    def one(*words: str, **environment: str) -> Started:
        running.append(Started(tmp_path, *words, **environment))
        return running[-1]

    yield one
    for started in reversed(running):
        started.end()


def exists(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_opens_heals_refuses_a_second_one_and_closes(start: Callable[..., Started]) -> None:
    studio = start("studio")
    studio.until("open at")
    assert studio.url in studio.output
    assert "Traceback" not in studio.output
    health = studio.health()
    assert (health["status"], health["runner"], health["queue"]) == ("ok", True, True)

    link = re.search(r"sign in: (\S+)", studio.output)
    assert link
    with urllib.request.urlopen(link.group(1)) as page:
        assert b"admin" in page.read()

    second = start("studio", FOREBAY_PORT=str(free_port()))
    assert second.ended() == 1
    assert second.output.count("\n") == 1
    assert f"Another studio already runs on {studio.data}" in second.output

    taken = start(
        "studio",
        FOREBAY_PORT=studio.environment["FOREBAY_PORT"],
        FOREBAY_DATA=str(studio.data.with_name("other")),
    )
    assert taken.ended() == 1
    assert taken.output.count("\n") == 1
    assert f"Port {studio.environment['FOREBAY_PORT']}" in taken.output
    assert "FOREBAY_PORT=" in taken.output

    for name in ("web", "queue"):
        before = studio.children()[name]
        os.kill(before, signal.SIGKILL)
        studio.until(f"{name} was ended by SIGKILL; starting it again in 0.5 s", 10)
        studio.until(lambda n=name, b=before: studio.children()[n] != b, 10)
    studio.until(lambda: studio.health().get("runner"), 20)

    pids = studio.children()
    studio.process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    assert studio.ended() == 0
    assert time.monotonic() - asked < 12
    assert studio.output.rstrip().endswith("stopped")
    assert not any(exists(pid) for pid in pids.values())


def test_what_a_killed_studio_left_is_ended_by_the_next(
    start: Callable[..., Started], data: Path
) -> None:
    studio = start("studio")
    studio.until("open at")
    left = studio.children()
    studio.process.kill()
    studio.process.wait()
    assert all(exists(pid) for pid in left.values())

    again = start("studio", FOREBAY_PORT=studio.environment["FOREBAY_PORT"])
    # The old web process still holds the port; it is ended before the port is looked at.
    again.until("open at")
    assert not any(exists(pid) for pid in left.values())
    assert "of an earlier studio" in again.output


def test_a_database_of_a_newer_version_is_left_alone(
    start: Callable[..., Started], data: Path
) -> None:
    with sqlite3.connect(data / "db.sqlite3") as rows:
        rows.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('pipelines', '0099_from_the_future', '2030-01-01')"
        )
    rows.close()
    studio = start("studio")
    assert studio.ended(60) == 1
    assert "made by a newer Forebay" in studio.output
    assert "pipelines.0099_from_the_future" in studio.output
    assert "Traceback" not in studio.output


def test_the_database_is_copied_before_it_is_changed(
    start: Callable[..., Started], data: Path
) -> None:
    assert not (data / "backups").exists()
    with sqlite3.connect(data / "db.sqlite3") as rows:
        rows.execute("DROP TABLE django_session")
        rows.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    rows.close()
    again = start("setup_studio")
    assert again.ended(60) == 0
    assert "was copied to" in again.output
    (copy,) = (data / "backups").glob("db-*.sqlite3")
    with sqlite3.connect(copy) as rows:
        assert rows.execute("SELECT name FROM workspaces_workspace").fetchall() == [("forebay",)]
    rows.close()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("FOREBAY_PORT", "eighty", "FOREBAY_PORT must be a port"),
        ("FOREBAY_URL", "studio.example", "FOREBAY_URL must look like"),
        ("FOREBAY_HOST", "no.such.host.invalid", "FOREBAY_HOST=no.such.host.invalid"),
        ("FOREBAY_DATA", "/dev/null/var", "Set FOREBAY_DATA"),
    ],
)
def test_a_setting_that_cannot_be_used_is_a_sentence(
    start: Callable[..., Started], variable: str, value: str, sentence: str
) -> None:
    studio = start("studio", **{variable: value})
    assert studio.ended(60) == 1
    assert sentence in studio.output
    assert "Traceback" not in studio.output


def without_root_powers() -> None:
    """In a child before exec: root obeys modes like everybody (else there is nothing to do)."""
    if os.geteuid() == 0:
        drop_bounding_capability, dac_override, dac_read_search = 24, 1, 2
        libc = ctypes.CDLL(None)
        libc.prctl(drop_bounding_capability, dac_override, 0, 0, 0)
        libc.prctl(drop_bounding_capability, dac_read_search, 0, 0, 0)


def test_a_read_only_folder_is_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o555)
    done = subprocess.run(
        [sys.executable, "manage.py", "studio"],
        cwd=ROOT,
        preexec_fn=without_root_powers,
        env={
            **os.environ,
            "FOREBAY_DATA": str(folder / "var"),
            "FOREBAY_PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"The data folder {folder / 'var'} can't be written (Permission denied)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_somebody_holds_without_listening_is_not_taken() -> None:
    """The check must not mistake connections of an earlier studio for a listener."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server does
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # leaves TIME_WAIT on this side
        client.close()
    from django.test import override_settings

    from studio.startup import check_port_is_free

    with override_settings(FOREBAY_HOST="127.0.0.1", FOREBAY_PORT=port):
        check_port_is_free()


class Told:
    """A supervisor without a studio: what it says, and how many steps it believes in."""

    def __init__(self, folder: Path) -> None:
        from studio.supervisor import Supervisor

        for name in ("locks", "logs"):
            (folder / name).mkdir()
        self.lines: list[str] = []
        self.steps = 0
        self.supervisor = Supervisor(
            data=folder,
            folder=folder,  # holds no manage.py, so what it starts ends at once
            say=self.lines.append,
            count_active_steps=lambda: self.steps,
            cancel_active_runs=self.cancel,
        )

    def cancel(self) -> int:
        self.steps = 0
        return 1


@pytest.fixture
def told(data_folder: Path) -> Iterator[Told]:
    made = Told(data_folder)
    yield made
    made.supervisor.close()


def test_a_second_ctrl_c_cancels_the_steps(told: Told) -> None:
    told.steps = 2
    timer = threading.Timer(0.3, lambda: told.supervisor._note(signal.SIGINT, None))
    timer.start()
    told.supervisor.stop(second_chance=True)
    timer.join()
    assert told.lines == [
        "stopping; 2 steps run on: press Ctrl-C again within 5 s to cancel them",
        "canceling 1 run",
        "stopped",
    ]


def test_without_it_they_run_on(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.supervisor.SECOND_CHANCE", 0.1)
    told.steps = 1
    told.supervisor.stop(second_chance=True)
    assert told.lines[-1] == "stopped; 1 step runs on, the next start picks up the rest"


def test_a_queue_that_hangs_is_killed_and_started_again(told: Told, data_folder: Path) -> None:
    from studio.health import queue_beat
    from studio.processes import Identity, spawn, start_ticks

    queue = told.supervisor.children["queue"]
    queue.process = spawn(["sleep", "100"], folder=data_folder, log=data_folder / "logs" / "x")
    pid = queue.process.pid
    queue.identity = Identity(pid, start_ticks(pid) or 0)
    queue.started = time.monotonic() - 1000
    told.supervisor.children = {"queue": queue}
    queue_beat().touch()

    told.supervisor._check_heartbeat(time.monotonic())
    assert told.lines == []
    os.utime(queue_beat(), (time.time() - 200, time.time() - 200))
    told.supervisor._check_heartbeat(time.monotonic())
    assert "has not answered" in told.lines[0]
    assert queue.process.wait(5) == -signal.SIGKILL
    told.supervisor._died(queue, time.monotonic())
    assert "starting it again in" in told.lines[-1]


def test_a_large_log_is_moved_and_writers_go_on(tmp_path: Path) -> None:
    from studio.processes import last_line, rotate_log

    path = tmp_path / "web.log"
    with path.open("ab", buffering=0) as writer:
        writer.write(b"old line\n" * 100)
        rotate_log(path, largest=100)
        writer.write(b"new line\n")
    assert path.read_bytes() == b"new line\n"
    assert path.with_name("web.log.1").stat().st_size == 900
    assert last_line(path) == "new line"
