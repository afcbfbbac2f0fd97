"""The way through a module: arguments by its spec -> inputs and settings -> `run` -> outputs.

def run(context):
    table = context.table("dataset")
    return {"results": table.replaced(table.frame.head(context.setting("rows")))}

if __name__ == "__main__":
    main(run)
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import ModuleError
from .settings import check_settings, from_text, is_shown, with_defaults
from .tables import Table, read_table, write_table

Outputs = dict[str, Any]


@dataclass
class Context:
    """What `run` gets: inputs by port, settings by name, and where to log."""

    inputs: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)  # of inputs and outputs, by port
    log: Any = None  # azureml's Run in a step; None: values are printed

    def table(self, port: str) -> Table:
        """The table at a port."""
        return self.inputs[port]

    def has(self, port: str) -> bool:
        """Whether an optional port is connected."""
        return self.inputs.get(port) is not None

    def setting(self, name: str) -> Any:
        """A setting's value."""
        return self.settings.get(name)

    def metric(self, name: str, value: float) -> None:
        """One number for the Metrics tab."""
        self._record("log", name, value)

    def record(self, kind: str, name: str, value: Any) -> None:
        """A value of another kind: `table`, `confusion_matrix`, `accuracy_table`, `residuals`."""
        self._record(f"log_{kind}", name, value)

    def image(self, name: str, figure: Any) -> None:
        """A matplotlib figure for the Images tab."""
        if self.log is not None:
            self.log.log_image(name, plot=figure)

    def _record(self, method: str, name: str, value: Any) -> None:
        if self.log is None:
            print(f"{name}: {value}")
        else:
            getattr(self.log, method)(name, value)


def main(run: Callable[[Context], Outputs]) -> None:
    """Run the module that this process was started for."""
    folder = Path(sys.argv[0]).resolve().parent
    spec = json.loads((folder / "module.json").read_text(encoding="utf-8"))
    try:
        context = read_arguments(spec, sys.argv[1:])
        outputs = run(context) or {}
        for port in spec["outputs"]:
            write_output(port, outputs.get(port["name"]), context)
    except ModuleError as error:
        sys.exit(f"{spec['name']}: {error}")


def read_arguments(spec: dict[str, Any], arguments: list[str]) -> Context:
    """Inputs and settings from `--in-<port>`, `--out-<port>` and `--<setting>` pairs."""
    texts = dict(zip(arguments[::2], arguments[1::2], strict=False))
    context = Context(log=_run_of_step())
    parameters = spec["parameters"]
    given = {
        one["name"]: from_text(one, texts[f"--{one['name']}"])
        for one in parameters
        if f"--{one['name']}" in texts
    }
    faults = [sentence for _, sentence in check_settings(parameters, given)]
    if faults:
        raise ModuleError(" ".join(faults))
    values = with_defaults(parameters, given)
    context.settings = {
        one["name"]: values[one["name"]] if is_shown(one, values) else one.get("default")
        for one in parameters
    }
    for port in spec["outputs"]:
        context.paths[port["name"]] = texts.get(f"--out-{port['name']}", "")
    for port in spec["inputs"]:
        place = texts.get(f"--in-{port['name']}")
        if place is None and port.get("required", True):
            raise ModuleError(f"The input {port.get('label') or port['name']} is not connected.")
        context.paths[port["name"]] = place or ""
        context.inputs[port["name"]] = None if place is None else read_input(port, place, context)
    return context


def read_input(port: dict[str, Any], place: str, context: Context) -> Any:
    """An input by its port's type: a Table, a model, a transform, or the path itself."""
    kind = port["type"]
    if kind == "table":
        if not Path(place).exists() and context.log is not None:  # a dataset, given by its id
            return _read_dataset(port, context)
        return read_table(place)
    if kind in ("learner", "model", "transform"):
        from . import models  # scikit-learn takes a second to import; most modules need none

        return models.read(kind, place)
    return place


def _read_dataset(port: dict[str, Any], context: Context) -> Table:
    """The table of a dataset, which the studio reads."""
    from azureml.exceptions import AzureMLException

    try:
        return Table(context.log.input_datasets[port["name"]].to_pandas_dataframe())
    except AzureMLException as error:
        label = port.get("label") or port["name"]
        raise ModuleError(f"The dataset of {label} can't be read: {error}") from error


def write_output(port: dict[str, Any], value: Any, context: Context) -> None:
    """An output by its type; one of type `files` was written by the module itself."""
    place = context.paths[port["name"]]
    if value is None:
        if port["type"] != "files":
            raise ModuleError(f"The module made no {port.get('label') or port['name']}.")
        return
    if port["type"] == "table":
        write_table(value, place)
        print(f"{port['name']}: {len(value.frame):,} rows, {len(value.frame.columns)} columns")
    else:
        from . import models

        models.write(value, place)


def _run_of_step() -> Any:
    """azureml's Run when this is a step of a studio."""
    if not os.environ.get("AZUREML_RUN_ID"):
        return None
    from azureml.core import Run

    return Run.get_context()
