"""Which class stands for which kind of run.

`azureml.pipeline.core` registers its classes here; it is imported when a run of its kind is met,
so that `azureml.core` does not depend on it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Dict

Factory = Callable[[Any, Dict[str, Any]], Any]

_MODULES = {
    "azureml.PipelineRun": "azureml.pipeline.core.run",
    "azureml.StepRun": "azureml.pipeline.core.run",
}
_factories: Dict[str, Factory] = {}


def add_type(run_type: str, factory: Factory) -> None:
    """Let `factory(experiment, document)` make the runs of `run_type`."""
    _factories[run_type] = factory


def make_run(run_type: str, experiment: Any, document: Dict[str, Any]) -> Any:
    """The run that `document` describes, in the class of its type."""
    if run_type not in _factories and run_type in _MODULES:
        importlib.import_module(_MODULES[run_type])
    return _factories[run_type](experiment, document)
