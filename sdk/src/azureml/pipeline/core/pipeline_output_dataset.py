"""`PipelineData.as_dataset()`: what a step writes, read by later steps as a dataset."""

from __future__ import annotations

import copy
from typing import Any, Dict, Optional, TypeVar

from azureml._forebay.unsupported import without
from azureml.data import _reading
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.data.output_dataset_config import OutputFileDatasetConfig, OutputTabularDatasetConfig
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._ports import InputPortBinding

__all__ = [
    "OutputFileDatasetConfig",
    "OutputTabularDatasetConfig",
    "PipelineOutputAbstractDataset",
    "PipelineOutputFileDataset",
    "PipelineOutputTabularDataset",
    "PromoteHeadersBehavior",
]

_Own = TypeVar("_Own", bound="PipelineOutputAbstractDataset")


class PipelineOutputAbstractDataset:
    """An output of a step as a dataset. The `as_…` forms give a copy; all are one output.

    It may stand among a step's outputs, and among the inputs of later steps.
    """

    _kind = "file"

    def __init__(self, pipeline_data: Any) -> None:
        if not hasattr(pipeline_data, "_output_name") or not hasattr(pipeline_data, "as_dataset"):
            raise UserErrorException("Make it by PipelineData(…).as_dataset().")
        self._origin = pipeline_data
        self._input_name = str(pipeline_data.name)
        self._mode = "direct" if self._kind == "tabular" else "mount"
        self._path_on_compute: Optional[str] = None
        self._named = False  # told apart as an input: it need not be listed elsewhere
        self._definition: Dict[str, Any] = {}
        self._path_glob: Optional[str] = None

    @property
    def name(self) -> str:
        """The name of the output."""
        return str(self._origin.name)

    @property
    def input_name(self) -> str:
        """The name under which a later step's script finds it."""
        return self._input_name

    def as_named_input(self: _Own, name: str) -> _Own:
        """The same as the input `name` of a later step."""
        DatasetConsumptionConfig(name, None)  # the same letters are taken
        changed = self._as_input()
        changed._input_name = name
        return changed

    def register(self: _Own, name: str, create_new_version: bool = True) -> _Own:
        """Register it as the dataset `name` when its step has completed.

        A name that is taken gets a new version, unless `create_new_version` is false: then
        nothing is registered, and the step's log says so.
        """
        if not isinstance(name, str) or not name.strip():
            raise UserErrorException("register needs the name of a dataset.")
        # Of the output itself: the step that writes it may know another form of it.
        self._origin._registration = {
            "name": name,
            "create_new_version": bool(create_new_version),
            **self._reading(),
        }
        return self

    def create_input_binding(self) -> InputPortBinding:
        """The same as a plain input of a step."""
        return InputPortBinding(self._input_name, self, self._mode, self._path_on_compute)

    def _as_input(self: _Own) -> _Own:
        changed = copy.copy(self)
        changed._named = True
        return changed

    @property
    def _output_name(self) -> str:
        return str(self._origin._output_name)

    def _reading(self) -> Dict[str, Any]:
        """How it is read as a dataset, for the graph."""
        reading = {"kind": self._kind, "definition": self._definition}
        return {**reading, "path_glob": self._path_glob} if self._path_glob else reading

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, input_name={self._input_name!r})"


class PipelineOutputFileDataset(PipelineOutputAbstractDataset):
    """An output as files: a folder for a later step, or a `FileDataset` with `as_direct()`."""

    def as_mount(self, path_on_compute: Optional[str] = None) -> PipelineOutputFileDataset:
        """The same, read in place."""
        return self._in_mode("mount", path_on_compute)

    def as_download(self, path_on_compute: Optional[str] = None) -> PipelineOutputFileDataset:
        """The same, of which the script gets its own copy."""
        return self._in_mode("download", path_on_compute)

    def as_direct(self) -> PipelineOutputFileDataset:
        """The same, as the dataset itself in `Run.get_context().input_datasets`."""
        return self._in_mode("direct", None)

    def parse_delimited_files(
        self,
        include_path: bool = False,
        separator: str = ",",
        header: PromoteHeadersBehavior = PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS,
        partition_format: Optional[str] = None,
        file_extension: str = "",
        set_column_types: Optional[Dict[str, Any]] = None,
        quoted_line_breaks: bool = False,
    ) -> PipelineOutputTabularDataset:
        """The output read as a table of CSV files (those that end in `file_extension`)."""
        definition = _reading.delimited_definition(
            separator=separator,
            header=header,
            include_path=include_path,
            set_column_types=set_column_types,
            partition_format=partition_format,
        )
        if quoted_line_breaks:
            definition["support_multi_line"] = True
        return self._as_table(definition, file_extension)

    def parse_parquet_files(
        self,
        include_path: bool = False,
        partition_format: Optional[str] = None,
        file_extension: str = ".parquet",
        set_column_types: Optional[Dict[str, Any]] = None,
    ) -> PipelineOutputTabularDataset:
        """The output read as a table of parquet files (those that end in `file_extension`)."""
        definition = _reading.parquet_definition(
            include_path=include_path,
            set_column_types=set_column_types,
            partition_format=partition_format,
        )
        return self._as_table(definition, file_extension)

    def _as_table(
        self, definition: Dict[str, Any], extension: Optional[str]
    ) -> PipelineOutputTabularDataset:
        glob = f"**/*.{extension.lstrip('.')}" if extension else None
        return PipelineOutputTabularDataset(self, {"definition": definition, "path_glob": glob})

    def _in_mode(self, mode: str, path_on_compute: Optional[str]) -> PipelineOutputFileDataset:
        changed = self._as_input()
        changed._mode, changed._path_on_compute = mode, path_on_compute
        return changed


@without("random_split", instead="Split the data frame in the step.")
class PipelineOutputTabularDataset(PipelineOutputAbstractDataset):
    """An output as a table: a later step finds a `TabularDataset` among its `input_datasets`."""

    _kind = "tabular"

    def __init__(self, pipeline_output_dataset: Any, additional_transformations: Any) -> None:
        if not isinstance(pipeline_output_dataset, PipelineOutputFileDataset):
            raise UserErrorException("Make it by PipelineData(…).as_dataset().parse_…_files().")
        super().__init__(pipeline_output_dataset._origin)
        self._input_name = pipeline_output_dataset._input_name
        self._named = pipeline_output_dataset._named
        self._definition = dict(additional_transformations["definition"])
        self._path_glob = additional_transformations["path_glob"]

    def keep_columns(self, columns: Any) -> PipelineOutputTabularDataset:
        """The same with only these columns: a name or a list of names."""
        return self._read_as(_reading.keep(self._definition, columns))

    def drop_columns(self, columns: Any) -> PipelineOutputTabularDataset:
        """The same without these columns: a name or a list of names."""
        return self._read_as(_reading.drop(self._definition, columns))

    def _read_as(self, definition: Dict[str, Any]) -> PipelineOutputTabularDataset:
        changed = copy.copy(self)
        changed._definition = definition
        return changed
