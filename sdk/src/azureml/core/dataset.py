"""``Dataset``: where programs make and find datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Union

from azureml._forebay.unsupported import not_supported
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.dataset_factory import FileDatasetFactory, TabularDatasetFactory
from azureml.data.dataset_type_definitions import (
    FileEncoding,
    HistogramCompareMethod,
    PromoteHeadersBehavior,
    SkipLinesBehavior,
)

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = [
    "Dataset",
    "FileEncoding",
    "HistogramCompareMethod",
    "PromoteHeadersBehavior",
    "SkipLinesBehavior",
]


# Of the kind of dataset that v1 had before File and Tabular: on the class they say so.
_OLD_NAMES = """
    archive auto_read_files compare_profiles create_snapshot delete_snapshot deprecate diff
    generate_profile get_all_snapshots get_definition get_definitions get_profile get_snapshot head
    reactivate register sample to_pandas_dataframe to_spark_dataframe update update_definition
    definition definition_version description id is_visible name state tags workspace
"""


class _DatasetType(type):
    """``isinstance(data, Dataset)`` is true for every kind; names of old datasets say so."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, AbstractDataset)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("from_") or name in _OLD_NAMES.split():
            not_supported(f"Dataset.{name}", "Use Dataset.Tabular or Dataset.File.")
        raise AttributeError(f"Dataset has no attribute {name!r}.")


class Dataset(metaclass=_DatasetType):
    """Make datasets with ``Dataset.Tabular`` and ``Dataset.File``; find them by name or id."""

    File = FileDatasetFactory
    Tabular = TabularDatasetFactory

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        not_supported("Dataset(…)", "Use Dataset.Tabular.from_… or Dataset.File.from_files.")

    @staticmethod
    def get_by_name(
        workspace: Workspace, name: str, version: Union[int, str] = "latest", **kwargs: Any
    ) -> Any:
        """The registered dataset of that name, in its latest or the given version."""
        return AbstractDataset.get_by_name(workspace, name, version, **kwargs)

    @staticmethod
    def get_by_id(workspace: Workspace, id: str, **kwargs: Any) -> Any:
        """The dataset of that id, registered or not."""
        return AbstractDataset.get_by_id(workspace, id, **kwargs)

    @staticmethod
    def get_all(workspace: Workspace) -> dict[str, Any]:
        """The latest version of each registered dataset by name."""
        return AbstractDataset.get_all(workspace)

    @staticmethod
    def get(workspace: Workspace, name: Any = None, id: Any = None) -> Any:
        """By name, else by id."""
        if name:
            return AbstractDataset.get_by_name(workspace, str(name))
        return AbstractDataset.get_by_id(workspace, str(id))

    @staticmethod
    def list(workspace: Workspace) -> NoReturn:
        """Replaced by ``get_all``."""
        not_supported("Dataset.list", "Use Dataset.get_all(workspace).")
