"""Outputs of steps that have run: where they are, and how to get them."""

from __future__ import annotations

import os
from typing import Any, Dict

from azureml.core._run_client import RunClient
from azureml.exceptions import AzureMLException
from azureml.pipeline.core._ports import InputPortBinding


class PortDataReference:
    """An output of a step run, kept on a datastore. It may be an input of a new pipeline.

    :param context: the client of the step run.
    :param pipeline_run_id: id of the run the step belongs to.
    :param data_reference: the output as the server describes it.
    """

    def __init__(
        self,
        context: RunClient,
        pipeline_run_id: str,
        data_reference: Dict[str, Any],
        step_run: Any = None,
    ) -> None:
        self._context = context
        self._output = data_reference
        self._step_run = step_run
        self.pipeline_run_id = pipeline_run_id
        self.data_reference_name = str(data_reference["name"])

    @property
    def name(self) -> str:
        """Name of the output."""
        return self.data_reference_name

    @property
    def datastore_name(self) -> str:
        """Name of the datastore that keeps it."""
        return str(self._output["datastore"])

    @property
    def datastore(self) -> Any:
        """The datastore that keeps it."""
        return self._context.workspace.datastores[self.datastore_name]

    @property
    def path_on_datastore(self) -> str:
        """`azureml/<step run id>/<output name>`; of the earlier step when it was reused."""
        return str(self._output["path"])

    @property
    def _path_on_datastore(self) -> str:
        return self.path_on_datastore

    def download(
        self, local_path: str, overwrite: bool | None = None, show_progress: bool | None = None
    ) -> int:
        """Download the files to `<local_path>/<path_on_datastore>/…`; how many were written.

        A file that is there already is kept, unless `overwrite`.
        """
        base = os.path.join(local_path, *self.path_on_datastore.split("/"))
        if self._output.get("is_directory"):
            os.makedirs(base, exist_ok=True)  # an empty folder is an output, too
        count = 0
        for item in self._context.list_output(self.name):
            target = _below(base, item["path"])
            if os.path.exists(target) and not overwrite:
                print(f"Kept {target}, which is there already; overwrite=True replaces it.")
                continue
            self._context.download_output(self.name, item["path"], target)
            count += 1
        if show_progress:
            print(f"Downloaded {count} file{'' if count == 1 else 's'} to {base}")
        return count

    def as_input(self, input_name: str) -> InputPortBinding:
        """This data as an input called `input_name`."""
        return self.create_input_binding(input_name)

    def as_mount(self, input_name: str | None = None) -> InputPortBinding:
        """This data as an input that the script reads in place."""
        return self.create_input_binding(input_name, "mount")

    def as_download(
        self,
        input_name: str | None = None,
        path_on_compute: str | None = None,
        overwrite: bool | None = None,
    ) -> InputPortBinding:
        """This data as an input of which the script gets its own copy."""
        return self.create_input_binding(input_name, "download", path_on_compute, overwrite)

    def create_input_binding(
        self,
        input_name: str | None = None,
        mode: str | None = None,
        path_on_compute: str | None = None,
        overwrite: bool | None = None,
    ) -> InputPortBinding:
        """The general form of `as_input`, `as_mount` and `as_download`."""
        return InputPortBinding(
            input_name or self.name, self, mode or "mount", path_on_compute, overwrite
        )

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.name}"

    def __repr__(self) -> str:
        return f"PortDataReference({self.datastore_name}/{self.path_on_datastore})"


def _below(base: str, path: str) -> str:
    """`path` under `base`; an answer that would leave it is refused."""
    parts = path.split("/") if path else []
    if any(part in {"", ".", ".."} or os.sep in part for part in parts):
        raise AzureMLException(f"The server named a file that can't be stored: {path!r}.")
    return os.path.join(base, *parts)
