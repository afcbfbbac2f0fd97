"""How an output is read as a dataset: `.read_delimited_files(…)` and its like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.domain.output_datasets import read_reading
from pipelines.domain.program.python_text import Chain, Code, Raw, call, literal
from pipelines.domain.program.subject import Json
from pipelines.domain.program.work import Work

HEADER = "ALL_FILES_HAVE_SAME_HEADERS"
PARQUET_FILES = "**/*.parquet"


def read_as(work: Work, output: Code, raw: Any, form: str) -> tuple[Code, Json]:
    """The output read as `raw` says, and `kind`, `definition`, `path_glob` as the SDK sends them.

    `form` is the class of the output, as in `MadeOutput`. A definition with what the SDK has no
    word for loses that: the comparison tells.
    """
    reading, fault = read_reading(raw)
    if fault or reading.kind == "file":
        return output, {"kind": "file", "definition": {}}
    definition = reading.definition
    parquet = definition.get("format") == "parquet"
    verb = "read" if form == "files" else "parse"
    named: dict[str, Code | None] = {}
    sent: Json = {"include_path": bool(definition.get("include_path"))}
    if sent["include_path"]:
        named["include_path"] = Raw("True")
    if parquet:
        sent["format"] = "parquet"
    else:
        sent |= {"separator": definition["separator"], "header": definition["header"]}
        if sent["separator"] != ",":
            named["separator"] = literal(sent["separator"])
        if sent["header"] != HEADER:
            behaviour = work.use("PromoteHeadersBehavior")
            named["header"] = Raw(f"{behaviour}.{sent['header']}")
    if definition.get("partition_format"):
        sent["partition_format"] = definition["partition_format"]
        named["partition_format"] = literal(sent["partition_format"])
    sent["set_column_types"] = definition.get("set_column_types") or {}
    if sent["set_column_types"]:
        named["set_column_types"] = work.literal(sent["set_column_types"])
    if form != "files" and not parquet and definition.get("support_multi_line"):
        sent["support_multi_line"] = True
        named["quoted_line_breaks"] = Raw("True")
    glob = _glob(reading.path_glob, form, parquet, named)
    method = f"{verb}_{'parquet' if parquet else 'delimited'}_files"
    made: Code = Chain(output, call(method, **named))
    for name in ("keep_columns", "drop_columns"):
        columns = definition.get(name)
        if columns is not None:
            made = Chain(made, call(name, literal(columns)))
            sent[name] = columns
    wire: Json = {"kind": "tabular", "definition": sent}
    return made, {**wire, "path_glob": glob} if glob else wire


def _glob(asked: Any, form: str, parquet: bool, named: dict[str, Code | None]) -> str | None:
    """Which files are read: adds to the arguments, and says what the SDK sends."""
    if form == "files":
        if isinstance(asked, str) and asked:
            named["path_glob"] = literal(asked)
            return asked
        return None
    if parquet and asked == PARQUET_FILES:
        return PARQUET_FILES
    extension = str(asked or "").removeprefix("**/*.")
    if not asked or extension == asked or not extension.strip("."):
        if parquet:
            named["file_extension"] = literal("")
        return None
    named["file_extension"] = literal("." + extension.lstrip("."))
    return "**/*." + extension.lstrip(".")


def registration(work: Work, output: Code, raw: Mapping[str, Any], form: str) -> tuple[Code, Json]:
    """The output, registered as a dataset when its step completes, and what is sent of it."""
    name, description = str(raw.get("name")), raw.get("description") or ""
    read, reading = read_as(work, output, raw, form)
    if form != "files":
        anew = raw.get("create_new_version", True) is not False
        made = call("register", literal(name), create_new_version=None if anew else Raw("False"))
        return Chain(read, made), {"name": name, "create_new_version": anew, **reading}
    tags = {str(key): str(value) for key, value in (raw.get("tags") or {}).items()}
    made = call(
        "register_on_complete",
        literal(name),
        description=literal(description) if description else None,
        tags=literal(tags) if tags else None,
    )
    return Chain(read, made), {
        "name": name,
        "description": str(description),
        "tags": tags,
        **reading,
    }
