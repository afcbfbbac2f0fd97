"""Files of runs: what steps leave in ./outputs and ./logs, and logs to take home."""

from __future__ import annotations

import os
import shutil
from typing import Any, List, Sequence

from azureml._forebay.unsupported import not_supported
from azureml.core._run_client import RUNS, RunClient
from azureml.core._run_context import StepContext
from azureml.core._run_details import LOG_NAME


class RunFiles:
    """The part of `Run` that lists, downloads and uploads files."""

    _client: RunClient
    _step: StepContext | None
    _target: str

    def get_file_names(self) -> List[str]:
        """Files kept of a step: what it left in ./outputs and ./logs."""
        return [item["path"] for item in self._client.list_artifacts()]

    def download_file(
        self, name: str, output_file_path: str | None = None, _validate_checksum: bool = False
    ) -> None:
        """Download one of `get_file_names()` to a path, or into a folder."""
        target = output_file_path or "."
        if os.path.isdir(target) or target.endswith(("/", os.sep)):
            target = os.path.join(target, os.path.basename(name))
        self._client.download_artifact(name, target)

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: str | None = None,
        output_paths: Any = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: float | None = None,
    ) -> None:
        """Download the files whose names begin with `prefix`, keeping their folders."""
        names = [name for name in self.get_file_names() if name.startswith(prefix or "")]
        for position, name in enumerate(names):
            if isinstance(output_paths, (list, tuple)):
                target = str(output_paths[position])
            else:
                kept = name if append_prefix else name[len(prefix or "") :].lstrip("/")
                target = os.path.join(output_directory or ".", *kept.split("/"))
            self._client.download_artifact(name, target)

    def get_all_logs(self, destination: str | None = None) -> List[str]:
        """Download the logs into a folder; their paths."""
        paths = []
        identities = [self._client.run_id]
        if self._client.kind == RUNS:
            identities = [step["id"] for step in self._client.fetch_steps()]
        for identity in identities:
            path = os.path.join(destination or ".", identity, *LOG_NAME.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(self._client.of_step(identity).read_whole_log())
            paths.append(path)
        return paths

    def upload_file(
        self, name: str, path_or_stream: Any, datastore_name: str | None = None
    ) -> None:
        """Keep a file with the step. In a step, for names below `outputs/` or `logs/`."""
        self._need_step("upload_file", name)
        os.makedirs(os.path.dirname(name), exist_ok=True)
        if hasattr(path_or_stream, "read"):
            content = path_or_stream.read()
            with open(name, "wb") as stream:
                stream.write(content.encode("utf-8") if isinstance(content, str) else content)
        elif not os.path.exists(name) or not os.path.samefile(path_or_stream, name):
            shutil.copyfile(path_or_stream, name)

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[Any],
        return_artifacts: bool = False,
        timeout_seconds: float | None = None,
        datastore_name: str | None = None,
    ) -> None:
        """Keep several files with the step: `upload_file` for each name and its path."""
        for name, path in zip(names, paths):
            self.upload_file(name, path)

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        """Keep a folder with the step. In a step, for names below `outputs/` or `logs/`."""
        self._need_step("upload_folder", name)
        if not os.path.exists(name) or not os.path.samefile(path, name):
            shutil.copytree(path, name, dirs_exist_ok=True)

    def _need_step(self, method: str, name: str) -> None:
        top = name.replace("\\", "/").split("/")
        if self._step is None or self._target != "self":
            not_supported(f"Run.{method}() outside of the step itself", "Write it in the step.")
        if top[0] not in {"outputs", "logs"} or len(top) < 2 or ".." in top:
            not_supported(f"Run.{method}('{name}')", f"Name it 'outputs/{top[-1]}'.")
