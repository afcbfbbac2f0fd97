"""A path on a datastore as a value, and how a step gets it as another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from azureml.data.data_reference import MODES, DataReference
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.data.azure_storage_datastore import AbstractDatastore

__all__ = ["DataPath", "DataPathComputeBinding", "DataReference", "UserErrorException"]


class DataPath:
    """Which path, on which datastore."""

    def __init__(
        self,
        datastore: Optional[AbstractDatastore] = None,
        path_on_datastore: Optional[str] = None,
        name: Optional[str] = None,
    ) -> None:
        if datastore is None:
            raise UserErrorException("datastore is None. Give the datastore of the path.")
        self._datastore = datastore
        self._path_on_datastore = path_on_datastore or ""
        self._name = name

    @staticmethod
    def create_from_data_reference(data_reference: DataReference) -> DataPath:
        """The path of a reference."""
        return DataPath(data_reference.datastore, data_reference.path_on_datastore)

    @property
    def datastore_name(self) -> str:
        """The name of the datastore."""
        return self._datastore.name

    @property
    def path_on_datastore(self) -> str:
        """The path, from the root of the datastore."""
        return self._path_on_datastore

    def create_data_reference(
        self,
        data_reference_name: Optional[str] = None,
        datapath_compute_binding: Optional[DataPathComputeBinding] = None,
    ) -> DataReference:
        """A reference to this path, bound as given."""
        binding = datapath_compute_binding or DataPathComputeBinding()
        return DataReference(
            self._datastore,
            data_reference_name or self._name,
            self._path_on_datastore,
            binding.mode,
            binding.path_on_compute,
            binding.overwrite,
        )

    def _to_wire(self) -> dict[str, str]:
        """As the ``source`` of an input in a graph."""
        return {"datastore": self.datastore_name, "path": self.path_on_datastore}

    def __repr__(self) -> str:
        return f"DataPath({self.datastore_name}:{self.path_on_datastore or '/'})"


class DataPathComputeBinding:
    """How a step gets a path: mounted or downloaded, where, replacing what is there or not."""

    def __init__(
        self, mode: str = "mount", path_on_compute: Optional[str] = None, overwrite: bool = False
    ) -> None:
        if mode not in MODES:
            raise UserErrorException(f"mode must be one of {', '.join(MODES)}, not {mode!r}.")
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    @staticmethod
    def create_from_data_reference(data_reference: DataReference) -> DataPathComputeBinding:
        """The binding of a reference."""
        return DataPathComputeBinding(
            data_reference.mode, data_reference.path_on_compute, data_reference.overwrite
        )

    def create_data_reference(
        self, data_reference_name: Optional[str] = None, datapath: Optional[DataPath] = None
    ) -> DataReference:
        """A reference to ``datapath``, bound like this."""
        return DataReference.create(data_reference_name, datapath, self)
