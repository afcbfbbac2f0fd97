"""A path on a datastore, and how a step gets it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Optional

from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.data.azure_storage_datastore import AbstractDatastore
    from azureml.data.datapath import DataPath, DataPathComputeBinding

__all__ = ["DataReference", "UserErrorException"]

MODES = ("mount", "download", "upload")
_NAME = re.compile(r"^[A-Za-z0-9_]+$")


class DataReference:
    """A value: datastore, path, mode. Steps take it as an input or within their arguments.

    The name is what a script finds in ``AZUREML_DATAREFERENCE_<name>``: letters, digits and
    underscores; made from the datastore's name if none is given.
    """

    def __init__(
        self,
        datastore: AbstractDatastore,
        data_reference_name: Optional[str] = None,
        path_on_datastore: Optional[str] = None,
        mode: str = "mount",
        path_on_compute: Optional[str] = None,
        overwrite: bool = False,
    ) -> None:
        if datastore is None:
            raise UserErrorException("datastore is None. Give the datastore of the path.")
        if mode not in MODES:
            raise UserErrorException(f"mode must be one of {', '.join(MODES)}, not {mode!r}.")
        name = data_reference_name or re.sub(r"\W", "_", datastore.name)
        if not _NAME.match(name):
            raise UserErrorException(
                f"data_reference_name {name!r} may only have letters, digits and underscores."
            )
        self.datastore = datastore
        self.data_reference_name = name
        self.path_on_datastore = path_on_datastore
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    @staticmethod
    def create(
        data_reference_name: Optional[str] = None,
        datapath: Optional[DataPath] = None,
        datapath_compute_binding: Optional[DataPathComputeBinding] = None,
    ) -> DataReference:
        """A reference made of a path and of how a step gets it."""
        if datapath is None:
            raise UserErrorException("datapath is None. Give a DataPath.")
        return datapath.create_data_reference(data_reference_name, datapath_compute_binding)

    def path(
        self, path: Optional[str] = None, data_reference_name: Optional[str] = None
    ) -> DataReference:
        """A reference to ``path`` below this one."""
        parts = [part.strip("/") for part in (self.path_on_datastore, path) if part]
        return DataReference(
            self.datastore,
            data_reference_name or self.data_reference_name,
            "/".join(parts) or None,
            self.mode,
            self.path_on_compute,
            self.overwrite,
        )

    def as_mount(self) -> DataReference:
        """The same, mounted."""
        return self._in_mode("mount", self.path_on_compute, self.overwrite)

    def as_download(
        self, path_on_compute: Optional[str] = None, overwrite: bool = False
    ) -> DataReference:
        """The same, downloaded before the script starts."""
        return self._in_mode("download", path_on_compute, overwrite)

    def as_upload(
        self, path_on_compute: Optional[str] = None, overwrite: bool = False
    ) -> DataReference:
        """The same, uploaded after the script has ended."""
        return self._in_mode("upload", path_on_compute, overwrite)

    def to_config(self) -> Any:
        """As the value for ``RunConfiguration.data_references``."""
        from azureml.core.runconfig import DataReferenceConfiguration

        return DataReferenceConfiguration(
            datastore_name=self.datastore.name,
            mode=self.mode,
            path_on_datastore=self.path_on_datastore,
            path_on_compute=self.path_on_compute,
            overwrite=self.overwrite,
        )

    def _in_mode(self, mode: str, path_on_compute: Optional[str], overwrite: bool) -> DataReference:
        return DataReference(
            self.datastore,
            self.data_reference_name,
            self.path_on_datastore,
            mode,
            path_on_compute,
            overwrite,
        )

    def _to_wire(self) -> dict[str, str]:
        """As the ``source`` of an input in a graph."""
        return {"datastore": self.datastore.name, "path": self.path_on_datastore or ""}

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.data_reference_name}"

    def __repr__(self) -> str:
        return (
            f"DataReference({self.data_reference_name!r}, {self.datastore.name}:"
            f"{self.path_on_datastore or '/'}, mode={self.mode!r})"
        )
