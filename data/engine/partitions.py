"""Columns out of the paths of the files that are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.domain.partitions import PartitionFormat, parse_partition_format
from data.engine.records import TableError


def read_format(definition: Mapping[str, Any]) -> PartitionFormat | None:
    """The definition's format, if it has one."""
    text = definition["partition_format"]
    return parse_partition_format(text) if text else None


def partition_values(form: PartitionFormat | None, path: str) -> list[str]:
    """A file's values, none without a format. TableError for a path that does not fit."""
    if form is None:
        return []
    try:
        return form.values(path)
    except ValueError as error:
        raise TableError(
            f"{error}. Give a path with only the files that fit, or correct the format."
        ) from None
