"""Inputs of a step: the expression that binds data to a name, and the port the SDK makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.domain.program.outputs import DATASET_NAME
from pipelines.domain.program.python_text import Chain, Code, Raw, call, literal
from pipelines.domain.program.readings import read_as
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import MadeOutput, Work

REFERENCE_NAME = re.compile(r"[A-Za-z0-9_]+\Z")
TRUE = Raw("True")


def bind_input(work: Work, port: Mapping[str, Any], shared: bool) -> tuple[Code, Json] | None:
    """The binding of one input and its port; None when a program can't have it.

    `shared`: another input of the step has the same data, so that each needs its name said.
    """
    source = port.get("source")
    if not isinstance(source, Mapping) or not isinstance(port.get("name"), str):
        return None
    one = _Port(work, port, shared)
    if set(source) == {"node", "output"}:
        made = work.outputs.get((str(source["node"]), str(source["output"])))
        return None if made is None else one.of_output(made, dict(source))
    if set(source) == {"dataset"}:
        return one.of_dataset(str(source["dataset"]))
    if set(source) == {"datastore", "path"} and source["datastore"]:
        return one.of_path(str(source["datastore"]), str(source["path"]))
    name = source.get("parameter")
    if name in work.data_parameters:
        return one.of_parameter(str(name))
    return None


class _Port:
    """One input, with what is asked of it."""

    def __init__(self, work: Work, port: Mapping[str, Any], shared: bool) -> None:
        self.work, self.shared = work, shared
        self.name = str(port["name"])
        self.mode = str(port.get("mode") or "mount")
        path = port.get("path_on_compute")
        self.path = path if isinstance(path, str) and path else None
        self.overwrite = port.get("overwrite") is True and self.path is not None
        self.as_dataset = port.get("as_dataset")
        self.is_plain = self.path is None and not self.overwrite
        self.has_dataset_name = bool(DATASET_NAME.match(self.name))

    def wire(self, source: Json, **more: Any) -> Json:
        """The port that the SDK sends."""
        written: Json = {
            "name": self.name,
            "mode": self.mode,
            "path_on_compute": self.path,
            "source": source,
        }
        if self.overwrite:
            written["overwrite"] = True
        return {**written, **more}

    def places(self) -> dict[str, Code | None]:
        """The arguments that say where the script finds it."""
        return {
            "path_on_compute": literal(self.path) if self.path else None,
            "overwrite": TRUE if self.overwrite else None,
        }

    def bound(self, data: Code) -> Code:
        """The general form, which takes every name and mode."""
        mode = literal(self.mode) if self.mode != "mount" else None
        return self.work.call(
            "InputPortBinding", literal(self.name), data, bind_mode=mode, **self.places()
        )

    def of_output(self, made: MadeOutput, source: Json) -> tuple[Code, Json]:
        data = Raw(made.variable)
        if made.form == "files":
            return self._of_files(made, data, source)
        if made.form == "data" and self.as_dataset is not None and self.has_dataset_name:
            return self._of_dataset_form(data, source)
        if made.name == self.name and self.mode == "mount" and self.is_plain and not self.shared:
            return data, self.wire(source)
        if made.form == "binding":
            return self.bound(data), self.wire(source)
        name = literal(self.name) if made.name != self.name else None
        if self.mode == "mount" and self.is_plain:
            return Chain(data, call("as_input", literal(self.name))), self.wire(source)
        if self.mode == "download":
            made_call = call("as_download", input_name=name, **self.places())
            return Chain(data, made_call), self.wire(source)
        mode = literal(self.mode)
        made_call = call("create_input_binding", literal(self.name), mode=mode, **self.places())
        return Chain(data, made_call), self.wire(source)

    def _of_dataset_form(self, data: Code, source: Json) -> tuple[Code, Json]:
        """A PipelineData read as a dataset."""
        read, reading = read_as(self.work, Chain(data, call("as_dataset")), self.as_dataset, "data")
        code: Code = Chain(read, call("as_named_input", literal(self.name)))
        if reading["kind"] == "file":
            code = Chain(code, call(f"as_{self.mode}", **self._path()))
        else:
            self.mode, self.path = "direct", None
        self.overwrite = False
        more = {"as_dataset": reading} if self.mode == "direct" else {}
        return code, self.wire(source, **more)

    def _path(self) -> dict[str, Code | None]:
        if self.mode == "direct":
            self.path = None
        return {"path_on_compute": literal(self.path) if self.path else None}

    def _of_files(self, made: MadeOutput, data: Code, source: Json) -> tuple[Code, Json]:
        """An OutputFileDatasetConfig, as files or as a dataset."""
        reading: Json = {"kind": "file", "definition": {}}
        if self.mode == "direct" and self.as_dataset is not None:
            data, reading = read_as(self.work, data, self.as_dataset, "files")
        more = {"as_dataset": reading} if self.mode == "direct" else {}
        if not self.has_dataset_name or self.overwrite:
            return self.bound(data), self.wire(source, **more)
        table = reading["kind"] == "tabular"
        name = literal(self.name) if made.name != self.name else None
        code: Code = Chain(data, call("as_input", name) if name else call("as_input"))
        if self.mode == "download" or self.path:
            code = Chain(code, call(f"as_{self.mode}", **self._path()))
        elif self.mode == "direct" and not table:
            code = Chain(code, call("as_direct"))
        return code, self.wire(source, **more)

    def of_dataset(self, uid: str) -> tuple[Code, Json]:
        known = self.work.around.datasets.get(uid)
        table = known is not None and known.is_table
        code = self._consumed(self.work.dataset(uid), table)
        return code, self.wire({"dataset": uid})

    def _consumed(self, data: Code, table: bool) -> Code:
        if not self.has_dataset_name or self.overwrite:
            return self.bound(data)
        if table and self.mode != "direct":  # its own as_mount would refuse
            return self._consumption(data)
        code: Code = Chain(data, call("as_named_input", literal(self.name)))
        if self.mode == "direct":
            return code if not self.path else self._consumption(data)
        return Chain(code, call(f"as_{self.mode}", **self._path()))

    def _consumption(self, data: Code) -> Code:
        return self.work.call(
            "DatasetConsumptionConfig",
            literal(self.name),
            data,
            mode=literal(self.mode) if self.mode != "direct" else None,
            path_on_compute=literal(self.path) if self.path else None,
        )

    def of_path(self, store: str, path: str) -> tuple[Code, Json]:
        wire = self.wire({"datastore": store, "path": path})
        datastore = self.work.datastore(store)
        if not REFERENCE_NAME.match(self.name) or self.mode == "direct" or self.shared:
            data = self.work.call(
                "DataReference",
                datastore,
                literal("data"),
                path_on_datastore=literal(path) if path else None,
            )
            return self.bound(data), wire
        mode = literal(self.mode) if self.mode != "mount" else None
        code = self.work.call(
            "DataReference",
            datastore,
            literal(self.name),
            path_on_datastore=literal(path) if path else None,
            mode=mode,
            **self.places(),
        )
        return code, wire

    def of_parameter(self, name: str) -> tuple[Code, Json]:
        wire = self.wire({"parameter": name})
        data = Raw(self.work.variables[name])
        if self.work.parameters[name].get("type") == "dataset":
            if self.has_dataset_name and not self.overwrite:
                return self._consumption(data), wire
            return self.bound(data), wire
        if name != self.name or self.mode == "direct":
            return self.bound(data), wire
        if self.mode == "mount" and self.is_plain:
            return data, wire
        binding = self.work.call(
            "DataPathComputeBinding",
            mode=literal(self.mode) if self.mode != "mount" else None,
            **self.places(),
        )
        return Raw(f"({data.flat()}, {binding.flat()})"), wire
