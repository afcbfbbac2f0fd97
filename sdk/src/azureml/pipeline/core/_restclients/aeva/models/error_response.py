"""The exception that programs catch when they look for a pipeline endpoint by name."""

from __future__ import annotations

from azureml.exceptions import AzureMLException

__all__ = ["ErrorResponseException"]


class ErrorResponseException(AzureMLException):
    """The server has no such pipeline, endpoint or version."""
