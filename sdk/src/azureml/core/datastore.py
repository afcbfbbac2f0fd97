"""``Datastore(workspace, name)``: named places for files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Optional

from azureml._forebay.errors import NotFound
from azureml._forebay.unsupported import not_supported, without
from azureml.data.azure_storage_datastore import (
    AbstractDatastore,
    AzureBlobDatastore,
    AzureFileDatastore,
)
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = ["Datastore", "UserErrorException", "list_datastores"]


class _DatastoreType(type):
    """``isinstance(store, Datastore)`` is true for every kind of datastore."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, AbstractDatastore)


@without(
    "register_azure_blob_container",
    "register_azure_data_lake",
    "register_azure_data_lake_gen2",
    "register_azure_file_share",
    "register_azure_my_sql",
    "register_azure_postgre_sql",
    "register_azure_sql_database",
    "register_dbfs",
    "register_hdfs",
    instead="Use workspaceblobstore or workspacefilestore, which every workspace has.",
)
class Datastore(metaclass=_DatastoreType):
    """Gives the datastore of a name as the class of its kind; the default one without a name."""

    name: str
    workspace: Workspace

    def __new__(cls, workspace: Workspace, name: Optional[str] = None) -> Any:
        """Look the datastore up; UserErrorException if there is none of that name."""
        return cls.get_default(workspace) if name is None else cls.get(workspace, name)

    def __init__(self, workspace: Workspace, name: Optional[str] = None) -> None:
        """Never runs: ``__new__`` gives an object of another class."""

    @staticmethod
    def get(workspace: Workspace, datastore_name: str) -> AbstractDatastore:
        """The datastore of that name."""
        path = workspace._path("datastores", datastore_name)
        try:
            return _from_facts(workspace, workspace._transport.get_json(path))
        except NotFound:
            names = ", ".join(store.name for store in list_datastores(workspace)) or "none"
            raise UserErrorException(
                f"There is no datastore {datastore_name!r} in workspace {workspace.name!r}."
                f" There are: {names}."
            ) from None

    @staticmethod
    def get_default(workspace: Workspace) -> AbstractDatastore:
        """The default datastore of the workspace."""
        for facts in workspace._transport.list_items(workspace._path("datastores")):
            if facts.get("is_default"):
                return _from_facts(workspace, facts)
        raise UserErrorException(
            f"Workspace {workspace.name!r} has no default datastore."
            " Choose one: workspace.set_default_datastore(name)."
        )

    def set_as_default(self) -> None:
        """Make this the default datastore of its workspace."""
        self.workspace.set_default_datastore(self.name)

    def unregister(self) -> NoReturn:
        """Not there yet."""
        not_supported("Datastore.unregister", "An administrator removes datastores.")


def list_datastores(workspace: Workspace) -> list[AbstractDatastore]:
    """All datastores of the workspace."""
    items = workspace._transport.list_items(workspace._path("datastores"))
    return [_from_facts(workspace, facts) for facts in items]


def _from_facts(workspace: Workspace, facts: dict[str, Any]) -> AbstractDatastore:
    kind = AzureFileDatastore if facts.get("kind") == "AzureFile" else AzureBlobDatastore
    name = str(facts["name"])
    return kind(workspace, name, name, workspace.name)
