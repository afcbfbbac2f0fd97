"""Older names around compute targets. New programs use :mod:`azureml.core.compute`."""

from __future__ import annotations

from azureml._forebay.unsupported import later
from azureml.exceptions import ComputeTargetException, UserErrorException

__all__ = [
    "AbstractComputeTarget",
    "ComputeTargetException",
    "LocalTarget",
    "UserErrorException",
    "attach_legacy_compute_target",
    "is_compute_target_prepared",
    "prepare_compute_target",
    "remove_legacy_compute_target",
]

_INSTEAD = "Use azureml.core.compute.ComputeTarget."
LocalTarget = later("LocalTarget", _INSTEAD, __name__)
attach_legacy_compute_target = later("attach_legacy_compute_target", _INSTEAD, __name__)
is_compute_target_prepared = later("is_compute_target_prepared", _INSTEAD, __name__)
prepare_compute_target = later("prepare_compute_target", _INSTEAD, __name__)
remove_legacy_compute_target = later("remove_legacy_compute_target", _INSTEAD, __name__)


class AbstractComputeTarget:
    """The root of compute targets in run configurations."""
