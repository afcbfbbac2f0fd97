"""The hyperparameter step, from the other place where programs import it."""

from __future__ import annotations

from azureml.pipeline.steps import HyperDriveStep, HyperDriveStepRun

__all__ = ["HyperDriveStep", "HyperDriveStepRun"]
