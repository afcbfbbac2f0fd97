"""Files that a program keeps with a run: named freely, kept at once.

In a step, names below `outputs/` and `logs/` go into those folders of the script: they are shown
from there while it runs and kept when it ends, whether the server is there or not.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any, Sequence

from azureml.core._run_client import CHILDREN, RunClient
from azureml.core._run_context import StepContext
from azureml.core._run_logging import keep_image
from azureml.exceptions import UserErrorException

_FOLDERS = frozenset({"outputs", "logs"})


class RunUploads:
    """The part of `Run` that uploads."""

    _client: RunClient
    _step: StepContext | None
    _target: str

    def upload_file(
        self, name: str, path_or_stream: Any, datastore_name: str | None = None
    ) -> None:
        """Keep a file with the run or step under `name`, in place of an earlier one."""
        name = clean_name(name)
        if hasattr(path_or_stream, "read"):
            content = path_or_stream.read()
            self._keep(name, content.encode("utf-8") if isinstance(content, str) else content)
            return
        path = os.fspath(path_or_stream)
        if not os.path.isfile(path):
            raise UserErrorException(f"There is no file {path!r} to upload as {name!r}.")
        self._keep(name, path)

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[Any],
        return_artifacts: bool = False,
        timeout_seconds: float | None = None,
        datastore_name: str | None = None,
    ) -> None:
        """Keep several files: `upload_file` for each name and its path."""
        if len(names) != len(paths):
            raise UserErrorException(f"There are {len(names)} names for {len(paths)} paths.")
        for name, path in zip(names, paths):
            self.upload_file(name, path)

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        """Keep all files of a folder, below `name`."""
        if not os.path.isdir(path):
            raise UserErrorException(f"There is no folder {path!r} to upload as {name!r}.")
        name = clean_name(name)
        for folder, _, files in os.walk(path):
            for file in sorted(files):
                place = os.path.join(folder, file)
                below = os.path.relpath(place, path).replace(os.sep, "/")
                self.upload_file(f"{name}/{below}", place)

    def _keep_image(self, name: str, path: str | None, plot: Any) -> str:
        if self._step is not None and self._target == "self" and self._client._kind != CHILDREN:
            return keep_image(name, path, plot)
        with tempfile.TemporaryDirectory() as folder:
            made = keep_image(name, path, plot, folder)
            kept_as = f"images/{os.path.basename(made)}"
            self.upload_file(kept_as, made)
        return self._keeper(kept_as)[1]

    def _keep(self, name: str, content: str | bytes) -> None:
        """`content` is a path or the bytes themselves."""
        own = self._step is not None and self._target == "self"
        if not own or self._client._kind == CHILDREN or not _in_folder(name):
            client, kept_as = self._keeper(name)
            client.upload_artifact(kept_as, content)
            return
        os.makedirs(os.path.dirname(name), exist_ok=True)
        if isinstance(content, bytes):
            with open(name, "wb") as stream:
                stream.write(content)
        elif not os.path.exists(name) or not os.path.samefile(content, name):
            shutil.copyfile(content, name)

    def _keeper(self, name: str) -> tuple[RunClient, str]:
        """Who keeps a file, and as what: a child run's are its step's or run's."""
        raise NotImplementedError


def clean_name(name: str) -> str:
    """A name that begins at the run, with `/` between folders."""
    clean = str(name).replace("\\", "/").strip("/")
    while clean.startswith("./"):
        clean = clean[2:].lstrip("/")
    if not clean or any(part in {"", ".", ".."} for part in clean.split("/")):
        raise UserErrorException(f"{name!r} can't be the name of a file of the run.")
    return clean


def _in_folder(name: str) -> bool:
    parts = name.split("/")
    return parts[0] in _FOLDERS and len(parts) > 1
