"""What a module declares of itself: inputs, outputs and parameters, as plain values."""

from __future__ import annotations

import re
from typing import Any, List, Sequence

# As the server names ports and settings of modules.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


class InputPortDef:
    """An input of a module.

    :param name: how `inputs_map` and the script (`AZUREML_DATAREFERENCE_<name>`) call it.
    :param data_types: "table", "model", "transform", "learner", "files" or "image" where the
        designer shall refuse other wires; anything else fits everything.
    :param default_datastore_mode: "mount" or "download", for data that says neither.
    :param is_optional: whether a step may leave it out.
    :param label: shown in the designer instead of the name.
    """

    def __init__(
        self,
        name: str,
        data_types: Sequence[str] | None = None,
        default_datastore_mode: str | None = None,
        default_path_on_compute: str | None = None,
        is_optional: bool = False,
        default_overwrite: bool | None = None,
        default_data_reference_name: str | None = None,
        is_resource: bool = False,
        label: str | None = None,
        additional_transformations: Any = None,
        **kwargs: Any,
    ) -> None:
        self.name = check_name(name, "input port")
        self.data_types: List[str] = (
            [data_types] if isinstance(data_types, str) else list(data_types or [])
        )
        if default_datastore_mode not in {None, "mount", "download", "direct"}:
            raise ValueError(
                f"default_datastore_mode '{default_datastore_mode}' of input '{name}' is not mount"
                " or download."
            )
        self.default_datastore_mode = default_datastore_mode
        self.default_path_on_compute = default_path_on_compute
        self.is_optional = bool(is_optional)
        self.default_overwrite = default_overwrite
        self.default_data_reference_name = default_data_reference_name
        self.is_resource = bool(is_resource)
        self.label = label or name
        self.additional_transformations = additional_transformations

    def __repr__(self) -> str:
        return f"InputPortDef(name={self.name!r}, is_optional={self.is_optional})"


class OutputPortDef:
    """An output of a module.

    :param name: how `outputs_map` and the script (`AZUREML_DATAREFERENCE_<name>`) call it.
    :param default_datastore_name: where it is kept when the step's data names no datastore.
    :param is_directory: whether the folder is made for the script; else it may write a file.
    :param data_type: as `data_types` of an `InputPortDef`.
    """

    def __init__(
        self,
        name: str,
        default_datastore_name: str | None = None,
        default_datastore_mode: str | None = None,
        default_path_on_compute: str | None = None,
        is_directory: bool = False,
        data_type: str | None = None,
        default_overwrite: bool | None = None,
        training_output: Any = None,
        label: str | None = None,
    ) -> None:
        self.name = check_name(name, "output port")
        if default_datastore_mode not in {None, "mount", "upload"}:
            raise ValueError(
                f"default_datastore_mode '{default_datastore_mode}' of output '{name}' is not mount"
                " or upload."
            )
        self.default_datastore_name = default_datastore_name
        self.default_datastore_mode = default_datastore_mode
        self.default_path_on_compute = default_path_on_compute
        self.is_directory = bool(is_directory)
        self.data_type = data_type
        self.default_overwrite = default_overwrite
        self.training_output = training_output
        self.label = label or name

    def __repr__(self) -> str:
        return f"OutputPortDef(name={self.name!r}, is_directory={self.is_directory})"


class ParamDef:
    """A parameter of a module. The script finds its value in `AML_PARAMETER_<name>`.

    :param default_value: str, int, float or bool; it fixes the type. None is a text.
    :param is_optional: whether there may be no value at all.
    """

    def __init__(
        self,
        name: str,
        default_value: Any = None,
        is_metadata_param: bool = False,
        is_optional: bool = False,
        set_env_var: bool = False,
        calculate_hash: bool = True,
        env_var_override: Any = None,
    ) -> None:
        self.name = check_name(name, "parameter")
        self.default_value = default_value
        self.is_metadata_param = bool(is_metadata_param)
        self.is_optional = bool(is_optional)
        self.set_env_var = bool(set_env_var)
        self.calculate_hash = bool(calculate_hash)
        self.env_var_override = env_var_override

    def __repr__(self) -> str:
        return f"ParamDef(name={self.name!r}, default_value={self.default_value!r})"


def check_name(name: Any, what: str) -> str:
    """The name; ValueError when a module can't have it."""
    if not isinstance(name, str) or not _NAME.match(name):
        raise ValueError(
            f"The {what} name {name!r} is not valid: use at most 64 letters, digits and '_', not"
            " starting with a digit."
        )
    return name
