"""Builds of environments: at most a few at once, one per content, and who waits for them."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from compute.models import EnvironmentBuild
from compute.services import environments
from pipelines.runner import protocol
from pipelines.runner.build_environment import MARKER
from pipelines.runner.processes import ProcessTable
from pipelines.runner.protocol import Process
from pipelines.runner.staging.spec import read_json, write_json

AT_ONCE = 2
ERROR_LINES = 20
# What a build may see of the server's variables: where packages come from, nothing else.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR",
             "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")  # fmt: skip
PASSED_ON_PREFIXES = ("UV_", "PIP_")
PASSED_ON_SUFFIXES = ("_PROXY", "_proxy")

Built = Callable[[str | None], None]  # called with None, or with the sentence of the failure


@dataclass
class Waiter:
    """A step that can't go on before a build has ended."""

    log: Path
    built: Built
    copied: int = 0  # bytes of the build's log that its own log has


@dataclass
class Build:
    """A build that runs."""

    row: EnvironmentBuild
    log: Path
    waiters: list[Waiter] = field(default_factory=list)


class EnvironmentBuilds:
    """Starts builds, watches them, tells those who wait."""

    def __init__(self, processes: ProcessTable, *, data: Path) -> None:
        self.processes = processes
        self.data = data
        self.active: dict[str, Build] = {}
        self._waiting: dict[str, list[Waiter]] = {}  # for a build that has no free place yet
        self._look = True

    def is_ready(self, row: EnvironmentBuild) -> bool:
        """Whether the row's interpreter can be started now."""
        if row.status != EnvironmentBuild.READY and not (self.data / row.folder / MARKER).exists():
            return False
        return (self.data / row.folder / "bin" / "python").exists()

    def wait_for(self, row: EnvironmentBuild, log: Path, built: Built) -> None:
        """Call `built` once the environment is there or has failed; its log tells meanwhile."""
        row.refresh_from_db()
        if row.status == EnvironmentBuild.FAILED:
            built(_failure(row.error))
            return
        if row.status == EnvironmentBuild.READY:  # its folder was removed by hand
            environments.build_again(key=row.key)
        _append(log, "Building the environment …\n")
        waiter = Waiter(log, built)
        if row.key in self.active:
            self.active[row.key].waiters.append(waiter)
            return
        self._waiting.setdefault(row.key, []).append(waiter)
        self._start_some()

    def start_pending(self) -> None:
        """The database changed: look for environments to build at the next slow turn."""
        self._look = True

    def adopt(self) -> None:
        """Watch builds that an earlier runner started; put back those that were lost."""
        for row in EnvironmentBuild.objects.filter(status=EnvironmentBuild.BUILDING):
            folder = self._process_folder(row)
            found = protocol.look(folder)
            process = (
                protocol.adopt_process(folder, found.pid) if found.alive and found.pid else None
            )
            if process is not None:
                self._watch(row, process)
            elif (self.data / row.folder / MARKER).exists():
                self._finish(row)
            else:
                environments.build_again(key=row.key)

    def do_slow_work(self) -> None:
        """Start what is asked for, and let those who wait see how far it is."""
        if self._look:
            self._look = False
            self._start_some()
        for build in self.active.values():
            for waiter in build.waiters:
                _copy_news(build.log, waiter)

    def _start_some(self) -> None:
        if len(self.active) >= AT_ONCE:
            self._look = True
            return
        pending = EnvironmentBuild.objects.filter(status=EnvironmentBuild.PENDING)
        keys = list(pending.order_by("id").values_list("key", flat=True))
        keys.sort(key=lambda key: key not in self._waiting)  # somebody waits: first
        for key in keys:
            if len(self.active) < AT_ONCE:
                self._start(key)

    def _start(self, key: str) -> None:
        row = environments.begin_build(key=key)
        if row is None:
            return
        folder = self._process_folder(row)
        protocol.make_folder(folder)
        spec = row.spec
        write_json(
            folder / "build.json",
            {
                "uv": _find_uv(),
                "python": environments.find_python(spec["python"]) or sys.executable,
                "pip_python": sys.executable,
                "target": os.fspath(self.data / row.folder),
                "requirements": spec["requirements"],
                "defaults": spec.get("defaults", []),
                "notices": spec.get("notices", []),
            },
        )
        process = protocol.start_process(
            folder,
            [sys.executable, "-S", "-m", "pipelines.runner.build_environment", os.fspath(folder)],
            log=self._log(row),
            cwd=settings.BASE_DIR,
            env=_build_variables(),
        )
        self._watch(row, process)

    def _watch(self, row: EnvironmentBuild, process: Process) -> None:
        build = Build(row, self._log(row), self._waiting.pop(row.key, []))
        self.active[row.key] = build

        def ended() -> None:
            protocol.signal_group(process.pid, signal.SIGKILL)
            protocol.reap(process)
            self._finish(row)

        self.processes.watch(process, ended)

    def _finish(self, row: EnvironmentBuild) -> None:
        build = self.active.pop(row.key, None)
        marker = self.data / row.folder / MARKER
        error, lock = "", []
        if marker.exists():
            lock = read_json(marker)["lock"]
        else:
            error = _last_lines(self._log(row)) or "Its builder disappeared."
        environments.finish_build(build=row, lock=lock, error=error, now=timezone.now())
        row.refresh_from_db()
        shutil.rmtree(self._process_folder(row), ignore_errors=True)
        for waiter in build.waiters if build else ():
            assert build is not None
            _copy_news(build.log, waiter)
            waiter.built(_failure(error) if error else None)
        self._look = True

    def _process_folder(self, row: EnvironmentBuild) -> Path:
        return self.data / "environments" / ".builds" / f"{row.key}.{row.attempt}"

    def _log(self, row: EnvironmentBuild) -> Path:
        return self.data / "environments" / f"{row.key}.log"


def _find_uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return os.fspath(beside) if beside.exists() else shutil.which("uv") or "uv"


def _build_variables() -> dict[str, str]:
    return {
        "PYTHONPATH": os.fspath(settings.BASE_DIR),
        **{
            name: value
            for name, value in os.environ.items()
            if name in PASSED_ON
            or name.startswith(PASSED_ON_PREFIXES)
            or name.endswith(PASSED_ON_SUFFIXES)
        },
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
    }


def _failure(error: str) -> str:
    return f"building it failed.\n{error}" if error else "building it failed."


def _last_lines(log: Path) -> str:
    try:
        text = log.read_bytes()[-16_000:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
    return "\n".join(text.split("\n")[-ERROR_LINES:])


def _copy_news(log: Path, waiter: Waiter) -> None:
    try:
        with open(log, "rb") as file:
            file.seek(waiter.copied)
            news = file.read(1_000_000)
    except FileNotFoundError:
        return
    if news:
        waiter.copied += len(news)
        with open(waiter.log, "ab") as file:
            file.write(news)


def _append(log: Path, text: str) -> None:
    with open(log, "ab") as file:
        file.write(text.encode())
