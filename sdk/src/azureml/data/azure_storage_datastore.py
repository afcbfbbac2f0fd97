"""Datastores for files: upload, download, and references to paths on them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NoReturn, Optional

from azureml._forebay.errors import Conflict
from azureml._forebay.transport import quote_path
from azureml._forebay.unsupported import not_supported
from azureml.data.data_reference import DataReference
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = [
    "AbstractAzureStorageDatastore",
    "AbstractDatastore",
    "AzureBlobDatastore",
    "AzureFileDatastore",
    "DataReference",
    "UserErrorException",
]


class AbstractDatastore:
    """What all datastores have: a workspace, a name, a kind."""

    def __init__(self, workspace: Workspace, name: str, datastore_type: str) -> None:
        self.workspace = workspace
        self.name = name
        self.datastore_type = datastore_type

    def set_as_default(self) -> None:
        """Make this the default datastore of its workspace."""
        self.workspace.set_default_datastore(self.name)

    def unregister(self) -> NoReturn:
        """Not there yet."""
        not_supported("Datastore.unregister", "An administrator removes datastores.")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AbstractDatastore):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[str, str, str]:
        return (self.workspace._transport.server, self.workspace.name, self.name)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, workspace={self.workspace.name!r})"


class AbstractAzureStorageDatastore(AbstractDatastore):
    """Datastores with files. Paths on them have ``/`` and begin at the datastore's root."""

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        container_name: str,
        account_name: str,
        datastore_type: str,
    ) -> None:
        super().__init__(workspace, name, datastore_type)
        self.container_name = container_name
        self.account_name = account_name
        self.account_key: Optional[str] = None  # the server keeps credentials to itself
        self.sas_token: Optional[str] = None
        self.credential_type: Optional[str] = None
        self.protocol = "https"
        self.endpoint: Optional[str] = None
        self.subscription_id = workspace._subscription_id
        self.resource_group = workspace._resource_group

    @property
    def is_sas(self) -> bool:
        """Whether it is opened with a SAS token."""
        return False

    # -- references ----------------------------------------------------------------------------

    def path(
        self, path: Optional[str] = None, data_reference_name: Optional[str] = None
    ) -> DataReference:
        """A reference to ``path`` on this datastore, to give to a step."""
        return DataReference(self, data_reference_name, path)

    def as_mount(self) -> DataReference:
        """The whole datastore, mounted."""
        return DataReference(self).as_mount()

    def as_download(self, path_on_compute: Optional[str] = None) -> DataReference:
        """The whole datastore, downloaded."""
        return DataReference(self).as_download(path_on_compute)

    def as_upload(self, path_on_compute: Optional[str] = None) -> DataReference:
        """Upload to the root of the datastore."""
        return DataReference(self).as_upload(path_on_compute)

    # -- files ---------------------------------------------------------------------------------

    def upload(
        self,
        src_dir: str,
        target_path: Optional[str] = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> DataReference:
        """Upload all files below ``src_dir`` to ``target_path``. A reference to the latter.

        Without ``overwrite`` files that exist there already are left as they are.
        """
        if not os.path.isdir(src_dir):
            raise UserErrorException(f"src_dir is not a folder: {src_dir}.")
        files = [
            os.path.join(folder, name)
            for folder, _, names in os.walk(src_dir, followlinks=True)
            for name in names
        ]
        return self._upload(sorted(files), str(src_dir), target_path, overwrite, show_progress)

    def upload_files(
        self,
        files: Sequence[str],
        relative_root: Optional[str] = None,
        target_path: Optional[str] = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> DataReference:
        """Upload the named files to ``target_path``. A reference to the latter.

        Each keeps its path relative to ``relative_root``, by default the folder all have in
        common. Without ``overwrite`` files that exist there already are left as they are.
        """
        if isinstance(files, (str, os.PathLike)):
            raise UserErrorException("files must be a list of paths: upload_files([path]).")
        paths = [os.fspath(file) for file in files]
        if not paths:
            raise UserErrorException("files is empty. Name the files to upload.")
        missing = [path for path in paths if not os.path.isfile(path)]
        if missing:
            raise UserErrorException(f"These files do not exist: {', '.join(missing)}.")
        if relative_root is None:
            relative_root = os.path.commonpath(
                [os.path.dirname(os.path.abspath(path)) for path in paths]
            )
        return self._upload(paths, relative_root, target_path, overwrite, show_progress)

    def download(
        self,
        target_path: str,
        prefix: Optional[str] = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> int:
        """Download the file or folder ``prefix`` (all without one) below ``target_path``.

        Files keep their whole path on the datastore. How many were downloaded; those that exist
        are only replaced with ``overwrite``.
        """
        items = self._list_files(prefix)
        for number, item in enumerate(items, start=1):
            path = str(item["path"])
            target = safe_join(target_path, path)
            if os.path.exists(target) and not overwrite:
                if show_progress:
                    print(f"{target} exists, not downloaded (overwrite=False)")
                continue
            self.workspace._transport.download(self._file_path(path), target)
            if show_progress:
                print(f"Downloaded {path} ({number} of {len(items)})")
        return len(items)

    def _upload(
        self,
        files: Sequence[str],
        root: str,
        target_path: Optional[str],
        overwrite: bool,
        show_progress: bool,
    ) -> DataReference:
        prefix = _clean_path(target_path)
        places = [(file, _place(file, root, prefix)) for file in files]
        done = 0
        for number, (file, place) in enumerate(places, start=1):
            if show_progress:
                print(f"Uploading {file} ({number} of {len(places)})")
            try:
                self.workspace._transport.put_file(
                    self._file_path(place), file, {"overwrite": overwrite}
                )
                done += 1
            except Conflict as error:
                if error.code != "exists":
                    raise
                if show_progress:
                    print(f"{place} exists on {self.name}, not uploaded (overwrite=False)")
        if show_progress:
            print(f"Uploaded {done} files")
        return DataReference(self, path_on_datastore=prefix or None)

    def _file_path(self, path: str) -> str:
        return self.workspace._path("datastores/{}/files", self.name) + "/" + quote_path(path)

    def _list_files(self, prefix: Optional[str]) -> list[dict[str, Any]]:
        route = self.workspace._path("datastores/{}/files", self.name)
        query = {"prefix": _clean_path(prefix)}
        return list(self.workspace._transport.list_items(route, query))


class AzureBlobDatastore(AbstractAzureStorageDatastore):
    """A datastore of the kind v1 calls AzureBlob; today a folder of the server's."""

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        container_name: str,
        account_name: str,
        sas_token: Optional[str] = None,
        account_key: Optional[str] = None,
        protocol: Optional[str] = None,
        endpoint: Optional[str] = None,
        request_session: Any = None,
        workspace_msi_has_access: bool = False,
        subscription_id: Optional[str] = None,
        resource_group: Optional[str] = None,
        service_data_access_auth_identity: Any = None,
    ) -> None:
        super().__init__(workspace, name, container_name, account_name, "AzureBlob")
        self.workspace_msi_has_access = workspace_msi_has_access


class AzureFileDatastore(AbstractAzureStorageDatastore):
    """A datastore of the kind v1 calls AzureFile; today a folder of the server's."""

    def __init__(
        self,
        workspace: Workspace,
        name: str,
        container_name: str,
        account_name: str,
        sas_token: Optional[str] = None,
        account_key: Optional[str] = None,
        protocol: Optional[str] = None,
        endpoint: Optional[str] = None,
        request_session: Any = None,
        service_data_access_auth_identity: Any = None,
    ) -> None:
        super().__init__(workspace, name, container_name, account_name, "AzureFile")


def safe_join(folder: str, path: str) -> str:
    """``folder`` and a path from the server below it; an error if it would lead out of it."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or ":" in parts[0]:
        raise UserErrorException(f"The path {path!r} can't be written below {folder}.")
    return os.path.join(folder, *parts)


def _clean_path(path: Optional[str]) -> str:
    """A path on a datastore with ``/``, neither at its beginning nor at its end."""
    text = str(path or "").replace("\\", "/").strip("/")
    text = posixpath.normpath(text) if text else ""
    if text == ".":
        return ""
    if text == ".." or text.startswith("../"):
        raise UserErrorException(f"The path {path!r} leads out of the datastore.")
    return text


def _place(file: str, root: str, prefix: str) -> str:
    relative = os.path.relpath(os.path.abspath(file), os.path.abspath(root))
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        raise UserErrorException(f"{file} is not below relative_root {root}.")
    return posixpath.join(prefix, relative.replace(os.sep, "/"))
