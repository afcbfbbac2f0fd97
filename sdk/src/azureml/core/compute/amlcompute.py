"""AmlCompute: a number of steps at a time, on the machine of the server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn, Optional

from azureml._forebay.errors import Forbidden, Invalid
from azureml._forebay.formatting import parse_time
from azureml._forebay.unsupported import not_supported, without
from azureml.core.compute.compute import (
    ComputeTarget,
    ComputeTargetException,
    ComputeTargetProvisioningConfiguration,
)

if TYPE_CHECKING:
    from azureml.core.workspace import Workspace

__all__ = [
    "AmlCompute",
    "AmlComputeNodeStateCounts",
    "AmlComputeProvisioningConfiguration",
    "AmlComputeStatus",
    "ComputeTarget",
    "ComputeTargetException",
    "ComputeTargetProvisioningConfiguration",
    "ScaleSettings",
]

_USUAL = (None, "NotSpecified", True)  # what nobody asked for
_PRIORITIES = ("dedicated", "lowpriority")
_COUNTS = ("idle", "running", "preparing", "unusable", "leaving", "preempted")


class AmlComputeProvisioningConfiguration(ComputeTargetProvisioningConfiguration):
    """How large an AmlCompute is to be. Its nodes are slots: steps that may run at once."""

    def __init__(
        self,
        vm_size: str = "",
        vm_priority: str = "dedicated",
        min_nodes: int = 0,
        max_nodes: Optional[int] = None,
        idle_seconds_before_scaledown: Optional[int] = None,
        tags: Optional[dict[str, str]] = None,
        description: Optional[str] = None,
        location: Optional[str] = None,
        **kept: Any,
    ) -> None:
        self._kind = AmlCompute
        self.vm_size = vm_size
        self.vm_priority = vm_priority
        self.min_nodes = min_nodes
        self.max_nodes = max_nodes
        self.idle_seconds_before_scaledown = idle_seconds_before_scaledown
        self.tags = tags
        self.description = description
        self.location = location
        for name, value in kept.items():  # networks, administrators, identities
            setattr(self, name, value)
            if value not in _USUAL:
                print(f"azureml: {name} of an AmlCompute has no effect here.", file=sys.stderr)
        self.validate_configuration()

    def validate_configuration(self) -> None:
        """Raise ComputeTargetException for sizes that make no sense."""
        low, high = self.min_nodes, self.max_nodes
        if str(self.vm_priority).lower() not in _PRIORITIES:
            raise ComputeTargetException(
                f"vm_priority must be one of {', '.join(_PRIORITIES)}, not {self.vm_priority!r}."
            )
        if not isinstance(low, int) or low < 0:
            raise ComputeTargetException(f"min_nodes must be 0 or more, not {low!r}.")
        if high is not None and (not isinstance(high, int) or high < max(low, 1)):
            raise ComputeTargetException(
                f"max_nodes must be at least 1 and not below min_nodes ({low}), not {high!r}."
            )

    def _to_wire(self, name: str) -> dict[str, Any]:
        idle = self.idle_seconds_before_scaledown
        body = {
            "name": name,
            "kind": AmlCompute._compute_type,
            "vm_size": self.vm_size or None,
            "vm_priority": self.vm_priority,
            "min_nodes": self.min_nodes,
            "max_nodes": self.max_nodes if self.max_nodes is not None else max(self.min_nodes, 4),
            "idle_seconds_before_scaledown": 1800 if idle is None else idle,
            "tags": self.tags or {},
            "description": self.description or "",
        }
        return {key: value for key, value in body.items() if value is not None}


class _Described:
    """Shown as what it serializes to, so that `print(compute.get_status())` tells something."""

    def serialize(self) -> dict[str, Any]:
        """As v1 wrote it."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.serialize()})"


class ScaleSettings(_Described):
    """How many nodes there may be, and how long one may be idle."""

    def __init__(
        self,
        minimum_node_count: int,
        maximum_node_count: int,
        idle_seconds_before_scaledown: float,
    ) -> None:
        self.minimum_node_count = minimum_node_count
        self.maximum_node_count = maximum_node_count
        self.idle_seconds_before_scaledown = idle_seconds_before_scaledown

    def serialize(self) -> dict[str, Any]:
        """As v1 wrote it; the time is an ISO 8601 duration."""
        return {
            "minNodeCount": self.minimum_node_count,
            "maxNodeCount": self.maximum_node_count,
            "nodeIdleTimeBeforeScaleDown": f"PT{int(self.idle_seconds_before_scaledown)}S",
        }


class AmlComputeNodeStateCounts(_Described):
    """How many nodes are in which state."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.idle_node_count = counts.get("idle", 0)
        self.running_node_count = counts.get("running", 0)
        self.preparing_node_count = counts.get("preparing", 0)
        self.unusable_node_count = counts.get("unusable", 0)
        self.leaving_node_count = counts.get("leaving", 0)
        self.preempted_node_count = counts.get("preempted", 0)

    def serialize(self) -> dict[str, int]:
        """As v1 wrote it."""
        return {f"{name}NodeCount": getattr(self, f"{name}_node_count") for name in _COUNTS}


class AmlComputeStatus(_Described):
    """What an AmlCompute does at the moment."""

    def __init__(self, facts: dict[str, Any]) -> None:
        status = facts.get("status") or {}
        self.errors = status.get("errors")
        self.creation_time = parse_time(facts.get("created_at"))
        self.modified_time = parse_time(facts.get("modified_at"))
        self.created_by = facts.get("created_by")
        self.current_node_count = int(status.get("current_node_count") or 0)
        self.target_node_count = int(status.get("target_node_count") or 0)
        self.allocation_state = str(status.get("allocation_state") or "Steady")
        self.allocation_state_transition_time = parse_time(
            status.get("allocation_state_transition_time")
        )
        self.node_state_counts = AmlComputeNodeStateCounts(
            {name: int(status.get(f"{name}_node_count") or 0) for name in _COUNTS}
        )
        self.vm_priority = str(facts.get("vm_priority") or "dedicated")
        self.vm_size = str(facts.get("vm_size") or "")
        self.scale_settings = _scale_settings(facts)
        self.provisioning_state = str(facts.get("state") or "Succeeded")

    def serialize(self) -> dict[str, Any]:
        """As v1 wrote it."""
        return {
            "errors": self.errors,
            "creationTime": _text(self.creation_time),
            "createdBy": self.created_by,
            "modifiedTime": _text(self.modified_time),
            "currentNodeCount": self.current_node_count,
            "targetNodeCount": self.target_node_count,
            "nodeStateCounts": self.node_state_counts.serialize(),
            "allocationState": self.allocation_state,
            "allocationStateTransitionTime": _text(self.allocation_state_transition_time),
            "vmPriority": self.vm_priority,
            "vmSize": self.vm_size,
            "scaleSettings": self.scale_settings.serialize(),
            "provisioningState": self.provisioning_state,
        }


@without("list_quotas", "list_usages", "update_quotas", instead="Sizes are max_nodes here.")
class AmlCompute(ComputeTarget):
    """A compute target whose nodes are slots on the machine of the server."""

    _compute_type = "AmlCompute"

    status: AmlComputeStatus
    scale_settings: ScaleSettings

    @staticmethod
    def provisioning_configuration(
        vm_size: str = "",
        vm_priority: str = "dedicated",
        min_nodes: int = 0,
        max_nodes: Optional[int] = None,
        idle_seconds_before_scaledown: Optional[int] = 1800,
        admin_username: Optional[str] = None,
        admin_user_password: Optional[str] = None,
        admin_user_ssh_key: Optional[str] = None,
        vnet_resourcegroup_name: Optional[str] = None,
        vnet_name: Optional[str] = None,
        subnet_name: Optional[str] = None,
        tags: Optional[dict[str, str]] = None,
        description: Optional[str] = None,
        remote_login_port_public_access: str = "NotSpecified",
        identity_type: Optional[str] = None,
        identity_id: Optional[Any] = None,
        location: Optional[str] = None,
        enable_node_public_ip: bool = True,
    ) -> AmlComputeProvisioningConfiguration:
        """What to make. ``vm_size`` is a name; networks, logins and identities have no effect."""
        return AmlComputeProvisioningConfiguration(
            vm_size,
            vm_priority,
            min_nodes,
            max_nodes,
            idle_seconds_before_scaledown,
            tags,
            description,
            location,
            admin_username=admin_username,
            vnet_resourcegroup_name=vnet_resourcegroup_name,
            vnet_name=vnet_name,
            subnet_name=subnet_name,
            remote_login_port_public_access=remote_login_port_public_access,
            identity_type=identity_type,
            identity_id=identity_id,
            enable_node_public_ip=enable_node_public_ip,
        )

    def get_status(self) -> AmlComputeStatus:
        """Its status now."""
        self.refresh_state()
        return self.status

    def get(self) -> dict[str, Any]:
        """The target as the server describes it."""
        self.refresh_state()
        return dict(self._facts)

    def update(
        self,
        min_nodes: Optional[int] = None,
        max_nodes: Optional[int] = None,
        idle_seconds_before_scaledown: Optional[int] = None,
    ) -> None:
        """Change its sizes; what is not given stays."""
        given = {
            "min_nodes": min_nodes,
            "max_nodes": max_nodes,
            "idle_seconds_before_scaledown": idle_seconds_before_scaledown,
        }
        body = {name: value for name, value in given.items() if value is not None}
        path = self.workspace._path("computes", self.name)
        try:
            facts = self.workspace._transport.patch_json(path, body)
        except (Invalid, Forbidden) as error:
            raise ComputeTargetException(str(error)) from None
        self._initialize(self.workspace, facts)

    def wait_for_completion(  # type: ignore[override] # v1 has more parameters than its base
        self,
        show_output: bool = False,
        min_node_count: Optional[int] = None,
        timeout_in_minutes: float = 25,
        is_delete_operation: bool = False,
    ) -> None:
        """Wait until it is ready, with ``min_node_count`` nodes up if given.

        More nodes than the most it may have are never up, so no more than those are waited for.
        """

        def enough() -> bool:
            if min_node_count is None:
                return True
            wanted = min(min_node_count, self.scale_settings.minimum_node_count)
            return self.status.current_node_count >= wanted

        self._wait(show_output, is_delete_operation, timeout_in_minutes * 60, enough)

    def list_nodes(self) -> list[dict[str, Any]]:
        """Nodes are slots and have no names: none."""
        return []

    def get_active_runs(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not there yet."""
        not_supported("AmlCompute.get_active_runs", "Use Experiment.get_runs.")

    def add_identity(self, identity_type: str, identity_id: Optional[Any] = None) -> NoReturn:
        """There are no identities."""
        not_supported("AmlCompute.add_identity", "Steps use their own run's token.")

    def remove_identity(self, identity_id: Optional[Any] = None) -> NoReturn:
        """There are no identities."""
        not_supported("AmlCompute.remove_identity", "Steps use their own run's token.")

    @staticmethod
    def supported_vmsizes(workspace: Workspace, location: Optional[str] = None) -> NoReturn:
        """Any name is accepted."""
        not_supported("AmlCompute.supported_vmsizes", "Any vm_size is accepted as a name.")

    def serialize(self) -> dict[str, Any]:
        """The target as v1 described it."""
        described = super().serialize()
        described["properties"]["properties"] = {
            "vmSize": self.vm_size,
            "vmPriority": self.vm_priority,
            "scaleSettings": self.scale_settings.serialize(),
            "status": self.status.serialize(),
        }
        return described

    def _initialize(self, workspace: Workspace, facts: dict[str, Any]) -> None:
        super()._initialize(workspace, facts)
        self.vm_size = str(facts.get("vm_size") or "")
        self.vm_priority = str(facts.get("vm_priority") or "dedicated")
        self.scale_settings = _scale_settings(facts)
        self.status = AmlComputeStatus(facts)


def _scale_settings(facts: dict[str, Any]) -> ScaleSettings:
    idle = facts.get("idle_seconds_before_scaledown")
    return ScaleSettings(
        int(facts.get("min_nodes") or 0),
        int(facts.get("max_nodes") or 0),
        1800 if idle is None else float(idle),
    )


def _text(moment: Optional[Any]) -> Optional[str]:
    return moment.isoformat() if moment is not None else None
