"""Datasets of rows and columns, read by the server and given as pandas data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Optional

from azureml._forebay.frames import frame_from_table
from azureml._forebay.unsupported import not_supported, without
from azureml.data import _reading
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.data.file_dataset import FileDataset
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    import pandas

    from azureml.core.workspace import Workspace

__all__ = [
    "AbstractDataset",
    "DatasetConsumptionConfig",
    "FileDataset",
    "TabularDataset",
    "UserErrorException",
]

_IN_PANDAS = "Do it in pandas after to_pandas_dataframe()."
_POLICIES = ("null", "fail")


@without(
    "filter",
    "get_profile",
    "get_profile_runs",
    "partition_by",
    "random_split",
    "skip",
    "submit_profile_run",
    "take_sample",
    "time_after",
    "time_before",
    "time_between",
    "time_recent",
    "to_csv_files",
    "to_dask_dataframe",
    "to_parquet_files",
    "to_spark_dataframe",
    "with_timestamp_columns",
    instead=_IN_PANDAS,
)
@without("download", "mount", instead="Use Dataset.File.from_files(…).")
class TabularDataset(AbstractDataset):
    """Rows from delimited files. Column names and types are found when it is read."""

    _kind: ClassVar[str] = "tabular"

    def __init__(self) -> None:
        super().__init__()
        self._limit: Optional[int] = None

    def to_pandas_dataframe(
        self, on_error: str = "null", out_of_range_datetime: str = "null"
    ) -> pandas.DataFrame:
        """All rows as a data frame of the pandas that is installed here.

        Missing values are NaN, NaT or None by the column's type. Values that can't be read as
        the type of their column, and dates pandas can't hold, are missing too.
        """
        for name, policy in (
            ("on_error", on_error),
            ("out_of_range_datetime", out_of_range_datetime),
        ):
            if policy not in _POLICIES:
                raise UserErrorException(f"{name} must be 'null' or 'fail', not {policy!r}.")
        if on_error == "fail":
            not_supported("to_pandas_dataframe(on_error='fail')", "Check for missing values.")
        workspace, path = self._place("rows")
        content = workspace._transport.get_bytes(path, {"limit": self._limit}, timeout=600).content
        return frame_from_table(content, strict_dates=out_of_range_datetime == "fail")

    def take(self, count: int) -> TabularDataset:
        """The first ``count`` rows, to look at: it can't be registered or given to a step."""
        if count < 0:
            raise UserErrorException(f"count must be 0 or more, not {count}.")
        taken = self._make_same()
        taken._limit = count if self._limit is None else min(count, self._limit)
        return taken

    def keep_columns(self, columns: Any, validate: bool = False) -> TabularDataset:
        """A dataset of only these columns: a name or a list of names. ``validate`` looks now."""
        return self._read_as(_reading.keep(self._definition, columns), validate)

    def drop_columns(self, columns: Any) -> TabularDataset:
        """A dataset without these columns: a name or a list of names."""
        return self._read_as(_reading.drop(self._definition, columns), False)

    def register(
        self,
        workspace: Workspace,
        name: str,
        description: Optional[str] = None,
        tags: Optional[dict[str, str]] = None,
        create_new_version: bool = False,
    ) -> TabularDataset:
        """As every dataset's; not for the first rows of one."""
        self._refuse_part("register")
        return super().register(workspace, name, description, tags, create_new_version)

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        """As every dataset's; not for the first rows of one."""
        self._refuse_part("as_named_input")
        return super().as_named_input(name)

    @property
    def timestamp_columns(self) -> tuple[Optional[str], Optional[str]]:
        """Time series traits are not there yet: none."""
        return (None, None)

    def _read_as(self, definition: dict[str, Any], validate: bool) -> TabularDataset:
        self._ensure_id()
        assert self._workspace is not None
        changed = TabularDataset._make(self._workspace, definition)
        if validate:
            changed.take(1).to_pandas_dataframe()
        changed._limit = self._limit
        return changed

    def _make_same(self) -> TabularDataset:
        self._ensure_id()
        assert self._workspace is not None
        same = TabularDataset._make(self._workspace, self._definition)
        same._facts = self._facts
        return same

    def _refuse_part(self, name: str) -> None:
        if self._limit is not None:
            not_supported(
                f"TabularDataset.take(…).{name}", "Use the whole dataset, and head() in the step."
            )
