"""The many ways to give data to a step, read as one kind of value.

A program may pass `PipelineData`, one of its `as_…` forms, a dataset with or without a name, a
`DataReference`, an output of an earlier run, or a data parameter with its binding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, List, Sequence

from azureml.pipeline.core._graph_outputs import is_output_dataset, origin_of
from azureml.pipeline.core._parameters import PipelineParameter, is_dataset
from azureml.pipeline.core._pipeline_data import PipelineData
from azureml.pipeline.core._ports import InputPortBinding, OutputPortBinding
from azureml.pipeline.core.pipeline_output_dataset import PipelineOutputAbstractDataset


@dataclass(frozen=True)
class GivenInput:
    """Data on its way into a step, under the name by which the script will know it.

    `source` is what the program passed, freed of its wrapping. `needs_declaring` marks data that
    an argument may only use when the step lists it among its inputs or outputs.
    """

    name: str
    mode: str
    source: Any
    path_on_compute: str | None = None
    overwrite: bool = False
    needs_declaring: bool = False


def read_input(given: Any) -> GivenInput | None:
    """`given` as an input; None when it is not data at all."""
    if isinstance(given, (PipelineData, OutputPortBinding)):
        return GivenInput(given.name, "mount", given, needs_declaring=True)
    if isinstance(given, InputPortBinding):
        bound = read_input(given.bind_object)
        source = bound.source if bound else given.bind_object
        overwrite = bool(given.overwrite)
        return GivenInput(given.name, given.bind_mode, source, given.path_on_compute, overwrite)
    if isinstance(given, PipelineOutputAbstractDataset):
        name, path, listed = given.input_name, given._path_on_compute, not given._named
        return GivenInput(name, given._mode, given, path, needs_declaring=listed)
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], PipelineParameter):
        parameter, binding = given
        path = getattr(binding, "path_on_compute", None)
        overwrite = bool(getattr(binding, "overwrite", False))
        mode = getattr(binding, "mode", "mount")
        return GivenInput(parameter.name, mode, parameter, path, overwrite)
    if isinstance(given, PipelineParameter):
        return _read_parameter(given)
    if hasattr(given, "dataset") and hasattr(given, "mode"):  # a dataset consumption config
        return GivenInput(given.name, given.mode, given.dataset, given.path_on_compute)
    if is_output_dataset(given):
        return GivenInput(given.name, _usual_mode(given), given, needs_declaring=True)
    if is_dataset(given):
        return GivenInput(re.sub(r"\W", "_", given.name or "dataset"), _usual_mode(given), given)
    if hasattr(given, "data_reference_name") and hasattr(given, "path_on_datastore"):
        mode = getattr(given, "mode", "mount")
        path = getattr(given, "path_on_compute", None)
        overwrite = bool(getattr(given, "overwrite", False))
        name = given.data_reference_name
        return GivenInput(name, mode, given, path, overwrite, needs_declaring=True)
    return None


def collect_inputs(inputs: Sequence[Any], arguments: Sequence[Any]) -> List[GivenInput]:
    """Inputs of a step: the listed ones, then those that only its arguments name.

    A dataset may stand in both (`inputs=[d]`, `arguments=["--in", d.as_download()]`): that is one
    input, and the more special mode counts, as the script wants its path.
    """
    found: List[GivenInput] = []
    for position, given in enumerate([*inputs, *arguments]):
        one = read_input(given)
        if one is None:
            continue
        same = match_input(found, one)
        if same is None:
            if position < len(inputs) or not one.needs_declaring:
                found.append(one)
        elif one.mode not in {"direct", same.mode} and not one.needs_declaring:
            found[found.index(same)] = replace(
                same, mode=one.mode, path_on_compute=one.path_on_compute or same.path_on_compute
            )
    return found


def match_input(known: Sequence[GivenInput], wanted: GivenInput) -> GivenInput | None:
    """The known input that has the same data: of the same name first, else of another name."""
    same = [one for one in known if same_source(one.source, wanted.source)]
    for one in same:
        if one.name == wanted.name:
            return one
    # A data parameter without a name of its own is whatever input the step has of it.
    bare = isinstance(wanted.source, PipelineParameter) and wanted.name == wanted.source.name
    return same[0] if same and (wanted.needs_declaring or bare) else None


def _read_parameter(parameter: PipelineParameter) -> GivenInput | None:
    if parameter._type == "datapath":
        return GivenInput(parameter.name, "mount", parameter)
    if parameter._type == "dataset":
        return GivenInput(parameter.name, _usual_mode(parameter.default_value), parameter)
    return None


def _usual_mode(dataset: Any) -> str:
    """A table is read through the SDK, files are looked at in place."""
    return "direct" if getattr(dataset, "_kind", "") == "tabular" else "mount"


def same_source(one: Any, other: Any) -> bool:
    """Whether two values stand for the same data."""
    if origin_of(one) is origin_of(other):
        return True
    if isinstance(one, PipelineParameter) and isinstance(other, PipelineParameter):
        return one.name == other.name
    path = getattr(one, "path_on_datastore", None)
    if path is None or type(one) is not type(other):
        return False
    return bool(datastore_name(one) == datastore_name(other) and path == other.path_on_datastore)


def datastore_name(given: Any) -> str:
    """Name of the datastore of a reference or path, or of a datastore given itself."""
    if isinstance(given, str):
        return given
    named = getattr(given, "datastore_name", None)
    if named:
        return str(named)
    store = getattr(given, "datastore", given)
    return store if isinstance(store, str) else str(getattr(store, "name", "") or "")
