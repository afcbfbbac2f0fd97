"""Files of runs: what steps leave in ./outputs and ./logs, and logs to take home."""

from __future__ import annotations

import os
from typing import Any, Dict, List

from azureml.core._run_client import CHILDREN, RUNS, RunClient
from azureml.core._run_details import LOG_NAME
from azureml.core._run_uploads import RunUploads


class RunFiles(RunUploads):
    """The part of `Run` that lists, downloads and uploads files."""

    def _known(self) -> Dict[str, Any]:
        raise NotImplementedError

    def get_file_names(self) -> List[str]:
        """Files kept of the run: uploaded ones and, of a step, those in ./outputs and ./logs."""
        client, folder = self._keeper()
        names = [item["path"] for item in client.list_artifacts()]
        return [name[len(folder) :] for name in names if name.startswith(folder)]

    def download_file(
        self, name: str, output_file_path: str | None = None, _validate_checksum: bool = False
    ) -> None:
        """Download one of `get_file_names()` to a path, or into a folder."""
        target = output_file_path or "."
        if os.path.isdir(target) or target.endswith(("/", os.sep)):
            target = os.path.join(target, os.path.basename(name))
        client, kept_as = self._keeper(name)
        client.download_artifact(kept_as, target)

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
            self.download_file(name, target)

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

    def _keeper(self, name: str = "") -> tuple[RunClient, str]:
        """Who keeps the files, and under which names: a child run's are its step's or run's."""
        if self._client.kind != CHILDREN:
            return self._client, name
        document = self._known()
        folder = f"children/{self._client.run_id}/{name}"
        if document["step_id"]:
            return self._client.of_step(document["step_id"]), folder
        return self._client.of_run(document["run_id"]), folder
