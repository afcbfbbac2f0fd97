"""Datasets of files: download them, or give them to a step as a folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Optional

from azureml._forebay.transport import quote_path
from azureml._forebay.unsupported import not_supported, without
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.azure_storage_datastore import safe_join
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["AbstractDataset", "FileDataset", "MountContext", "UserErrorException"]


@without("as_cache", "file_metadata", "hydrate", instead="Data on this server is local already.")
class FileDataset(AbstractDataset):
    """Files on datastores; which ones is asked when they are needed."""

    _kind: ClassVar[str] = "file"

    def as_mount(self, path_on_compute: Optional[str] = None) -> DatasetConsumptionConfig:
        """An unnamed input of a step, as a folder of files there when they are read."""
        return DatasetConsumptionConfig(self._input_name(), self, "mount", path_on_compute)

    def as_download(self, path_on_compute: Optional[str] = None) -> DatasetConsumptionConfig:
        """An unnamed input of a step, as a folder of files copied before the script starts."""
        return DatasetConsumptionConfig(self._input_name(), self, "download", path_on_compute)

    def as_hdfs(self) -> DatasetConsumptionConfig:
        """An unnamed input of a Spark step."""
        return DatasetConsumptionConfig(self._input_name(), self, "hdfs")

    def to_path(self) -> list[str]:
        """The paths of the files within the dataset, each beginning with ``/``."""
        return ["/" + str(item["relative_path"]).lstrip("/") for item in self._files()]

    def download(
        self,
        target_path: Optional[str] = None,
        overwrite: bool = False,
        ignore_not_found: bool = False,
    ) -> list[str]:
        """Download the files below ``target_path`` (a new temporary folder). Their local paths.

        A file that exists is an error without ``overwrite``.
        """
        folder = os.path.abspath(target_path or tempfile.mkdtemp(prefix="forebay-"))
        items = self._files()
        targets = [safe_join(folder, str(item["relative_path"])) for item in items]
        taken = [target for target in targets if os.path.exists(target)]
        if taken and not overwrite:
            raise UserErrorException(
                f"{taken[0]} exists already. Give overwrite=True or another target_path."
            )
        os.makedirs(folder, exist_ok=True)
        workspace, _ = self._place()
        for item, target in zip(items, targets):
            route = workspace._path("datastores/{}/files", str(item["datastore"]))
            workspace._transport.download(f"{route}/{quote_path(str(item['path']))}", target)
        return targets

    def mount(self, mount_point: Optional[str] = None, **kwargs: Any) -> MountContext:
        """A context in which the files are in a folder: ``with dataset.mount() as context``."""
        return MountContext(self, mount_point)

    def take(self, count: int) -> NoReturn:
        """Not there yet."""
        not_supported("FileDataset.take", "Name fewer paths in Dataset.File.from_files.")

    def skip(self, count: int) -> NoReturn:
        """Not there yet."""
        not_supported("FileDataset.skip", "Name fewer paths in Dataset.File.from_files.")

    def take_sample(self, probability: float, seed: Optional[int] = None) -> NoReturn:
        """Not there yet."""
        not_supported("FileDataset.take_sample", "Choose among to_path() in the step.")

    def random_split(self, percentage: float, seed: Optional[int] = None) -> NoReturn:
        """Not there yet."""
        not_supported("FileDataset.random_split", "Split to_path() in the step.")

    def filter(self, expression: Any) -> NoReturn:
        """Not there yet."""
        not_supported("FileDataset.filter", "Use globs in Dataset.File.from_files.")

    def _files(self) -> list[dict[str, Any]]:
        workspace, path = self._place("files")
        return list(workspace._transport.list_items(path))

    def _input_name(self) -> str:
        if self._workspace is None:  # of a web address: the definition stands for the id
            words = json.dumps(self._definition, sort_keys=True).encode()
            return "input_" + hashlib.sha256(words).hexdigest()[:8]
        return "input_" + self._ensure_id().replace("-", "")[:8]


class MountContext:
    """A folder with the files of a dataset. They are copied into it, not mounted."""

    def __init__(self, dataset: FileDataset, mount_point: Optional[str]) -> None:
        self._dataset = dataset
        self._own_folder = mount_point is None
        self.mount_point = os.path.abspath(
            mount_point
            or os.path.join(tempfile.gettempdir(), f"forebay-mount-{os.urandom(6).hex()}")
        )

    def start(self) -> None:
        """Put the files in place."""
        self._dataset.download(self.mount_point, overwrite=True)

    def stop(self) -> None:
        """Remove the folder, unless it was the caller's."""
        if self._own_folder:
            shutil.rmtree(self.mount_point, ignore_errors=True)

    def __enter__(self) -> MountContext:
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()
