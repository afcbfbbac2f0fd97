"""``Dataset.File`` and ``Dataset.Tabular``: datasets made of paths on datastores."""

from __future__ import annotations

import os
import posixpath
import re
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from azureml._forebay.unsupported import not_supported, without
from azureml.data import _reading
from azureml.data._web_paths import is_web_address
from azureml.data.azure_storage_datastore import AbstractDatastore
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath
from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.data.file_dataset import FileDataset
from azureml.data.tabular_dataset import TabularDataset
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = [
    "AbstractDatastore",
    "DataPath",
    "DataReference",
    "DataType",
    "FileDatasetFactory",
    "PromoteHeadersBehavior",
    "TabularDatasetFactory",
    "UserErrorException",
]

_URL = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class DataType:
    """The type of a column, for ``set_column_types``."""

    def __init__(self, kind: str, formats: Optional[list[str]] = None) -> None:
        self._kind = kind
        self._formats = formats or []

    @staticmethod
    def to_string() -> DataType:
        """Text."""
        return DataType("string")

    @staticmethod
    def to_long() -> DataType:
        """Whole numbers of 64 bits."""
        return DataType("integer")

    @staticmethod
    def to_float(decimal_mark: str = ".") -> DataType:
        """Numbers of double precision, written with a decimal point."""
        if decimal_mark != ".":
            not_supported(
                f"DataType.to_float(decimal_mark={decimal_mark!r})",
                "Read the column as text and convert it in pandas.",
            )
        return DataType("float")

    @staticmethod
    def to_bool() -> DataType:
        """True and false."""
        return DataType("boolean")

    @staticmethod
    def to_datetime(formats: Union[str, list[str], None] = None) -> DataType:
        """Moments; ``formats`` as for ``strptime`` if they are not ISO 8601."""
        return DataType("datetime", [formats] if isinstance(formats, str) else formats)

    @staticmethod
    def to_stream(workspace: Any, escaped: bool = False) -> NoReturn:
        """Columns of files are not there yet."""
        not_supported("DataType.to_stream", "Use Dataset.File.from_files.")

    def _to_wire(self) -> Any:
        return {"type": self._kind, "formats": self._formats} if self._formats else self._kind

    def __repr__(self) -> str:
        return f"DataType({self._kind})"


class FileDatasetFactory:
    """``Dataset.File``."""

    @staticmethod
    def from_files(
        path: Any,
        validate: bool = True,
        partition_format: Optional[str] = None,
        is_file: bool = False,
    ) -> FileDataset:
        """A dataset of the files at ``path``.

        ``path`` is ``(datastore, "folder/*.csv")``, a DataPath, a DataReference, or a list of
        these; a folder means all files below it. ``validate`` checks that there are any.
        An ``https://`` address is copied to the default datastore when the dataset is first used.
        """
        if partition_format:
            not_supported("Dataset.File.from_files(partition_format=…)", "Use paths in the step.")
        workspace, paths = paths_on_datastores(path)
        return FileDataset._make(workspace, {"paths": paths})._checked(validate)

    @staticmethod
    def upload_directory(
        src_dir: str,
        target: Any,
        pattern: Optional[str] = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> FileDataset:
        """Upload the files of a folder to ``target`` and make a dataset of them."""
        if pattern:
            not_supported(
                "Dataset.File.upload_directory(pattern=…)", "Use datastore.upload_files(files)."
            )
        datastore, path = _split_target(target)
        datastore.upload(src_dir, path, overwrite, show_progress)
        return FileDatasetFactory.from_files((datastore, path))


@without(
    "register_dask_dataframe",
    "register_spark_dataframe",
    instead="Write files, upload them, and use Dataset.Tabular.from_delimited_files.",
)
class TabularDatasetFactory:
    """``Dataset.Tabular``."""

    @staticmethod
    def from_delimited_files(
        path: Any,
        validate: bool = True,
        include_path: bool = False,
        infer_column_types: bool = True,
        set_column_types: Optional[dict[str, DataType]] = None,
        separator: str = ",",
        header: Union[bool, PromoteHeadersBehavior] = True,
        partition_format: Optional[str] = None,
        support_multi_line: bool = False,
        empty_as_string: bool = False,
        encoding: str = "utf8",
    ) -> TabularDataset:
        """A dataset of the rows of CSV and similar files at ``path`` (see ``Dataset.File``).

        ``header`` is True if each file begins with the names of its columns, False if none does
        (they are Column1, Column2 …), or a PromoteHeadersBehavior. ``validate`` reads a little.
        ``partition_format`` makes columns of the ends of the files' paths:
        "/{region}/{day:yyyy/MM/dd}/data.csv".
        """
        workspace, paths = paths_on_datastores(path)
        definition = {
            "paths": paths,
            "format": "delimited",
            "separator": separator,
            "header": _reading.header_name(header),
            "encoding": encoding,
            "infer_column_types": infer_column_types,
            "set_column_types": _reading.column_types(set_column_types),
            "include_path": include_path,
            "partition_format": partition_format or None,
            "support_multi_line": support_multi_line,
            "empty_as_string": empty_as_string,
        }
        return TabularDataset._make(workspace, definition)._checked(validate)

    @staticmethod
    def register_pandas_dataframe(
        dataframe: Any,
        target: Any,
        name: str,
        description: Optional[str] = None,
        tags: Optional[dict[str, str]] = None,
        show_progress: bool = True,
        row_group_size: Optional[int] = None,
        make_target_path_unique: bool = True,
    ) -> NoReturn:
        """Not there yet."""
        not_supported(
            "Dataset.Tabular.register_pandas_dataframe",
            "Write it with to_csv, upload it, and register Dataset.Tabular.from_delimited_files.",
        )

    @staticmethod
    def from_parquet_files(
        path: Any,
        validate: bool = True,
        include_path: bool = False,
        set_column_types: Optional[dict[str, DataType]] = None,
        partition_format: Optional[str] = None,
    ) -> TabularDataset:
        """A dataset of the rows of parquet files at ``path``, which know their columns and types.

        ``partition_format`` makes columns of the files' paths, as for ``from_delimited_files``.
        """
        workspace, paths = paths_on_datastores(path)
        definition = _reading.parquet_definition(
            include_path=include_path,
            set_column_types=set_column_types,
            partition_format=partition_format,
        )
        return TabularDataset._make(workspace, {"paths": paths, **definition})._checked(validate)

    @staticmethod
    def from_json_lines_files(path: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Not there yet."""
        not_supported(
            "Dataset.Tabular.from_json_lines_files",
            "Use Dataset.File.from_files and read them in the step.",
        )

    @staticmethod
    def from_sql_query(query: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Not there yet."""
        not_supported(
            "Dataset.Tabular.from_sql_query",
            "Query in a step, or upload the result and use from_delimited_files.",
        )


def paths_on_datastores(path: Any) -> tuple[Optional[Workspace], list[dict[str, str]]]:
    """The workspace and the wire form of all shapes of ``path`` that v1 takes.

    Of web addresses alone no workspace is known: it is the one that first uses the dataset.
    """
    items = path if isinstance(path, list) else [path]
    if not items:
        raise UserErrorException("path is empty. Give (datastore, path), or a list of these.")
    places: list[dict[str, str]] = []
    workspace: Optional[Workspace] = None
    for item in items:
        if is_web_address(item):
            places.append({"url": item})
            continue
        store, text = _datastore_and_path(item)
        workspace = workspace or store.workspace
        if store.workspace.name != workspace.name:
            raise UserErrorException("All paths of a dataset must be in one workspace.")
        places.append({"datastore": store.name, "path": text})
    return workspace, places


def _datastore_and_path(item: Any) -> tuple[AbstractDatastore, str]:
    if isinstance(item, DataPath):
        return item._datastore, _normal(item.path_on_datastore)
    if isinstance(item, DataReference):
        return item.datastore, _normal(item.path_on_datastore or "")
    if isinstance(item, AbstractDatastore):
        return item, ""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], AbstractDatastore):
        return item[0], _normal(str(item[1] or ""))
    if isinstance(item, str) and _URL.match(item):
        not_supported(
            f"A dataset of the address {item}",
            "Give an https:// address, or upload the file and give (datastore, path).",
        )
    if isinstance(item, (str, os.PathLike)):
        raise UserErrorException(
            f"path {os.fspath(item)!r} is a local path. Upload it with datastore.upload_files"
            " and give (datastore, path)."
        )
    raise UserErrorException(
        f"path must be (datastore, path), a DataPath or a list of these, not {item!r}."
    )


def _normal(path: str) -> str:
    text = path.replace("\\", "/").lstrip("/")
    normal = posixpath.normpath(text) if text else ""
    return "" if normal == "." else normal


def _split_target(target: Any) -> tuple[Any, str]:
    if isinstance(target, DataPath):
        return target._datastore, target.path_on_datastore
    if isinstance(target, AbstractDatastore):
        return target, ""
    if isinstance(target, tuple) and len(target) == 2:
        return target[0], str(target[1] or "")
    raise UserErrorException("target must be a datastore, (datastore, path) or a DataPath.")
