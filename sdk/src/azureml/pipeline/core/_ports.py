"""Where data enters and leaves a step: bindings as plain values."""

from __future__ import annotations

from typing import Any


class InputPortBinding:
    """Data bound to an input of a step, with the way it is given to the script.

    :param name: name of the input, also in `AZUREML_DATAREFERENCE_<name>`.
    :param bind_object: `PipelineData`, `DataReference`, output binding, dataset or port reference.
    :param bind_mode: "mount", "download", "direct".
    """

    def __init__(
        self,
        name: str,
        bind_object: Any = None,
        bind_mode: str = "mount",
        path_on_compute: str | None = None,
        overwrite: bool | None = None,
        is_resource: bool = False,
        additional_transformations: Any = None,
        **kwargs: Any,
    ) -> None:
        if not name:
            raise ValueError("An input binding needs a name.")
        self.name = name
        self.bind_object = bind_object
        self.bind_mode = bind_mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite
        self.is_resource = is_resource
        self.additional_transformations = additional_transformations

    @property
    def data_reference_name(self) -> str:
        """The name under which the script finds the data."""
        return self.name

    @property
    def data_type(self) -> str | None:
        """The type given to the bound data, if any."""
        return getattr(self.bind_object, "data_type", None)

    def as_resource(self) -> InputPortBinding:
        """The same input placed beside the script; here this is the same as a download."""
        return InputPortBinding(
            self.name, self.bind_object, "download", self.path_on_compute, self.overwrite, True
        )

    def get_bind_object_name(self) -> str | None:
        """Name of the bound data."""
        bound = self.bind_object
        return getattr(bound, "name", None) or getattr(bound, "data_reference_name", None)

    def get_bind_object_data_type(self) -> str | None:
        """Type of the bound data, if any was given."""
        return self.data_type

    def __repr__(self) -> str:
        return f"InputPortBinding(name={self.name!r}, bind_mode={self.bind_mode!r})"


class OutputPortBinding:
    """A named output of a step, written to a datastore."""

    def __init__(
        self,
        name: str,
        datastore: Any = None,
        output_name: str | None = None,
        bind_mode: str = "mount",
        path_on_compute: str | None = None,
        is_directory: bool | None = None,
        overwrite: bool | None = None,
        data_type: str | None = None,
        pipeline_output_name: str | None = None,
        training_output: Any = None,
        dataset_registration: Any = None,
        dataset_output: Any = None,
    ) -> None:
        if not name:
            raise ValueError("An output binding needs a name.")
        if bind_mode not in {"mount", "upload", "hdfs"}:
            raise ValueError(f"bind_mode '{bind_mode}' of output '{name}' is not mount or upload.")
        self.name = name
        self.datastore = datastore
        self._output_name = output_name or name
        self.bind_mode = bind_mode
        self.path_on_compute = path_on_compute
        self.is_directory = is_directory
        self.overwrite = overwrite
        self.data_type = data_type
        self.pipeline_output_name = pipeline_output_name
        self.training_output = training_output
        self.dataset_registration = dataset_registration
        self.dataset_output = dataset_output
        self._producer: Any = None

    def __repr__(self) -> str:
        return f"OutputPortBinding(name={self.name!r}, bind_mode={self.bind_mode!r})"
