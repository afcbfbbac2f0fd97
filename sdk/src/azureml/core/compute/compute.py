"""Compute targets: where steps run."""

from __future__ import annotations

import time
from abc import ABC
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from azureml._forebay.errors import Conflict, Forbidden, Invalid, NotFound
from azureml._forebay.formatting import parse_time
from azureml._forebay.unsupported import not_supported
from azureml.exceptions import ComputeTargetException, UserErrorException

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = [
    "ComputeTarget",
    "ComputeTargetAttachConfiguration",
    "ComputeTargetException",
    "ComputeTargetProvisioningConfiguration",
    "UserErrorException",
]

_SIZES = ("min_nodes", "max_nodes", "idle_seconds_before_scaledown")
_kinds: dict[str, type[ComputeTarget]] = {}


class ComputeTargetProvisioningConfiguration(ABC):
    """What a compute target is to be, before it is made."""

    _kind: type[ComputeTarget]
    vm_size: str = ""
    location: Optional[str] = None

    def validate_configuration(self) -> None:  # noqa: B027 - nothing to check by default
        """Raise ComputeTargetException if it can't be made like this."""

    def _to_wire(self, name: str) -> dict[str, Any]:
        raise NotImplementedError


class ComputeTargetAttachConfiguration(ABC):  # noqa: B024 - abstract in v1 too
    """What is to be attached; there is nothing to attach yet."""


class ComputeTarget(ABC):
    """A compute target of a workspace. ``ComputeTarget(ws, name)`` gives it as its own class.

    Raises ComputeTargetException if there is none of that name.
    """

    _compute_type: str = ""

    name: str
    workspace: Workspace
    type: str

    def __new__(cls, workspace: Workspace, name: str) -> Any:
        """Look it up; an object of the class of its kind."""
        facts = _get_facts(workspace, name)
        kind = _kinds.get(str(facts.get("kind")))
        if kind is None:
            raise ComputeTargetException(
                f"Compute target {name!r} is a {facts.get('kind')}, which this SDK does not know."
            )
        if not issubclass(kind, cls):
            raise ComputeTargetException(
                f"Compute target {name!r} is a {kind.__name__}, not a {cls.__name__}."
            )
        target = object.__new__(kind)
        target._initialize(workspace, facts)
        return target

    def __init__(self, workspace: Workspace, name: str) -> None:  # noqa: B027
        """Nothing left to do after ``__new__``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls._compute_type:
            _kinds.setdefault(cls._compute_type, cls)

    # -- finding and making --------------------------------------------------------------------

    @staticmethod
    def list(workspace: Workspace) -> list[ComputeTarget]:
        """All compute targets of the workspace."""
        found = []
        for facts in workspace._transport.list_items(workspace._path("computes")):
            kind = _kinds.get(str(facts.get("kind")))
            if kind is not None:
                target = object.__new__(kind)
                target._initialize(workspace, facts)
                found.append(target)
        return found

    @staticmethod
    def create(
        workspace: Workspace,
        name: str,
        provisioning_configuration: ComputeTargetProvisioningConfiguration,
    ) -> Any:
        """Make a compute target; one that exists gets the given sizes.

        It can be used at once; ``wait_for_completion`` is there as in v1.
        """
        if not isinstance(provisioning_configuration, ComputeTargetProvisioningConfiguration):
            raise ComputeTargetException(
                "provisioning_configuration must come from AmlCompute.provisioning_configuration()."
            )
        provisioning_configuration.validate_configuration()
        body = provisioning_configuration._to_wire(name)
        try:
            facts = workspace._transport.post_json(workspace._path("computes"), body)
        except Conflict:
            sizes = {key: body[key] for key in _SIZES}
            facts = workspace._transport.patch_json(workspace._path("computes", name), sizes)
        except (Invalid, Forbidden) as error:
            raise ComputeTargetException(str(error)) from None
        target = object.__new__(provisioning_configuration._kind)
        target._initialize(workspace, facts)
        return target

    @staticmethod
    def attach(workspace: Workspace, name: str, attach_configuration: Any) -> NoReturn:
        """Not there yet."""
        not_supported("ComputeTarget.attach", "Use AmlCompute, which runs steps on the server.")

    @staticmethod
    def deserialize(workspace: Workspace, object_dict: dict[str, Any]) -> Any:
        """The compute target that ``serialize`` described."""
        return ComputeTarget(workspace, str(object_dict["name"]))

    # -- this one ------------------------------------------------------------------------------

    def get_status(self) -> Any:
        """Its status now."""
        self.refresh_state()
        return self.provisioning_state

    def refresh_state(self) -> None:
        """Ask the server again."""
        self._initialize(self.workspace, _get_facts(self.workspace, self.name))

    def delete(self) -> None:
        """Delete it; ComputeTargetException while steps run or wait on it."""
        try:
            self.workspace._transport.delete(self.workspace._path("computes", self.name))
        except (NotFound, Conflict, Forbidden) as error:
            raise ComputeTargetException(str(error)) from None
        self.provisioning_state = "Deleting"

    def detach(self) -> NoReturn:
        """Only for attached targets, which are not there yet."""
        not_supported(f"{type(self).__name__}.detach", "Use delete().")

    def serialize(self) -> dict[str, Any]:
        """The target as v1 described it."""
        return {
            "id": self.cluster_resource_id,
            "name": self.name,
            "location": self.location,
            "tags": self.tags,
            "properties": {
                "description": self.description,
                "computeType": self.type,
                "computeLocation": self.cluster_location,
                "provisioningState": self.provisioning_state,
                "provisioningErrors": self.provisioning_errors,
                "createdOn": self._facts.get("created_at"),
                "modifiedOn": self._facts.get("modified_at"),
                "isAttachedCompute": self.is_attached,
            },
        }

    def wait_for_completion(
        self, show_output: bool = False, is_delete_operation: bool = False
    ) -> None:
        """Wait until it is made (or deleted)."""
        self._wait(show_output, is_delete_operation, 25 * 60, lambda: True)

    def _wait(self, show_output: bool, deleting: bool, seconds: float, enough: Any) -> None:
        deadline = time.monotonic() + seconds
        shown = ""
        pause = 0.1
        while True:
            try:
                self.refresh_state()
            except ComputeTargetException:
                if not deleting:
                    raise
                if show_output:
                    print("Deleted")
                return
            if show_output and self.provisioning_state != shown:
                shown = self.provisioning_state
                print(shown)
            if self.provisioning_state == "Failed":
                raise ComputeTargetException(
                    f"Compute target {self.name!r} failed: {self.provisioning_errors}."
                )
            if not deleting and self.provisioning_state == "Succeeded" and enough():
                break
            if time.monotonic() + pause > deadline:
                if show_output:
                    print(f"{self.name} is not ready yet; the time given is over.")
                return
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
        if show_output:
            print(f"{type(self).__name__} {self.name} is ready")

    def _initialize(self, workspace: Workspace, facts: dict[str, Any]) -> None:
        self.workspace = workspace
        self._facts = facts
        self.name = str(facts["name"])
        self.id = str(facts.get("id") or "")
        self.type = str(facts.get("kind") or self._compute_type)
        self.location = workspace.location
        self.cluster_location = self.location
        self.cluster_resource_id = f"{workspace._arm_scope()}/computes/{self.name}"
        self.provisioning_state = str(facts.get("state") or "Succeeded")
        self.provisioning_errors: Optional[Union[str, Any]] = facts.get("errors")
        self.description = str(facts.get("description") or "")
        self.tags = dict(facts.get("tags") or {})
        self.created_on = parse_time(facts.get("created_at"))
        self.modified_on = parse_time(facts.get("modified_at"))
        self.is_attached = False

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(workspace={self.workspace.name!r}, name={self.name!r},"
            f" provisioning_state={self.provisioning_state!r}, location={self.location!r})"
        )


def _get_facts(workspace: Workspace, name: str) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = workspace._transport.get_json(workspace._path("computes", name))
    except NotFound:
        raise ComputeTargetException(
            f"There is no compute target {name!r} in workspace {workspace.name!r}."
            " Make one with ComputeTarget.create, or look at workspace.compute_targets."
        ) from None
    return facts
