"""Rows of the compute floor: where steps run, and what they run in."""

from compute.models.environments import (
    EnvironmentBuild,
    EnvironmentRequest,
    EnvironmentRule,
    EnvironmentVersion,
)
from compute.models.targets import ComputeTarget

__all__ = [
    "ComputeTarget",
    "EnvironmentBuild",
    "EnvironmentRequest",
    "EnvironmentRule",
    "EnvironmentVersion",
]
