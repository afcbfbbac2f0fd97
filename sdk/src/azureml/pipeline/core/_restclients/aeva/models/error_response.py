"""The exception that programs catch when they look for a pipeline endpoint by name."""

from __future__ import annotations

from azureml.exceptions import UserErrorException

__all__ = ["ErrorResponseException"]


class ErrorResponseException(UserErrorException):
    """The server has no such published pipeline, endpoint, version or schedule."""
