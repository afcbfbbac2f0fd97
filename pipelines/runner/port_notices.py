"""What a graph asks of ports and is done in another way here, as lines for the step's log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.domain.compute_paths import is_absolute, read_compute_path


def port_notices(node: Mapping[str, Any]) -> list[str]:
    """One line for each wish that is not fulfilled to the letter."""
    lines: list[str] = []
    for port in node.get("inputs") or ():
        lines += _about_place(port, "path_on_compute")
    for port in node.get("outputs") or ():
        lines += _about_place(port, "source" if port.get("source") else "path_on_compute")
        lines += _about_output(port)
    return lines


def _about_place(port: Mapping[str, Any], field: str) -> Iterator[str]:
    text, name = port.get(field), port["name"]
    if not text:
        return
    if port.get("mode") == "direct":
        yield f"{field} of {name} is not applied: its mode is direct, so it has no files here."
    elif is_absolute(text):
        yield (
            f"{field} of {name}: {text!r} is taken as {read_compute_path(text)!r} in the step's "
            f"working folder. AZUREML_DATAREFERENCE_{name} and the step's arguments hold the path."
        )


def _about_output(port: Mapping[str, Any]) -> Iterator[str]:
    name = port["name"]
    if port.get("mode") == "hdfs":
        yield f"Output {name}: the mode hdfs has no meaning here; it is written as with mount."
    if port.get("source") and port.get("path_on_compute"):
        yield f"path_on_compute of {name} is not applied: its source says where it is written."
    used = port.get("destination") or port.get("path_on_compute")
    if port.get("overwrite") and not used:
        yield (
            f"overwrite of {name} changes nothing: each step run writes to a folder of its own on "
            "the datastore."
        )
