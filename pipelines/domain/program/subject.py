"""What a program is written of, and what it is handed back as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.catalog import Catalog

Json = dict[str, Any]


@dataclass(frozen=True)
class DatasetName:
    """How a program finds a version of a dataset; without a name by its id."""

    name: str | None = None
    version: int | None = None
    is_table: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What of the workspace a program needs to know."""

    workspace: str
    default_datastore: str
    datasets: Mapping[str, DatasetName] = field(default_factory=dict)  # by the version's id
    dataset_ids: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (name, version)
    catalog: Catalog = field(default_factory=Catalog)
    modules_by_name: Mapping[str, str] = field(default_factory=dict)  # which id a name finds


@dataclass(frozen=True)
class Subject:
    """A draft, or a run. `title` says which; `values` are those of its parameters."""

    title: str
    description: str
    experiment: str
    graph: Json
    values: Mapping[str, Any] = field(default_factory=dict)
    default_compute: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)  # of `submit`, as they are called
    lost: tuple[str, ...] = ()  # sentences: what of it no program keeps
    unfinished: tuple[str, ...] = ()  # sentences: why it can't be submitted as it is


@dataclass(frozen=True)
class Program:
    """`graph` is what a run of the program sends, `folders` the source folders it reads by
    the snapshot that has their files. `notes` is said at its top, too: what it doesn't keep."""

    text: str
    graph: Json
    folders: Mapping[str, str]
    notes: tuple[str, ...] = ()
