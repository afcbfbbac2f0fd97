"""What a running step knows of itself: the environment variables and files the runner gives.

Reading it costs no request: `Run.get_context()` stays instant and works while the server is away.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping

from azureml.core._run_logging import warn
from azureml.core._run_spool import Spool

_OUTPUT_VARIABLE = "AZUREML_DATAREFERENCE_"


@dataclass
class StepContext:
    """The step this process belongs to. One per process: `current_step()`."""

    run_id: str
    root_run_id: str
    server: str
    workspace_name: str
    subscription_id: str
    resource_group: str
    experiment_name: str
    experiment_id: str
    spool: Spool | None = None
    inputs: Dict[str, Dict[str, Any]] = field(default_factory=dict)

    @property
    def configuration(self) -> Dict[str, str]:
        """The workspace in the form of a config.json."""
        return {
            "subscription_id": self.subscription_id,
            "resource_group": self.resource_group,
            "workspace_name": self.workspace_name,
            "forebay_server": self.server,
        }

    def emit(self, target: str, record: Dict[str, Any]) -> None:
        """Append a record for this step ("self") or its run ("parent"); never raises."""
        if self.spool is None:
            warn(f"{record['kind']} '{record['name']}' was not kept: FOREBAY_SPOOL is not set")
            return
        try:
            self.spool.append({"target": target, **record})
        except (OSError, ValueError) as error:
            warn(f"{record['kind']} '{record['name']}' was not kept: {error}")


_lock = threading.Lock()
_current: Dict[int, StepContext | None] = {}


def current_step(environ: Mapping[str, str] | None = None) -> StepContext | None:
    """The step around this process; None for a script that was started by hand.

    Read once per process, so that all runs of a script share one spool.
    """
    if environ is not None:
        return read_step(environ)
    with _lock:
        if os.getpid() not in _current:
            _current.clear()
            _current[os.getpid()] = read_step(os.environ)
        return _current[os.getpid()]


def forget_step() -> None:
    """Read the environment again at the next question."""
    with _lock:
        _current.clear()


def read_step(environ: Mapping[str, str]) -> StepContext | None:
    """The step that `environ` describes, if it describes one."""
    run_id, server = environ.get("AZUREML_RUN_ID"), environ.get("AZUREML_SERVICE_ENDPOINT")
    if not run_id or not server:
        return None
    spool = environ.get("FOREBAY_SPOOL")
    return StepContext(
        run_id=run_id,
        root_run_id=environ.get("AZUREML_ROOT_RUN_ID", ""),
        server=server,
        workspace_name=environ.get("AZUREML_ARM_WORKSPACE_NAME", ""),
        subscription_id=environ.get("AZUREML_ARM_SUBSCRIPTION", ""),
        resource_group=environ.get("AZUREML_ARM_RESOURCEGROUP", ""),
        experiment_name=environ.get("AZUREML_ARM_PROJECT_NAME", ""),
        experiment_id=environ.get("AZUREML_EXPERIMENT_ID", ""),
        spool=Spool(spool) if spool else None,
        inputs=_read_inputs(environ.get("FOREBAY_INPUTS", "")),
    )


def _read_inputs(path: str) -> Dict[str, Dict[str, Any]]:
    if not path:
        return {}
    try:
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream)
    except (OSError, ValueError) as error:
        warn(f"the inputs of this step could not be read: {error}")
        return {}
    return content if isinstance(content, dict) else {}


class InputDatasets(Dict[str, Any]):
    """`run.input_datasets`: a path for mounted and downloaded inputs, a dataset for direct ones.

    A dataset is fetched when it is looked up first. Scripts may assign into it.
    """

    def __init__(self, step: StepContext | None, open_dataset: Any) -> None:
        super().__init__()
        self._open_dataset = open_dataset
        self._given = step.inputs if step else {}
        for name, given in self._given.items():
            super().__setitem__(name, given.get("path"))

    def __getitem__(self, name: str) -> Any:
        value = self._resolve(name, super().__getitem__(name))
        super().__setitem__(name, value)
        return value

    def __missing__(self, name: str) -> Any:
        known = ", ".join(sorted(self)) or "none"
        raise KeyError(f"This step has no input called '{name}'. Its inputs: {known}.")

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self:
            return default
        return self[name]

    def values(self) -> List[Any]:  # type: ignore[override]
        return [self[name] for name in self]

    def items(self) -> List[tuple[str, Any]]:  # type: ignore[override]
        return [(name, self[name]) for name in self]

    def _resolve(self, name: str, value: Any) -> Any:
        given = self._given.get(name, {})
        if value is None and given.get("mode") == "direct" and given.get("dataset_id"):
            return self._open_dataset(given["dataset_id"])
        return value


class OutputDatasets(Mapping[str, str]):
    """`run.output_datasets`: where the script writes each output."""

    def __init__(self, environ: Mapping[str, str], inputs: Mapping[str, Any]) -> None:
        self._paths = {
            name[len(_OUTPUT_VARIABLE) :]: path
            for name, path in environ.items()
            if name.startswith(_OUTPUT_VARIABLE) and name[len(_OUTPUT_VARIABLE) :] not in inputs
        }

    def __getitem__(self, name: str) -> str:
        return self._paths[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
