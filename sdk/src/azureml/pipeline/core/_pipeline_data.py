"""`PipelineData`: what one step writes and later steps read."""

from __future__ import annotations

import re
from typing import Any

from azureml._forebay.unsupported import not_supported
from azureml.pipeline.core._ports import InputPortBinding
from azureml.pipeline.core.pipeline_output_dataset import PipelineOutputFileDataset

_NAME = re.compile(r"[^\W\d]\w*\Z")


class PipelineData:
    """Data between steps. Used as an output it is written, as an input it orders the steps.

    The script gets a path. Unless `is_directory` is true it may write a single file at exactly
    that path or make a folder there; with `is_directory=True` the folder already exists.

    :param name: letters, digits and `_`; also the input's name in later steps.
    :param datastore: where it is kept; the pipeline's or workspace's default when left out.
    :param output_name: the output's name, if it differs from `name`.
    :param output_mode: "mount" or "upload": written beside the datastore's files, or in a folder
        of the step and published at its end.
    :param output_path_on_compute: where the script writes it, below its working folder.
    :param output_overwrite: whether what the source directory has at that path is removed first.
    """

    def __init__(
        self,
        name: str,
        datastore: Any = None,
        output_name: str | None = None,
        output_mode: str = "mount",
        output_path_on_compute: str | None = None,
        output_overwrite: bool | None = None,
        data_type: str | None = None,
        is_directory: bool | None = None,
        pipeline_output_name: str | None = None,
        training_output: Any = None,
    ) -> None:
        for what, text in (("name", name), ("output_name", output_name or name)):
            if not isinstance(text, str) or not _NAME.match(text):
                raise ValueError(
                    f"PipelineData {what} {text!r} is not valid: use letters, digits and '_', "
                    "not starting with a digit."
                )
        if output_mode not in {"mount", "upload"}:
            raise ValueError(f"output_mode '{output_mode}' of '{name}' is not mount or upload.")
        if training_output is not None:
            not_supported("PipelineData(training_output=…)", "Write the file in a step.")
        self._name = name
        self._datastore = datastore
        self._output_name = output_name or name
        self._output_mode = output_mode
        self._output_path_on_compute = output_path_on_compute
        self._output_overwrite = output_overwrite
        self._data_type = data_type
        self._is_directory = is_directory
        self.pipeline_output_name = pipeline_output_name
        self._producer: Any = None
        self._registration: dict[str, Any] | None = None  # as `as_dataset().register()` asked

    @property
    def name(self) -> str:
        """The name given at construction."""
        return self._name

    @property
    def datastore(self) -> Any:
        """The datastore it is written to, or None for the default one."""
        return self._datastore

    @property
    def data_type(self) -> str | None:
        """The type given at construction, if any."""
        return self._data_type

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
        if mode not in {None, "mount", "download", "direct", "hdfs"}:
            raise ValueError(f"Input mode '{mode}' of '{self._name}' is not mount or download.")
        return InputPortBinding(
            input_name or self._name, self, mode or "mount", path_on_compute, overwrite
        )

    def as_dataset(self) -> PipelineOutputFileDataset:
        """This data as a dataset: registered when its step completes, read as files or a table."""
        return PipelineOutputFileDataset(self)

    def get_env_variable_name(self) -> str:
        """Name of the environment variable that holds the path in the script."""
        return f"AZUREML_DATAREFERENCE_{self._name}"

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self._name}"

    def __repr__(self) -> str:
        return f"PipelineData(name={self._name!r})"
