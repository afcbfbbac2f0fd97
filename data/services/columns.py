"""Columns of tabular datasets without reading their rows each time.

They are kept with the identity of the dataset's files. Who must not wait takes what is kept;
who may, has what is missing read in the limited child process.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from data.domain.definition import codec_of
from data.engine.table import read_columns
from data.models import DatasetVersion, TableColumns
from data.selectors import DataFile, dataset_files
from workspaces.domain.errors import ForebayError, Unavailable

WHOLE = 8 << 20  # bytes: smaller datasets are read to the end, so that their types are certain
SAMPLE = 20_000  # rows of larger ones
RECODED = 64 << 20  # bytes: files of another encoding are read whole before anything else
SECONDS = 5  # for one dataset
TOGETHER = 4.0  # seconds for all that one request waits for
FRESH = 15.0  # seconds for which files are taken to be unchanged
MOST = 1000  # datasets whose last look is remembered

_looked: dict[int, tuple[float, str]] = {}  # version -> when its files were looked at, identity


@dataclass(frozen=True)
class DatasetColumns:
    """(name, type) of each column, types as in `ColumnType`; `certain`: every row was looked at."""

    columns: tuple[tuple[str, str], ...]
    certain: bool


def columns_of_datasets(
    versions: Iterable[DatasetVersion], *, read: bool
) -> dict[str, DatasetColumns]:
    """What is known of each, by its id. With `read` what is not known yet is read now, as far as
    TOGETHER goes; the rest is left out."""
    tables = [version for version in versions if version.kind == DatasetVersion.TABULAR]
    rows = TableColumns.objects.filter(version__in=[version.pk for version in tables])
    kept = {row.version_id: row for row in rows}
    until = time.monotonic() + TOGETHER
    found = {}
    for version in tables:
        row = kept.get(version.pk)
        if not read and row is None:
            continue
        try:
            row = _current(version, row, read and time.monotonic() < until)
        except ForebayError:
            continue  # its files are gone, or the machine is busy
        if row is not None and row.columns is not None:
            pairs = tuple((str(one["name"]), str(one["type"])) for one in row.columns)
            found[version.uid] = DatasetColumns(pairs, row.whole)
    return found


def _current(version: DatasetVersion, row: TableColumns | None, read: bool) -> TableColumns | None:
    """The row if its files are still the same, else a new one if there is time to read."""
    at, seen = _looked.get(version.pk, (0.0, ""))
    if row is not None and row.identity == seen and time.monotonic() - at < FRESH:
        return row
    files = dataset_files(version)
    identity = _identity(files)
    if len(_looked) >= MOST:
        _looked.clear()
    _looked[version.pk] = (time.monotonic(), identity)
    if row is not None and row.identity == identity:
        return row
    if not read:
        return None
    size = sum(file.size for file in files)
    columns = _read(version, files, size)
    made, _ = TableColumns.objects.update_or_create(
        version=version,
        defaults={
            "identity": identity,
            "columns": columns,
            "whole": size <= WHOLE,
            "read_at": timezone.now(),
        },
    )
    return made


def _read(
    version: DatasetVersion, files: Sequence[DataFile], size: int
) -> list[dict[str, str]] | None:
    definition: dict[str, Any] = version.definition
    if codec_of(definition["encoding"]) != "utf-8" and size > RECODED:
        return None
    try:
        columns = read_columns(
            files=[{"local": str(file.local), "path": file.path} for file in files],
            definition=definition,
            sample=None if size <= WHOLE else SAMPLE,
            seconds=SECONDS,
            scratch=settings.FOREBAY_DATA / "scratch",
        )
    except Unavailable:
        raise
    except ForebayError:
        return None  # a step that reads it says why
    # PostgreSQL stores no NUL, and nobody chooses a column by one.
    return None if any("\0" in one["name"] for one in columns) else columns


def _identity(files: Sequence[DataFile]) -> str:
    listed = sorted([file.datastore.uid, file.path, file.identity, file.size] for file in files)
    return hashlib.sha256(json.dumps(listed).encode("utf-8", "surrogatepass")).hexdigest()
