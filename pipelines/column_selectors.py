"""The columns of tables that steps left behind: read off their files' own headers."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models.fields.json import KeyTextTransform

from data.domain.definition import parse_definition
from data.engine.table import read_columns
from data.selectors import local_path
from pipelines.domain.columns import WORDS, Column, Columns
from pipelines.models import Output, Run
from workspaces.domain.errors import ForebayError

SCHEMA, SCHEMA_LIMIT = "_schema.json", 4 << 20
HEADER_LIMIT = 256 * 1024  # bytes of a text file that are looked at
SECONDS = 3.0  # that one request spends on files
SEPARATORS = {".csv": ",", ".tsv": "\t"}
Found = tuple[Column, ...] | None


def columns_of_run(
    run: Run, modules: Mapping[str, str | None], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Columns]:
    """Of the (node, output) that are `wanted`, those that this run made with the same module.

    `modules` are the modules' ids by node; None for a step of the SDK.
    """
    rows = (
        Output.objects.filter(step_run__run=run, step_run__node_id__in={node for node, _ in wanted})
        .annotate(module=KeyTextTransform("id", KeyTextTransform("module", "step_run__node")))
        .select_related("datastore", "step_run")
        .defer("step_run__node", "step_run__known_parts")
    )
    until = time.monotonic() + SECONDS
    found = {}
    for row in rows:
        place = (row.step_run.node_id, row.name)
        if place not in wanted or row.module != modules.get(place[0]):
            continue
        if time.monotonic() > until:
            break
        try:
            columns = _read(str(local_path(row.datastore, row.path)), row.content_id)
        except ForebayError:
            continue  # the files are gone, or the machine is busy
        if columns is not None:
            found[place] = Columns(columns, "run")
    return found


@lru_cache(maxsize=512)
def _read(path: str, content_id: str) -> Found:
    """By content: equal files have equal columns, and a gone file had them."""
    place = Path(path)
    try:
        if (place / SCHEMA).is_file():
            return _of_schema(place / SCHEMA)
        files = [place] if place.is_file() else sorted(p for p in place.iterdir() if p.is_file())
        files = [file for file in files if not file.name.startswith((".", "_"))]
        if not files:
            return None
        suffix = files[0].suffix.lower()
        if suffix in SEPARATORS:
            return _of_text(files[0], SEPARATORS[suffix])
        return _of_parquet(files[0]) if suffix == ".parquet" else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError, csv.Error):
        return None  # a script may have written anything


def _of_schema(path: Path) -> Found:
    if path.stat().st_size > SCHEMA_LIMIT:
        return None
    columns = json.loads(path.read_text(encoding="utf-8"))["columns"]
    return tuple(Column(str(one["name"]), str(one["type"])) for one in columns)


def _of_text(path: Path, separator: str) -> Found:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file.read(HEADER_LIMIT).splitlines(True), delimiter=separator)
        return tuple(Column(name, "text") for name in next(lines, [])) or None


def _of_parquet(path: Path) -> Found:
    definition = parse_definition(
        "tabular", {"paths": [{"datastore": "none", "path": path.name}], "format": "parquet"}
    )
    columns = read_columns(
        files=[{"local": str(path), "path": path.name}],
        definition=definition,
        sample=0,
        seconds=int(SECONDS),
        scratch=settings.FOREBAY_DATA / "scratch",
    )
    return tuple(Column(one["name"], WORDS.get(one["type"], "text")) for one in columns)
