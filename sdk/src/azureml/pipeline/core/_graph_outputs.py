"""Outputs of steps as the graph has them."""

from __future__ import annotations

from typing import Any, Callable, Dict, Sequence

from azureml.pipeline.core._pipeline_data import PipelineData
from azureml.pipeline.core._ports import InputPortBinding, OutputPortBinding

Json = Dict[str, Any]


def origin_of(given: Any) -> Any:
    """What all forms of one output share: `out.as_mount()` and `out` are one output."""
    origin = getattr(given, "_origin", None)
    return given if origin is None else origin


def is_output_dataset(given: Any) -> bool:
    """Whether `given` is an `OutputFileDatasetConfig`, or one read as a table."""
    return hasattr(given, "_origin") and hasattr(given, "register_on_complete")


def is_step_output(given: Any) -> bool:
    """Whether `given` is any form of what a step writes."""
    return isinstance(origin_of(given), (PipelineData, OutputPortBinding)) or is_output_dataset(
        given
    )


def bound_object(given: Any) -> Any:
    """The data behind an input, in the form in which its producer is known."""
    if isinstance(given, InputPortBinding):
        given = given.bind_object
    return origin_of(getattr(given, "dataset", given))


def write_output(
    output: Any, forms: Sequence[Any], name_of: Callable[[Any], str], default: Callable[[], str]
) -> Json | None:
    """One output as a port; None when it can't be one. `forms` are the step's values."""
    if is_output_dataset(output):
        return _write_output_dataset(output, forms, name_of, default)
    output = origin_of(output)
    if isinstance(output, PipelineData):
        mode, path = output._output_mode, output._output_path_on_compute
        overwrite, is_directory = output._output_overwrite, output._is_directory
    elif isinstance(output, OutputPortBinding):
        mode, path = output.bind_mode, output.path_on_compute
        overwrite, is_directory = output.overwrite, output.is_directory
    else:
        return None
    port = {
        "name": output._output_name,
        "datastore": name_of(output.datastore or "") or default(),
        "mode": mode,
        "path_on_compute": path,
        "overwrite": bool(overwrite),
        "is_directory": is_directory,
    }
    kept_as = getattr(output, "pipeline_output_name", None)
    if kept_as:
        port["pipeline_output_name"] = kept_as
    if getattr(output, "_registration", None):
        port["register_on_complete"] = output._registration
    return port


def _write_output_dataset(
    output: Any, forms: Sequence[Any], name_of: Callable[[Any], str], default: Callable[[], str]
) -> Json:
    """What any form of it in this step asks for holds: uploading, registering."""
    origin = origin_of(output)
    same = [one for one in (output, *forms) if origin_of(one) is origin]
    uploads = [getattr(one, "_files", one) for one in same if one.mode == "upload"]
    registered = next((one for one in same if one._registration), None)
    port: Json = {
        "kind": "output_file_dataset",
        "name": origin.name,
        "datastore": name_of(origin._datastore or "") or default(),
        "destination": origin._template,
        "mode": "upload" if uploads else "mount",
        "path_on_compute": None,
        "overwrite": any(one._overwrite for one in uploads),
        "is_directory": True,
    }
    if origin.source is not None:
        port["source"] = origin.source
    if registered is not None:
        port["register_on_complete"] = {**registered._registration, **registered._reading()}
    return port
