"""Outputs of steps that become datasets."""

from __future__ import annotations

import copy
import itertools
from typing import Any, Dict, Optional, TypeVar

from azureml._forebay.unsupported import later, not_supported, without
from azureml.data import _reading
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.exceptions import UserErrorException

_Own = TypeVar("_Own", bound="OutputDatasetConfig")
_numbers = itertools.count(1)  # of outputs without a name: equal programs give equal names


class OutputDatasetConfig:
    """What a step writes and later steps read as a dataset.

    The `as_…` forms and `register_on_complete` give a changed copy: all of them are one output.
    """

    _kind = "file"

    def __init__(self, mode: str, name: Optional[str] = None, **kwargs: Any) -> None:
        self.mode = mode
        self.name = name or f"output_{next(_numbers)}"
        self._origin: Any = self
        self._producer: Any = None
        self._registration: Optional[Dict[str, Any]] = None
        self._definition: Dict[str, Any] = {}
        self._path_glob: Optional[str] = None

    @property
    def name(self) -> str:
        """The name of the output: letters, digits and underscores."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        DatasetConsumptionConfig(value, None)  # the same letters are taken
        self._name = value

    @property
    def arg_val(self) -> str:
        """What stands for the output in a list of arguments."""
        return f"DatasetOutputConfig:{self.name}"

    def register_on_complete(
        self: _Own,
        name: str,
        description: Optional[str] = None,
        tags: Optional[Dict[str, str]] = None,
    ) -> _Own:
        """Register the output as a version of the dataset `name` when its step has completed.

        A step that is reused registers nothing new: the version it registered then stays.
        """
        if not isinstance(name, str) or not name.strip():
            raise UserErrorException("register_on_complete needs the name of a dataset.")
        changed = self._copy()
        changed._registration = {
            "name": name,
            "description": description or "",
            "tags": {str(key): str(value) for key, value in (tags or {}).items()},
        }
        return changed

    def as_input(self, name: Optional[str] = None) -> DatasetConsumptionConfig:
        """The output as an input of a later step: files as a folder, a table as a dataset."""
        mode = "direct" if self._kind == "tabular" else "mount"
        return DatasetConsumptionConfig(name or self.name, self, mode)

    def _copy(self: _Own) -> _Own:
        return copy.copy(self)

    @property
    def _output_name(self) -> str:
        return str(self._origin.name)

    def _reading(self) -> Dict[str, Any]:
        """How it is read as a dataset, for the graph."""
        reading = {"kind": self._kind, "definition": self._definition}
        return {**reading, "path_glob": self._path_glob} if self._path_glob else reading

    def __str__(self) -> str:
        return self.arg_val

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, mode={self.mode!r})"


class OutputFileDatasetConfig(OutputDatasetConfig):
    """A folder that a step writes. The script gets its path, and the folder is there.

    :param name: the output's name; made up when left out.
    :param destination: (datastore, path), where `{run-id}` and `{output-name}` stand for the
        step run's id and the output's name. Without it, `dataset/{run-id}/{output-name}` on the
        default datastore.
    :param source: the folder, below the script's working folder, whose content is taken; the
        script writes there. Without it, a folder is made for the output.
    :param partition_format: how paths give columns when it is read as a table, as in
        "/{region}/{day:yyyy/MM/dd}/data.csv"; `read_…_files(partition_format=…)` goes before it.
    """

    def __init__(
        self,
        name: Optional[str] = None,
        destination: Any = None,
        source: Any = None,
        partition_format: Optional[str] = None,
    ) -> None:
        super().__init__("mount", name)
        self.source = None if source is None else str(source)
        self._partition_format = partition_format
        self.destination = destination
        self._overwrite = False
        self._datastore, self._template = _split_destination(destination)

    def as_mount(self, disable_metadata_cache: bool = False) -> OutputFileDatasetConfig:
        """The same, written in place. A file that is at the destination already is replaced."""
        changed = self._copy()
        changed.mode = "mount"
        return changed

    def as_upload(
        self, overwrite: bool = False, source_globs: Any = None
    ) -> OutputFileDatasetConfig:
        """The same, stored when the script has ended.

        Without `overwrite` a file that is at the destination already fails the step.
        """
        if source_globs:
            not_supported("as_upload(source_globs=…)", "Write only the files that are wanted.")
        changed = self._copy()
        changed.mode, changed._overwrite = "upload", overwrite
        return changed

    def read_delimited_files(
        self,
        include_path: bool = False,
        separator: str = ",",
        header: PromoteHeadersBehavior = PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS,
        partition_format: Optional[str] = None,
        path_glob: Optional[str] = None,
        set_column_types: Optional[Dict[str, Any]] = None,
    ) -> OutputTabularDatasetConfig:
        """The same output, read as a table by later steps and when it is registered.

        `path_glob` chooses among its files ("*.csv", "**/*.csv"); all of them without it.
        """
        definition = _reading.delimited_definition(
            separator=separator,
            header=header,
            include_path=include_path,
            set_column_types=set_column_types,
            partition_format=partition_format or self._partition_format,
        )
        return self._as_table(definition, path_glob)

    def read_parquet_files(
        self,
        include_path: bool = False,
        partition_format: Optional[str] = None,
        path_glob: Optional[str] = None,
        set_column_types: Optional[Dict[str, Any]] = None,
    ) -> OutputTabularDatasetConfig:
        """As `read_delimited_files`, for parquet files."""
        definition = _reading.parquet_definition(
            include_path=include_path,
            set_column_types=set_column_types,
            partition_format=partition_format or self._partition_format,
        )
        return self._as_table(definition, path_glob)

    def _as_table(
        self, definition: Dict[str, Any], path_glob: Optional[str]
    ) -> OutputTabularDatasetConfig:
        table = OutputTabularDatasetConfig(_files=self)
        table._definition, table._path_glob = definition, path_glob or None
        return table


@without("random_split", instead="Split the data frame in the step.")
class OutputTabularDatasetConfig(OutputDatasetConfig):
    """An output of files that is read as a table: `read_delimited_files()` makes it."""

    _kind = "tabular"

    def __init__(self, **kwargs: Any) -> None:
        files = kwargs.get("_files")
        if not isinstance(files, OutputFileDatasetConfig):
            raise UserErrorException(
                "Make it by OutputFileDatasetConfig(…).read_delimited_files()."
            )
        super().__init__(files.mode, files.name)
        self._files = files
        self._origin = files._origin
        self._registration = files._registration

    def as_mount(self) -> OutputTabularDatasetConfig:
        """The same, written in place."""
        return self._over(self._files.as_mount())

    def as_upload(
        self, overwrite: bool = False, source_globs: Any = None
    ) -> OutputTabularDatasetConfig:
        """The same, stored when the script has ended."""
        return self._over(self._files.as_upload(overwrite, source_globs))

    def keep_columns(self, columns: Any) -> OutputTabularDatasetConfig:
        """The same with only these columns: a name or a list of names."""
        changed = self._copy()
        changed._definition = _reading.keep(self._definition, columns)
        return changed

    def drop_columns(self, columns: Any) -> OutputTabularDatasetConfig:
        """The same without these columns: a name or a list of names."""
        changed = self._copy()
        changed._definition = _reading.drop(self._definition, columns)
        return changed

    def _over(self, files: OutputFileDatasetConfig) -> OutputTabularDatasetConfig:
        changed = self._copy()
        changed._files, changed.mode = files, files.mode
        return changed


def _split_destination(destination: Any) -> tuple[Any, str]:
    """(datastore or None, path template)."""
    usual = "dataset/{run-id}/{output-name}"
    if destination is None:
        return None, usual
    if isinstance(destination, (tuple, list)) and len(destination) == 2:
        store, path = destination
        return store, str(path or "").strip("/") or usual
    if hasattr(destination, "datastore_type") or hasattr(destination, "upload_files"):
        return destination, usual
    raise UserErrorException(
        "destination must be (datastore, 'path/{run-id}/{output-name}') or a datastore."
    )


_INSTEAD = "Use OutputFileDatasetConfig as the step's output."
HDFSOutputDatasetConfig = later("HDFSOutputDatasetConfig", _INSTEAD, __name__)
LinkFileOutputDatasetConfig = later("LinkFileOutputDatasetConfig", _INSTEAD, __name__)
LinkTabularOutputDatasetConfig = later("LinkTabularOutputDatasetConfig", _INSTEAD, __name__)

__all__ = [
    "HDFSOutputDatasetConfig",
    "LinkFileOutputDatasetConfig",
    "LinkTabularOutputDatasetConfig",
    "OutputDatasetConfig",
    "OutputFileDatasetConfig",
    "OutputTabularDatasetConfig",
]
