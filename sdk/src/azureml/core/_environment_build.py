"""A build of an environment on the server: its state, its log, waiting for its end."""

from __future__ import annotations

import codecs
import time
from typing import TYPE_CHECKING, Any, Optional

from azureml._forebay.errors import Invalid
from azureml.core._environment_store import to_definition
from azureml.exceptions import AzureMLException, UserErrorException

if TYPE_CHECKING:
    from azureml.core.environment import Environment
    from azureml.core.workspace import Workspace

# The server's words -> those of v1.
STATUSES = {
    "Pending": "NotStarted",
    "Building": "Running",
    "Ready": "Succeeded",
    "Failed": "Failed",
    "Canceled": "Canceled",
    "Removed": "Canceled",
}
ENDED = ("Succeeded", "Failed", "Canceled")
_EVERY = 0.5  # seconds between two looks


class ImageBuildDetails:
    """What `Environment.build` answers. Equal content is built once, whatever it is called."""

    def __init__(
        self, workspace: Workspace, environment: Environment, facts: dict[str, Any]
    ) -> None:
        self._workspace = workspace
        self._facts = facts
        self.environment_name = environment.name
        self.environment_version = environment.version

    @property
    def build_id(self) -> str:
        """What tells the content apart; also in the address of the build's page."""
        return str(self._facts["key"])

    @property
    def status(self) -> str:
        """NotStarted, Running, Succeeded, Failed or Canceled, asked anew while it may change."""
        if STATUSES[self._facts["status"]] not in ENDED:
            self._facts = self._workspace._transport.get_json(self._path())
        return STATUSES[self._facts["status"]]

    @property
    def log(self) -> str:
        """All that the build has printed so far."""
        return _LogReader(self).read_all()

    def wait_for_completion(
        self, show_output: bool = True, timeout_seconds: Optional[float] = None
    ) -> None:
        """Wait for the end; with `show_output` print the log as it is written.

        AzureMLException with the last lines if the build failed or was canceled.
        """
        began, reader = time.monotonic(), _LogReader(self)
        if show_output:
            print(f"Building environment {self.environment_name or '(unnamed)'} on the server")
        while True:
            status = self.status  # read before the log, so that the log is whole
            if show_output:
                _show(reader.read_all())
            if status in ENDED:
                break
            if timeout_seconds is not None and time.monotonic() - began > timeout_seconds:
                raise AzureMLException(
                    f"The build is {status} after {timeout_seconds:g} s. It goes on."
                )
            time.sleep(_EVERY)
        if show_output:
            _show(reader.read_all())
            print(f"Environment {self.environment_name or '(unnamed)'}: {status}")
        if status != "Succeeded":
            lines = "\n".join(f"  {line}" for line in self._facts.get("error_lines") or [])
            head = f"The build of environment {self.environment_name!r} ended as {status}."
            raise AzureMLException(f"{head}\n{lines}".rstrip())

    def _path(self, *more: str) -> str:
        return self._workspace._path("/".join(["environments/builds/{}", *more]), self.build_id)

    def __repr__(self) -> str:
        return f"ImageBuildDetails({self.environment_name!r}, {STATUSES[self._facts['status']]})"


class _LogReader:
    """The log from the last byte seen; letters that came in part are kept back."""

    def __init__(self, build: ImageBuildDetails) -> None:
        self._build = build
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read_all(self) -> str:
        pieces: list[str] = []
        while True:
            answer = self._build._workspace._transport.get_bytes(
                self._build._path("log"), {"offset": self._offset}
            )
            if not answer.content:
                return "".join(pieces)
            self._offset += len(answer.content)
            pieces.append(self._decoder.decode(answer.content))


def _show(text: str) -> None:
    if text:
        print(text, end="", flush=True)


def request_build(workspace: Workspace, environment: Environment) -> ImageBuildDetails:
    """Ask the server for the environment as it is here, registered or not."""
    body = {"name": environment.name, "definition": to_definition(environment)}
    try:
        facts: dict[str, Any] = workspace._transport.post_json(
            workspace._path("environment-builds"), body, repeatable=True
        )
    except Invalid as error:
        raise UserErrorException(str(error)) from None
    return ImageBuildDetails(workspace, environment, facts)
