"""Builds of environments: at most a few at once, one per content, and who waits for them."""

from __future__ import annotations

import os
import re
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
from pipelines.domain.status import FINAL
from pipelines.models import StepRun
from pipelines.runner import protocol
from pipelines.runner.build_environment import MARKER
from pipelines.runner.processes import ProcessTable
from pipelines.runner.protocol import Process
from pipelines.runner.staging.spec import read_json, write_json

AT_ONCE = 2
GONE = (EnvironmentBuild.READY, EnvironmentBuild.CANCELED, EnvironmentBuild.REMOVED)
ERROR_LINES = 20
# What a build may see of the server's variables: where packages come from, nothing else.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR",
             "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")  # fmt: skip
PASSED_ON_PREFIXES = ("UV_", "PIP_")
PASSED_ON_SUFFIXES = ("_PROXY", "_proxy")

_BUILD_LINE = re.compile(r"\ABuild [0-9]+:\Z")

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
    process: Process
    waiters: list[Waiter] = field(default_factory=list)
    canceled: bool = False  # its end is on the way


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
        if row.status in GONE:  # Ready: its folder was removed by hand
            environments.build_again(key=row.key)
        _append(log, "Building the environment …\n")
        waiter = Waiter(log, built)
        active = self.active.get(row.key)
        if active is not None and not active.canceled:
            active.waiters.append(waiter)
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
            self._cancel_unwanted()
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
            if key in self.active or len(self.active) >= AT_ONCE:
                continue  # a canceled one of the same content ends first
            if key in self._waiting or not self._drop_unwanted(key):
                self._start(key)

    def _drop_unwanted(self, key: str) -> bool:
        """Whether a build that was not begun is not needed any more."""
        row = EnvironmentBuild.objects.get(key=key)
        if row.wanted or is_awaited(row):
            return False
        return environments.cancel_build(build=row, now=timezone.now())

    def _cancel_unwanted(self) -> None:
        """End builds whose steps were all canceled meanwhile."""
        for build in list(self.active.values()):
            if build.canceled or build.row.wanted or is_awaited(build.row):
                continue
            if environments.cancel_build(build=build.row, now=timezone.now()):
                build.canceled = True
                _append(build.log, "Canceled: no step waits for this environment any more.\n")
                protocol.signal_group(build.process.pid, signal.SIGKILL)
            else:
                self._look = True  # asked for a moment ago: its steps may be on their way

    def _start(self, key: str) -> None:
        row = environments.begin_build(key=key)
        if row is None:
            return
        folder = self._process_folder(row)
        protocol.make_folder(folder)
        spec, frozen = row.spec, environments.is_frozen(build=row)
        write_json(
            folder / "build.json",
            {
                "uv": _find_uv(),
                "python": environments.find_python(spec["python"])
                or ("" if frozen and row.lock else sys.executable),
                "python_version": spec["python"],
                "lock": row.lock,
                "frozen": frozen,
                "pip_python": sys.executable,
                "target": os.fspath(self.data / row.folder),
                "requirements": spec["requirements"],
                "defaults": spec.get("defaults", []),
                "notices": spec.get("notices", []),
                "attempt": row.attempt,
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
        build = Build(row, self._log(row), process, self._waiting.pop(row.key, []))
        self.active[row.key] = build

        def ended() -> None:
            protocol.signal_group(process.pid, signal.SIGKILL)
            protocol.reap(process)
            self._finish(row)

        self.processes.watch(process, ended)

    def _finish(self, row: EnvironmentBuild) -> None:
        build = self.active.pop(row.key, None)
        self._look = True
        marker = self.data / row.folder / MARKER
        error, lock = "", []
        if marker.exists():
            lock = read_json(marker)["lock"]
        else:
            error = _last_lines(self._log(row)) or "Its builder disappeared."
        environments.finish_build(build=row, lock=lock, error=error, now=timezone.now())
        shutil.rmtree(self._process_folder(row), ignore_errors=True)
        row.refresh_from_db()
        if build is None or build.canceled:
            return  # its steps have ended
        for waiter in build.waiters:
            _copy_news(build.log, waiter)
            waiter.built(_failure(error) if error else None)

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
    """One line for the step's sentence, then the build's last lines."""
    lines = [line.strip() for line in error.split("\n") if line.strip()]
    return f"building it failed: {lines[-1]}\n{error}" if lines else "building it failed."


def _last_lines(log: Path) -> str:
    try:
        text = log.read_bytes()[-16_000:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
    lines = text.split("\n")
    began = [number for number, line in enumerate(lines) if _BUILD_LINE.match(line)]
    return "\n".join(lines[began[-1] if began else 0 :][-ERROR_LINES:])


def is_awaited(row: EnvironmentBuild) -> bool:
    """Whether a step that may still run needs it."""
    return (
        StepRun.objects.filter(environment=row)
        .exclude(status__in=[status.value for status in FINAL])
        .exclude(run__status__in=[status.value for status in FINAL])
        .exists()
    )


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
