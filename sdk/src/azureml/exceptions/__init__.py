"""The exceptions a program may catch.

::

    AzureMLException
    ├── UserErrorException
    │   └── AuthenticationException
    ├── ActivityFailedException          a run ended as Failed
    ├── ComputeTargetException
    ├── ExperimentExecutionException
    ├── ProjectSystemException           no config.json, or an unknown workspace
    ├── RunConfigurationException
    ├── RunEnvironmentException
    ├── ServiceException                 the server could not answer
    ├── SnapshotException
    ├── TrainingException
    ├── WebserviceException
    ├── WorkspaceException
    └── …
"""

from __future__ import annotations

from typing import Any, List, Optional

__all__ = [
    "ActivityFailedException",
    "AuthenticationException",
    "AzureMLAggregatedException",
    "AzureMLException",
    "ComputeTargetException",
    "DatasetTimestampMissingError",
    "DiscoveryUrlNotFoundException",
    "ExperimentExecutionException",
    "ModelNotFoundException",
    "ModelPathNotFoundException",
    "ParallelRunException",
    "ProjectSystemException",
    "RunConfigurationException",
    "RunEnvironmentException",
    "ServiceException",
    "SnapshotException",
    "TrainingException",
    "UserErrorException",
    "WebserviceException",
    "WorkspaceException",
    "WorkspacePrivateEndpointException",
]


class AzureMLException(Exception):
    """The root of everything this package raises on purpose. ``message`` is the sentence."""

    def __init__(
        self,
        exception_message: str = "",
        inner_exception: Optional[BaseException] = None,
        target: Optional[str] = None,
        details: Any = None,
        message_format: Optional[str] = None,
        message_parameters: Optional[Any] = None,
        reference_code: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(exception_message)
        self._exception_message = exception_message
        self._inner_exception = inner_exception
        self._target = target
        self._details = details

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return self._exception_message

    @message.setter
    def message(self, value: str) -> None:
        self._exception_message = value

    @property
    def inner_exception(self) -> Optional[BaseException]:
        """What caused it, if another exception did."""
        return self._inner_exception

    def __str__(self) -> str:
        return self._exception_message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._exception_message!r})"


class AzureMLAggregatedException(AzureMLException):
    """Several exceptions at once."""

    def __init__(self, exceptions_list: List[BaseException], **kwargs: Any) -> None:
        super().__init__("\n".join(str(one) for one in exceptions_list), **kwargs)
        self.exceptions_list = exceptions_list


class UserErrorException(AzureMLException):
    """Something the caller gave is wrong; the message says what and what to do."""


class AuthenticationException(UserErrorException):
    """The server does not accept who is asking."""


class ActivityFailedException(AzureMLException):
    """A run that was waited for did not complete."""

    def __init__(self, error_details: Any = "", **kwargs: Any) -> None:
        super().__init__(str(error_details), **kwargs)
        self.error_details = error_details


class ComputeTargetException(AzureMLException):
    """A compute target does not exist or could not be made ready."""

    def print_stacktrace(self) -> None:
        """Print where it was raised."""
        import traceback  # slow to import, and hardly ever used

        traceback.print_tb(self.__traceback__)


class DatasetTimestampMissingError(AzureMLException):
    """A time filter was asked of a dataset without a timestamp column."""

    def __init__(self, error_details: Any = "", **kwargs: Any) -> None:
        super().__init__(str(error_details), **kwargs)


class DiscoveryUrlNotFoundException(AzureMLException):
    """The address of a service could not be found."""

    def __init__(self, discovery_key: str = "", **kwargs: Any) -> None:
        super().__init__(f"Could not find the discovery URL under {discovery_key}.", **kwargs)


class ExperimentExecutionException(AzureMLException):
    """A submitted run could not be started or ended badly."""


class ModelNotFoundException(AzureMLException):
    """No model of that name or id."""

    def __init__(self, exception_message: str = "", logger: Any = None, **kwargs: Any) -> None:
        super().__init__(exception_message, **kwargs)


class ModelPathNotFoundException(AzureMLException):
    """The file or folder of a model does not exist."""

    def __init__(self, exception_message: str = "", logger: Any = None, **kwargs: Any) -> None:
        super().__init__(exception_message, **kwargs)


class ParallelRunException(AzureMLException):
    """A parallel run step failed as a whole."""

    def __init__(
        self,
        exception_message: str = "",
        code: Optional[str] = None,
        delay_seconds: float = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.code = code
        self.delay_seconds = delay_seconds


class ProjectSystemException(AzureMLException):
    """No workspace found: no ``config.json``, or one that names an unknown workspace."""


class RunConfigurationException(AzureMLException):
    """A run configuration cannot be used."""


class RunEnvironmentException(AzureMLException):
    """Something only possible inside a step was asked outside of one."""

    def __init__(self, exception_message: str = "", **kwargs: Any) -> None:
        text = exception_message or "This is only possible inside a running step."
        super().__init__(text, **kwargs)


class ServiceException(AzureMLException):
    """The server could not answer. ``status_code`` is its HTTP status, or None if unreachable."""

    def __init__(self, error_response_exception: Any = "", **kwargs: Any) -> None:
        status = kwargs.pop("status_code", None)
        super().__init__(str(error_response_exception), **kwargs)
        self.status_code: Optional[int] = status


class SnapshotException(AzureMLException):
    """The source directory could not be taken."""


class TrainingException(AzureMLException):
    """A training run failed."""


class WebserviceException(AzureMLException):
    """A web service could not be made or used."""

    def __init__(
        self,
        exception_message: str = "",
        status_code: Optional[int] = None,
        logger: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.status_code = status_code


class WorkspaceException(AzureMLException):
    """Something about a workspace, its datastores or its members."""

    def __init__(
        self, exception_message: str = "", found_multiple: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.found_multiple = found_multiple


class WorkspacePrivateEndpointException(AzureMLException):
    """Private endpoints; kept so that programs can import the name."""

    def __init__(
        self, exception_message: str = "", found_multiple: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(exception_message, **kwargs)
        self.found_multiple = found_multiple
