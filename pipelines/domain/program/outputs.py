"""Outputs of a step: the objects that stand for them, and the ports that the SDK makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.domain.program.python_text import Chain, Code, Raw, assign, call, listed, literal
from pipelines.domain.program.readings import registration
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import MadeOutput, Work

USUAL_DESTINATION = "dataset/{run-id}/{output-name}"
DATA_NAME = re.compile(r"[^\W\d]\w*\Z")  # of a PipelineData
DATASET_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")  # of an output or input that is a dataset


def make_outputs(
    work: Work, node: Mapping[str, Any], lines: list[str]
) -> tuple[Code | None, list[Json]]:
    """Lines that make a step's outputs; what to hand to the step, and the ports it gets."""
    handed: list[Code] = []
    ports: list[Json] = []
    for port in node.get("outputs") or []:
        made = work.outputs[(str(node["id"]), str(port.get("name")))]
        code, shown, wire = make_output(work, port, made)
        lines.append(assign(made.variable, code))
        handed.append(shown)
        ports.append(wire)
        made.wire = wire
    return (listed(handed) if handed else None), ports


def form_of(port: Mapping[str, Any]) -> str:
    """The class for an output, as in `MadeOutput`."""
    name = str(port.get("name"))
    is_files = port.get("destination") is not None or port.get("kind") == "output_file_dataset"
    if is_files and DATASET_NAME.match(name):
        return "files"
    plain = port.get("mode") in (None, "", "mount", "upload")
    return "data" if DATA_NAME.match(name) and plain else "binding"


def make_output(work: Work, port: Mapping[str, Any], made: MadeOutput) -> tuple[Code, Code, Json]:
    """The object that stands for an output, what the step is handed, and the port sent."""
    if made.form == "files":
        return _make_files(work, port, made)
    mode, path = port.get("mode") or "mount", port.get("path_on_compute") or None
    folder = port.get("is_directory")
    folder = folder if isinstance(folder, bool) else None
    kept_as = port.get("pipeline_output_name")
    kept_as = kept_as if isinstance(kept_as, str) and kept_as else None
    where = work.optional_datastore(port.get("datastore"))
    overwrite = port.get("overwrite") is True
    begin = "output_" if made.form == "data" else ""
    named: dict[str, Code | None] = {
        "datastore": where,
        ("output_mode" if begin else "bind_mode"): literal(mode) if mode != "mount" else None,
        f"{begin}path_on_compute": literal(path) if path else None,
        f"{begin}overwrite": Raw("True") if overwrite else None,
        "is_directory": Raw(repr(folder)) if folder is not None else None,
        "pipeline_output_name": literal(kept_as) if kept_as else None,
    }
    name = "PipelineData" if begin else "OutputPortBinding"
    code = work.call(name, literal(made.name), **named)
    wire: Json = {
        "name": made.name,
        "datastore": port.get("datastore") or work.around.default_datastore,
        "mode": mode,
        "path_on_compute": path,
        "overwrite": overwrite,
        "is_directory": folder,
    }
    if kept_as:
        wire["pipeline_output_name"] = kept_as
    shown: Code = Raw(made.variable)
    registered = port.get("register_on_complete")
    if isinstance(registered, Mapping) and made.form == "data":
        dataset = Chain(shown, call("as_dataset"))
        shown, wire["register_on_complete"] = registration(work, dataset, registered, "data")
    return code, shown, wire


def _make_files(work: Work, port: Mapping[str, Any], made: MadeOutput) -> tuple[Code, Code, Json]:
    store, path = port.get("datastore"), port.get("destination")
    template = str(path or "").strip("/") or USUAL_DESTINATION
    named_store = work.optional_datastore(store)
    usual = template == USUAL_DESTINATION
    destination: Code | None = named_store
    if not usual:
        where = named_store or work.datastore(work.around.default_datastore)
        destination = Raw(f"({where.flat()}, {literal(template).flat()})")
    source = port.get("source")
    source = source if isinstance(source, str) else None
    code: Code = work.call(
        "OutputFileDatasetConfig",
        literal(made.name),
        destination=destination,
        source=literal(source) if source is not None else None,
    )
    uploads = port.get("mode") == "upload"
    overwrite = uploads and port.get("overwrite") is True
    if uploads:
        code = Chain(code, call("as_upload", overwrite=Raw("True") if overwrite else None))
    wire: Json = {
        "kind": "output_file_dataset",
        "name": made.name,
        "datastore": store or work.around.default_datastore,
        "destination": template,
        "mode": "upload" if uploads else "mount",
        "path_on_compute": None,
        "overwrite": overwrite,
        "is_directory": True,
    }
    if source is not None:
        wire["source"] = source
    registered = port.get("register_on_complete")
    shown: Code = Raw(made.variable)
    if isinstance(registered, Mapping):
        shown, wire["register_on_complete"] = registration(work, shown, registered, "files")
    return code, shown, wire
