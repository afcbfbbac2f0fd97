"""What file and tabular datasets share: identity, registration, being an input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Optional, TypeVar, Union

from azureml._forebay.errors import NotFound
from azureml._forebay.unsupported import without
from azureml.data._web_paths import settle
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = ["AbstractDataset", "DatasetConsumptionConfig", "UserErrorException"]

_Self = TypeVar("_Self", bound="AbstractDataset")
_classes: dict[str, type[AbstractDataset]] = {}


@without("add_tags", "remove_tags", "update", instead="Give tags and description to register().")
@without("unregister_all_versions", instead="Leave it: a name costs nothing.")
@without("get_partition_key_values", instead="Partitions are not there yet.")
@without(properties="data_changed_time", instead="Files on the datastore have times of their own.")
class AbstractDataset:
    """A definition of data on a server. Nothing is read until something asks for it.

    One made by the program has no id until it is needed: by ``id``, ``register`` or a submit.
    """

    _kind: ClassVar[str] = ""

    def __init__(self) -> None:
        self._workspace: Optional[Workspace] = None
        self._definition: dict[str, Any] = {}
        self._facts: dict[str, Any] = {}  # the server's JSON, once it has it
        self._validate = False  # when it is made there

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls._kind:
            _classes.setdefault(cls._kind, cls)

    # -- finding -------------------------------------------------------------------------------

    @staticmethod
    def get_by_name(
        workspace: Workspace, name: str, version: Union[int, str] = "latest", **kwargs: Any
    ) -> Any:
        """The registered dataset of that name, in its latest or the given version."""
        path = workspace._path("datasets/by-name", name)
        try:
            return dataset_from_facts(
                workspace, workspace._transport.get_json(path, {"version": version})
            )
        except NotFound:
            raise UserErrorException(
                f"There is no dataset {name!r}, version {version}, in workspace {workspace.name!r}."
            ) from None

    @staticmethod
    def get_by_id(workspace: Workspace, id: str, **kwargs: Any) -> Any:
        """The dataset of that id, registered or not."""
        try:
            facts = workspace._transport.get_json(workspace._path("datasets", id))
        except NotFound:
            raise UserErrorException(
                f"There is no dataset with the id {id!r} in workspace {workspace.name!r}."
            ) from None
        return dataset_from_facts(workspace, facts)

    @staticmethod
    def get_all(workspace: Workspace) -> dict[str, Any]:
        """The latest version of each registered dataset by name."""
        return {str(dataset.name): dataset for dataset in list_datasets(workspace)}

    # -- facts ---------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id; the server gets to know the dataset if it does not yet."""
        return self._ensure_id()

    @property
    def name(self) -> Optional[str]:
        """The registered name, else None."""
        return self._facts.get("name")

    @property
    def version(self) -> Optional[int]:
        """The registered version, else None."""
        return self._facts.get("version")

    @property
    def description(self) -> Optional[str]:
        """What was said of it when it was registered."""
        return self._facts.get("description")

    @property
    def tags(self) -> dict[str, str]:
        """Tags given when it was registered."""
        return dict(self._facts.get("tags") or {})

    @property
    def partition_keys(self) -> list[str]:
        """Partitions are not there yet: none."""
        return []

    # -- use -----------------------------------------------------------------------------------

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        """This dataset as the input ``name`` of a step."""
        return DatasetConsumptionConfig(name, self)

    def register(
        self: _Self,
        workspace: Workspace,
        name: str,
        description: Optional[str] = None,
        tags: Optional[dict[str, str]] = None,
        create_new_version: bool = False,
    ) -> _Self:
        """Keep it under a name; the registered dataset.

        A name that has another definition needs ``create_new_version=True``. The same definition
        again gives the version there is.
        """
        path = workspace._path("datasets/{}/register", self._ensure_id(workspace))
        body = {
            "name": name,
            "description": description or "",
            "tags": tags or {},
            "create_new_version": create_new_version,
        }
        facts = workspace._transport.post_json(path, body)
        registered = type(self)._make(workspace, facts.get("definition") or self._definition)
        registered._facts = facts
        return registered

    def __repr__(self) -> str:
        named = f"name={self.name!r}, version={self.version}" if self.name else "not registered"
        return f"{type(self).__name__}({named})"

    # -- for the rest of the SDK ---------------------------------------------------------------

    @classmethod
    def _make(
        cls: type[_Self], workspace: Optional[Workspace], definition: dict[str, Any]
    ) -> _Self:
        dataset = cls()
        dataset._workspace = workspace
        dataset._definition = definition
        return dataset

    def _checked(self: _Self, validate: bool) -> _Self:
        """Itself, made on the server at once to be looked into, if its workspace is known."""
        self._validate = validate
        if validate and self._workspace is not None:
            self._ensure_id()
        return self

    def _ensure_id(self, workspace: Optional[Workspace] = None) -> str:
        """The id; makes the dataset on the server if it has none."""
        if not self._facts:
            workspace = self._workspace or workspace
            if workspace is None:
                raise UserErrorException(
                    "This dataset of a web address belongs to no workspace yet: register it, or"
                    " submit a step that reads it."
                )
            self._definition = settle(self._definition, workspace)
            body = {"kind": self._kind, "definition": self._definition, "validate": self._validate}
            path = workspace._path("datasets")
            self._facts = workspace._transport.post_json(path, body, repeatable=True)
            self._workspace = workspace
        return str(self._facts["id"])

    def _place(self, *route: str) -> tuple[Workspace, str]:
        """The workspace and the URL path of something below this dataset."""
        dataset_id = self._ensure_id()
        assert self._workspace is not None
        return self._workspace, self._workspace._path("datasets", dataset_id, *route)

    def _to_wire(self) -> dict[str, str]:
        """As the ``source`` of an input in a graph."""
        return {"dataset": self._ensure_id()}


def dataset_from_facts(workspace: Workspace, facts: dict[str, Any]) -> Any:
    """The dataset that an answer of the server describes."""
    dataset = _classes[str(facts["kind"])]._make(workspace, facts.get("definition") or {})
    dataset._facts = facts
    return dataset


def list_datasets(workspace: Workspace) -> Iterator[Any]:
    """The latest version of each registered dataset."""
    for facts in workspace._transport.list_items(workspace._path("datasets")):
        yield dataset_from_facts(workspace, facts)
