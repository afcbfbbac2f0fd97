"""`PipelineParameter`: a value that is chosen when the pipeline is submitted."""

from __future__ import annotations

from typing import Any, Callable

from azureml.exceptions import UserErrorException

_DATA_TYPES = ("datapath", "dataset")
_TYPES = {bool: "bool", int: "int", float: "float", str: "string"}


class PipelineParameter:
    """A named value with a default, used in arguments, `params`, as an input or compute target.

    :param name: how `pipeline_parameters` and scripts (`AML_PARAMETER_<name>`) call it.
    :param default_value: str, int, float, bool, a `DataPath` or a dataset. It fixes the type.
    :param type: Forebay's own: "int", "float", "string", "bool", "datapath" or "dataset" of a
        parameter whose default is None, so that each submit has to give a value.
    """

    def __init__(self, name: str, default_value: Any, type: str | None = None) -> None:
        if not isinstance(name, str) or not name:
            raise ValueError("A pipeline parameter needs a name that is a non-empty string.")
        if type is not None and type not in (*_TYPES.values(), *_DATA_TYPES):
            raise ValueError(
                f"The type of pipeline parameter '{name}' is {type!r}: use one of "
                f"{', '.join((*_TYPES.values(), *_DATA_TYPES))}."
            )
        self.name = name
        is_open = type is not None and default_value is None
        self._open_type = type if is_open else None
        self.default_value = None if is_open else _plain(default_value)
        if type is not None and not is_open and self._type != type:
            raise ValueError(
                f"The default value {default_value!r} of pipeline parameter '{name}' is not of "
                f"type {type}."
            )
        if self._type is None:
            raise ValueError(
                f"The default value of pipeline parameter '{name}' is a "
                f"{default_value.__class__.__name__}: "
                f"use a str, int, float, bool, DataPath or dataset."
            )

    @property
    def _type(self) -> str | None:
        """The wire's name of the value's type; None when it can't be one."""
        if self._open_type is not None:
            return self._open_type
        if is_data_path(self.default_value):
            return "datapath"
        if is_dataset(self.default_value):
            return "dataset"
        return _TYPES.get(type(self.default_value))

    @property
    def _is_data(self) -> bool:
        """Whether the value stands for data, so that it is the source of an input."""
        return self._type in _DATA_TYPES

    def _convert(self, value: Any) -> Any:
        """`value` in the type of the default; ValueError when it cannot be one."""
        return convert(self.name, self._type or "string", value)

    def __repr__(self) -> str:
        return f"PipelineParameter(name={self.name!r}, default_value={self.default_value!r})"


def convert(name: str, kind: str, value: Any) -> Any:
    """`value` as the parameter type `kind` ("int", "float", "bool", "string").

    Text such as "10" is taken for a number, as REST callers and command lines send text.
    """
    value = _plain(value)
    if kind == "string":
        return value if isinstance(value, str) else str(value)
    if kind == "bool":
        text = str(value).strip().lower()
        if text in {"true", "1"}:
            return True
        if text in {"false", "0"}:
            return False
    elif not isinstance(value, bool):
        try:
            number = float(value) if kind == "float" else int(value)
        except (TypeError, ValueError):
            number = None
        if number is not None and (kind == "float" or float(value) == number):
            return number
    raise ValueError(f"The value {value!r} of pipeline parameter '{name}' is not a valid {kind}.")


def value_to_wire(name: str, value: Any, dataset_id: Callable[[Any], str]) -> Any:
    """A default or a chosen value as the server takes it; `dataset_id` stores a dataset."""
    value = _plain(value)
    if hasattr(value, "dataset") and hasattr(value, "mode"):  # a dataset consumption config
        value = value.dataset
    if isinstance(value, (str, int, float, bool, dict)):
        return value
    if is_dataset(value):
        return {"dataset": dataset_id(value)}
    if hasattr(value, "path_on_datastore") and hasattr(value, "_to_wire"):
        return value._to_wire()
    raise UserErrorException(
        f"The value of pipeline parameter '{name}' is a {type(value).__name__}: "
        "use a str, int, float, bool, DataPath or dataset."
    )


def is_data_path(value: Any) -> bool:
    """Whether `value` is a `DataPath`: a datastore and a path, without a name of its own."""
    return hasattr(value, "path_on_datastore") and hasattr(value, "create_data_reference")


def is_dataset(value: Any) -> bool:
    """Whether `value` is a File or Tabular dataset."""
    return hasattr(value, "as_named_input")


def _plain(value: Any) -> Any:
    """A numpy scalar as the Python value it holds; None as empty text; others unchanged."""
    if value is None:
        return ""
    if type(value).__module__ == "numpy" and hasattr(value, "item") and not value.shape:
        return value.item()
    return value
