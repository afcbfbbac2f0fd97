"""Folders of ended attempts whose working files nobody needs any more: removed in quiet moments."""

from __future__ import annotations

from pathlib import Path

from pipelines.runner.staging.finalize import clean_up

MOST = 100  # attempts that may wait for a quiet moment


class Litter:
    """What is left to remove: that may take longer than starting the next step."""

    def __init__(self) -> None:
        self._folders: list[Path] = []

    def __bool__(self) -> bool:
        return bool(self._folders)

    def add(self, folder: Path) -> None:
        self._folders.append(folder)

    def tidy_up(self) -> None:
        """Remove the working files of one attempt, if there is one."""
        if self._folders:
            clean_up(self._folders.pop())

    def keep_small(self) -> None:
        """On a machine without a quiet moment: no more than `MOST` wait."""
        while len(self._folders) > MOST:
            self.tidy_up()
