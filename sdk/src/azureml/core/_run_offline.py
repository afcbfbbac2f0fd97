"""The run of a script that was started by hand, outside of a step."""

from __future__ import annotations

import uuid
from typing import Any, Dict, Iterator, List, NoReturn

from azureml.core._run_logging import RunLogging
from azureml.exceptions import RunEnvironmentException


class _OfflineRun(RunLogging):
    """Prints what is logged and forgets it; tags and properties live as long as the object."""

    def __init__(self, run_id: str | None = None, parent_run: Any = None) -> None:
        self._run_id = run_id or f"OfflineRun_{uuid.uuid4()}"
        self._parent = parent_run
        self._tags: Dict[str, str] = {}
        self._properties: Dict[str, str] = {}
        self._metrics: Dict[str, List[Any]] = {}
        self.input_datasets: Dict[str, Any] = {}
        self.output_datasets: Dict[str, Any] = {}

    @property
    def id(self) -> str:
        """Starts with `OfflineRun`, which scripts test for."""
        return self._run_id

    @property
    def name(self) -> str:
        return self._run_id

    @property
    def number(self) -> int:
        return 0

    @property
    def status(self) -> str:
        return "Running"

    @property
    def parent(self) -> Any:
        """Another offline run, so that `run.parent.log(…)` works by hand too."""
        if self._parent is None:
            self._parent = _OfflineRun()
        return self._parent

    @property
    def experiment(self) -> NoReturn:
        """There is none; the sentence says how to get a workspace by hand."""
        raise RunEnvironmentException(
            "This script runs outside of a Forebay step, so it has no experiment. "
            "Use Workspace.from_config() to get a workspace here."
        )

    @property
    def tags(self) -> Dict[str, str]:
        return dict(self._tags)

    @property
    def properties(self) -> Dict[str, str]:
        return dict(self._properties)

    def _emit(self, record: Dict[str, Any]) -> None:
        name, value = record["name"], record["value"]
        self._metrics.setdefault(name, []).append(value)
        print(f"{name}: {value}")

    def get_metrics(self, name: str | None = None, recursive: bool = False) -> Dict[str, Any]:
        """What this object has logged."""
        return {
            key: values[0] if len(values) == 1 else list(values)
            for key, values in self._metrics.items()
            if name in {None, key}
        }

    def get_status(self) -> str:
        return self.status

    def get_details(self) -> Dict[str, Any]:
        return {"runId": self.id, "status": self.status, "properties": self.properties}

    def get_tags(self) -> Dict[str, str]:
        return self.tags

    def get_properties(self) -> Dict[str, str]:
        return self.properties

    def tag(self, key: str, value: Any = None) -> None:
        self._tags[key] = "" if value is None else str(value)

    def set_tags(self, tags: Dict[str, Any]) -> None:
        self._tags.update({key: str(value) for key, value in tags.items()})

    def add_properties(self, properties: Dict[str, Any]) -> None:
        self._properties.update({key: str(value) for key, value in properties.items()})

    def child_run(self, *args: Any, **kwargs: Any) -> _OfflineRun:
        """Another offline run whose parent is this one."""
        return _OfflineRun(parent_run=self)

    def get_children(self, *args: Any, **kwargs: Any) -> Iterator[_OfflineRun]:
        yield from ()

    def upload_file(self, name: str, path_or_stream: Any, **kwargs: Any) -> None:
        print(f"Not uploaded, as this is not a step: {name}")

    def upload_folder(self, name: str, path: str, **kwargs: Any) -> None:
        print(f"Not uploaded, as this is not a step: {name}")

    def flush(self, timeout_seconds: float = 300) -> None:
        """Nothing waits to be sent."""

    def complete(self, _set_status: bool = True) -> None:
        """There is nothing to complete by hand."""

    def fail(self, *args: Any, **kwargs: Any) -> None:
        """There is nothing to fail by hand."""

    def cancel(self) -> None:
        """There is nothing to cancel by hand."""

    def wait_for_completion(self, *args: Any, **kwargs: Any) -> Dict[str, Any]:
        return self.get_details()

    def get_portal_url(self) -> str:
        return ""

    def __enter__(self) -> _OfflineRun:
        return self

    def __exit__(self, *exception: Any) -> None:
        return None

    def __repr__(self) -> str:
        return f"Run(Id: {self.id})"
