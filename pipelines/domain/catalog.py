"""What a draft is compiled with, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.domain.columns import Columns


@dataclass(frozen=True)
class ModuleFace:
    """One version of a module, as far as a graph needs it."""

    uid: str
    key: str
    name: str
    version: str
    spec: Mapping[str, Any]
    snapshot: str
    environment: Mapping[str, Any] | None
    status: str = "Active"


@dataclass(frozen=True)
class Catalog:
    """What a draft is compiled with: modules, the workspace's defaults, kinds of datasets."""

    faces: Mapping[tuple[str, str], ModuleFace] = field(default_factory=dict)  # (uid, version)
    current: Mapping[str, str] = field(default_factory=dict)  # uid -> default version
    keys: Mapping[str, str] = field(default_factory=dict)  # key of a built-in -> uid
    datastore: str = ""
    compute: str = ""  # the draft's default
    tabular: frozenset[str] = frozenset()  # ids of datasets that are tables
    tabular_parameters: frozenset[str] = frozenset()  # parameters that choose such datasets
    columns: Mapping[str, Columns] = field(default_factory=dict)  # of those datasets, if known
    parameter_columns: Mapping[str, Columns] = field(default_factory=dict)

    def columns_of(self, source: Mapping[str, Any]) -> Columns | None:
        """What is known of the columns of a dataset that is an input's source."""
        if "dataset" in source:
            return self.columns.get(str(source["dataset"]))
        return self.parameter_columns.get(str(source.get("parameter")))
