"""A workspace on a Forebay server: where everything else is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from azureml._forebay.config_file import find_config, read_config
from azureml._forebay.credentials import find_server, normalize_server, open_transport
from azureml._forebay.errors import NotFound
from azureml._forebay.transport import Transport, quote_name
from azureml._forebay.unsupported import not_supported, without
from azureml.core.authentication import InteractiveLoginAuthentication, token_of
from azureml.core.compute import AmlCompute, ComputeTarget
from azureml.core.dataset import Dataset
from azureml.core.datastore import Datastore, list_datastores
from azureml.data.abstract_dataset import AbstractDataset, list_datasets
from azureml.exceptions import ProjectSystemException, UserErrorException, WorkspaceException

if TYPE_CHECKING:
    from azureml.core.environment import Environment
    from azureml.core.experiment import Experiment
    from azureml.core.run import Run
    from azureml.data.azure_storage_datastore import AbstractDatastore

    WorkspacesByName = dict[str, list["Workspace"]]

__all__ = [
    "AmlCompute",
    "ComputeTarget",
    "Dataset",
    "InteractiveLoginAuthentication",
    "ProjectSystemException",
    "UserErrorException",
    "Workspace",
    "WorkspaceException",
]


@without(
    "add_private_endpoint",
    "delete_connection",
    "delete_private_endpoint_connection",
    "diagnose_workspace",
    "get_connection",
    "list_connections",
    "list_keys",
    "set_connection",
    "sync_keys",
    "update",
    "update_dependencies",
    instead="An administrator manages workspaces in the studio.",
)
@without(
    properties="images linked_services private_endpoints service_context",
    instead="Forebay has nothing of the kind.",
)
class Workspace:
    """One workspace, known by its name on one server.

    ``Workspace.from_config()`` reads ``config.json``; the constructor takes its fields. Both
    look the workspace up at once, so a wrong name, address or token is reported here.
    """

    DEFAULT_CPU_CLUSTER_NAME = "cpu-cluster"
    DEFAULT_GPU_CLUSTER_NAME = "gpu-cluster"

    def __init__(
        self,
        subscription_id: str,
        resource_group: str,
        workspace_name: str,
        auth: Any = None,
        _location: Optional[str] = None,
        _disable_service_check: bool = False,
        _workspace_id: Optional[str] = None,
        sku: str = "basic",
        tags: Optional[dict[str, str]] = None,
        _cloud: str = "AzureCloud",
        *,
        _server: Optional[str] = None,
        _transport: Optional[Transport] = None,
    ) -> None:
        if not workspace_name:
            raise UserErrorException("workspace_name is empty. Give the name of a workspace.")
        self._name = str(workspace_name)
        self._subscription_id = subscription_id
        self._resource_group = resource_group
        self._auth_object = auth
        self._facts: dict[str, Any] = {}
        if _transport is None:
            server = normalize_server(_server or find_server())
            _transport = open_transport(server, token_of(auth, server))
        self._transport = _transport
        if not _disable_service_check:
            self._refresh()

    # -- finding one ---------------------------------------------------------------------------

    @staticmethod
    def from_config(
        path: Optional[Union[str, Path]] = None,
        auth: Any = None,
        _logger: Any = None,
        _file_name: Optional[str] = None,
    ) -> Workspace:
        """The workspace that ``config.json`` names.

        ``path`` is the file, or the folder to begin in (the current one): the file is looked for
        there, in ``.azureml`` below it, and in the folders above.
        """
        file = find_config(Path(path) if path else Path.cwd(), _file_name or "config.json")
        settings = read_config(file)
        try:
            return Workspace(
                settings.get("subscription_id", ""),
                settings.get("resource_group", ""),
                settings["workspace_name"],
                auth=auth,
                _server=settings.get("forebay_server"),
            )
        except ProjectSystemException as error:
            raise ProjectSystemException(f"{error} It is named in {file}.") from None

    @staticmethod
    def get(
        name: str,
        auth: Any = None,
        subscription_id: Optional[str] = None,
        resource_group: Optional[str] = None,
        location: Optional[str] = None,
        cloud: str = "AzureCloud",
        id: Optional[str] = None,
    ) -> Workspace:
        """The workspace of that name on the server of this machine or step, see FOREBAY_SERVER."""
        return Workspace(subscription_id or "", resource_group or "", name, auth=auth)

    @staticmethod
    def list(
        subscription_id: str = "", auth: Any = None, resource_group: Optional[str] = None
    ) -> WorkspacesByName:
        """The workspaces you may open: a list by name, as names were not unique in Azure."""
        server = find_server()
        transport = open_transport(server, token_of(auth, server))
        found: dict[str, list[Workspace]] = {}
        for facts in transport.list_items("/api/v1/workspaces"):
            workspace = Workspace(
                str(facts.get("subscription_id") or ""),
                str(facts.get("resource_group") or ""),
                str(facts["name"]),
                _disable_service_check=True,
                _transport=transport,
            )
            workspace._facts = facts
            found.setdefault(workspace.name, []).append(workspace)
        return found

    @staticmethod
    def create(name: str, *args: Any, exist_ok: bool = False, **kwargs: Any) -> Workspace:
        """Give the workspace if it exists and ``exist_ok``; only administrators make new ones."""
        if not exist_ok:
            not_supported(
                "Workspace.create",
                "An administrator adds workspaces in the studio; open yours with Workspace.get.",
            )
        return Workspace.get(name, auth=kwargs.get("auth"))

    @staticmethod
    def setup() -> None:
        """Older programs call it; there is nothing to set up."""

    # -- what it is ----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name, unique on its server."""
        return self._name

    @property
    def subscription_id(self) -> str:
        """The subscription id kept for v1 programs and URLs."""
        return str(self._fact("subscription_id") or self._subscription_id or "")

    @property
    def resource_group(self) -> str:
        """The resource group kept for v1 programs and URLs."""
        return str(self._fact("resource_group") or self._resource_group or "")

    @property
    def location(self) -> str:
        """Where the server is, as its administrator named it."""
        return str(self._fact("location") or "local")

    @property
    def sku(self) -> str:
        """There is one edition."""
        return "basic"

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the workspace."""
        return dict(self._fact("tags") or {})

    @property
    def _workspace_id(self) -> str:
        return str(self._fact("id") or "")

    @property
    def _auth(self) -> Any:
        if self._auth_object is None:
            self._auth_object = InteractiveLoginAuthentication()
            self._auth_object._server = self._transport.server
        return self._auth_object

    def get_details(self) -> dict[str, Any]:
        """The facts of the workspace in the shape v1 gave them."""
        facts = self._refresh()
        return {
            "id": self._arm_scope(),
            "name": self.name,
            "location": self.location,
            "type": "Microsoft.MachineLearningServices/workspaces",
            "tags": self.tags,
            "sku": self.sku,
            "workspaceid": facts.get("id"),
            "friendlyName": facts.get("friendly_name") or self.name,
            "description": facts.get("description") or "",
            "creationTime": facts.get("created_at"),
            "discoveryUrl": self.discovery_url,
            "studioEndpoint": self.get_portal_url(),
        }

    @property
    def discovery_url(self) -> str:
        """The address of the workspace's REST API."""
        return self._transport.server + self._path("")

    def get_portal_url(self) -> str:
        """The workspace's page in the studio."""
        url = self._fact("url")
        return str(url or f"{self._transport.server}/w/{quote_name(self.name)}/")

    def write_config(
        self, path: Optional[Union[str, Path]] = None, file_name: Optional[str] = None
    ) -> None:
        """Write ``.azureml/config.json`` below ``path`` (the current folder); no token goes in."""
        folder = Path(path) if path else Path.cwd()
        if folder.is_file():
            raise UserErrorException(f"path must be a folder, and {folder} is a file.")
        if folder.name != ".azureml":
            folder = folder / ".azureml"
        folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "subscription_id": self.subscription_id,
            "resource_group": self.resource_group,
            "workspace_name": self.name,
            "forebay_server": self._transport.server,
        }
        text = json.dumps(settings, indent=4) + "\n"
        (folder / (file_name or "config.json")).write_text(text, encoding="utf-8")

    def __repr__(self) -> str:
        return (
            f"Workspace(name={self.name!r}, server={self._transport.server!r},"
            f" subscription_id={self._subscription_id!r},"
            f" resource_group={self._resource_group!r})"
        )

    # -- what is in it -------------------------------------------------------------------------

    @property
    def compute_targets(self) -> dict[str, ComputeTarget]:
        """The compute targets by name."""
        return {target.name: target for target in ComputeTarget.list(self)}

    @property
    def datastores(self) -> dict[str, AbstractDatastore]:
        """The datastores by name."""
        return {store.name: store for store in list_datastores(self)}

    @property
    def datasets(self) -> dict[str, AbstractDataset]:
        """The latest version of each registered dataset by name."""
        return {str(dataset.name): dataset for dataset in list_datasets(self)}

    @property
    def experiments(self) -> dict[str, Experiment]:
        """The experiments by name."""
        from azureml.core.experiment import Experiment

        return {one.name: one for one in Experiment.list(self)}

    @property
    def environments(self) -> dict[str, Environment]:
        """The newest version of each registered environment, and curated ones, by name."""
        from azureml.core.environment import Environment

        return Environment.list(self)

    @property
    def models(self) -> NoReturn:
        """The model registry is not there yet."""
        not_supported("Workspace.models", "Keep the model among the outputs of a step.")

    @property
    def webservices(self) -> NoReturn:
        """Forebay runs pipelines; it deploys nothing."""
        not_supported("Workspace.webservices", "Serve models with a tool made for that.")

    def get_default_datastore(self) -> AbstractDatastore:
        """The datastore for outputs that name none."""
        return Datastore.get_default(self)

    def set_default_datastore(self, name: str) -> None:
        """Make the datastore of that name the default."""
        try:
            self._transport.post_json(self._path("datastores/{}/default", name), repeatable=True)
        except NotFound as error:
            raise UserErrorException(str(error)) from None

    def get_run(self, run_id: str) -> Run:
        """The run or step run of that id."""
        from azureml.core.run import get_run

        run: Run = get_run(self, run_id)
        return run

    def get_default_compute_target(self, type: str) -> Optional[ComputeTarget]:
        """The target named ``cpu-cluster`` or ``gpu-cluster`` if it exists, else None."""
        names = {"CPU": self.DEFAULT_CPU_CLUSTER_NAME, "GPU": self.DEFAULT_GPU_CLUSTER_NAME}
        if type.upper() not in names:
            raise UserErrorException(f"type must be CPU or GPU, and {type!r} is neither.")
        return self.compute_targets.get(names[type.upper()])

    def get_default_keyvault(self) -> NoReturn:
        """Secrets are not kept for programs."""
        not_supported("Workspace.get_default_keyvault", "Give secrets to the program yourself.")

    def get_mlflow_tracking_uri(self, _with_auth: bool = False) -> NoReturn:
        """MLflow clients can't log here yet."""
        not_supported("Workspace.get_mlflow_tracking_uri", "Log with Run.get_context().log.")

    def delete(self, delete_dependent_resources: bool = False, no_wait: bool = False) -> NoReturn:
        """Only an administrator deletes a workspace."""
        not_supported("Workspace.delete", "An administrator deletes workspaces in the studio.")

    # -- for the rest of the SDK ---------------------------------------------------------------

    def _path(self, route: str, *names: str) -> str:
        """The URL path of a route; each ``{}`` becomes a name, further names are appended.

        ``_path("runs")``, ``_path("computes", name)``, ``_path("runs/{}/steps", run_id)``.
        """
        places = route.count("{}")
        quoted = [quote_name(name) for name in names]
        tail = [route.format(*quoted[:places]) if places else route] if route else []
        return "/".join([f"/api/v1/workspaces/{quote_name(self.name)}", *tail, *quoted[places:]])

    def _arm_scope(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )

    def _fact(self, key: str) -> Any:
        if not self._facts:
            self._refresh()
        return self._facts.get(key)

    def _refresh(self) -> dict[str, Any]:
        try:
            self._facts = self._transport.get_json(self._path(""))
        except NotFound:
            raise ProjectSystemException(self._not_found()) from None
        return self._facts

    def _not_found(self) -> str:
        names = [str(facts["name"]) for facts in self._transport.list_items("/api/v1/workspaces")]
        known = ", ".join(sorted(names)) or "none"
        return (
            f"There is no workspace {self.name!r} for you at {self._transport.server}."
            f" Those you may open: {known}."
        )
