"""The older place of :mod:`azureml.widgets`."""

from __future__ import annotations

from azureml.widgets import RunDetails

__all__ = ["RunDetails"]
