"""A dataset as the input of a step: under which name, and as files or as itself."""

from __future__ import annotations

import re
from typing import Any, Optional

from azureml.exceptions import UserErrorException

__all__ = ["DatasetConsumptionConfig", "UserErrorException"]

MODES = ("direct", "mount", "download", "hdfs")
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


class DatasetConsumptionConfig:
    """A value: name, dataset (or a pipeline parameter with one), mode, path on the compute.

    ``direct`` gives the script the dataset itself in ``Run.get_context().input_datasets``,
    ``mount`` and ``download`` a path.
    """

    def __init__(
        self,
        name: str,
        dataset: Any,
        mode: str = "direct",
        path_on_compute: Optional[str] = None,
    ) -> None:
        if mode not in MODES:
            raise UserErrorException(f"mode must be one of {', '.join(MODES)}, not {mode!r}.")
        self.name = name
        self.dataset = dataset
        self.mode = mode
        self.path_on_compute = path_on_compute

    @property
    def name(self) -> str:
        """The name of the input: letters, digits and underscores."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        if not isinstance(value, str) or not _NAME.match(value):
            raise UserErrorException(
                f"The input name {value!r} may only have letters, digits and underscores,"
                " and may not begin with a digit."
            )
        self._name = value

    @property
    def arg_val(self) -> str:
        """What stands for the input in a list of arguments."""
        return f"DatasetConsumptionConfig:{self.name}"

    def as_mount(self, path_on_compute: Optional[str] = None) -> DatasetConsumptionConfig:
        """The same, as a folder of files that are there when they are read."""
        return self._in_mode("mount", path_on_compute)

    def as_download(self, path_on_compute: Optional[str] = None) -> DatasetConsumptionConfig:
        """The same, as a folder of files copied before the script starts."""
        return self._in_mode("download", path_on_compute)

    def as_direct(self) -> DatasetConsumptionConfig:
        """The same, as the dataset itself."""
        return self._in_mode("direct", None)

    def as_hdfs(self) -> DatasetConsumptionConfig:
        """The same, for Spark steps."""
        return self._in_mode("hdfs", None)

    def _in_mode(self, mode: str, path_on_compute: Optional[str]) -> DatasetConsumptionConfig:
        is_table = getattr(self.dataset, "_kind", None) == "tabular"
        if is_table and mode != "direct":
            raise UserErrorException(
                f"Input {self.name!r} is a TabularDataset, which can't be a folder of files."
                " Use Dataset.File.from_files for it, or leave out as_mount/as_download."
            )
        return DatasetConsumptionConfig(self.name, self.dataset, mode, path_on_compute)

    def __str__(self) -> str:
        return self.arg_val

    def __repr__(self) -> str:
        return f"DatasetConsumptionConfig({self.name!r}, {self.dataset!r}, mode={self.mode!r})"
