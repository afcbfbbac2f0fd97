"""What a draft is compiled with: its modules, the workspace's defaults, its datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.models import DatasetVersion
from data.selectors import default_datastore
from data.services.columns import DatasetColumns, columns_of_datasets
from pipelines.domain.catalog import Catalog, ModuleFace
from pipelines.domain.columns import WORDS, Column, Columns
from pipelines.domain.drafting import module_references, sources_of
from pipelines.draft_selectors import versions_of_modules
from pipelines.models import ModuleVersion
from pipelines.models.modules import DISABLED
from pipelines.services.library import ensure_library
from workspaces.models import Workspace
from workspaces.services.access import Actor


def load_catalog(
    *,
    workspace: Workspace,
    actor: Actor,
    graph: Mapping[str, Any],
    compute: str,
    values: Mapping[str, Any],
    read: bool = False,
) -> Catalog:
    """Everything that the graph names. `values` of parameters say which datasets they choose;
    with `read`, columns of datasets that nobody has looked at yet are read now."""
    uids, keys = module_references(graph)
    if keys:
        ensure_library(workspace=workspace, actor=actor)
    rows = versions_of_modules(workspace, uids, keys) if uids or keys else []
    by_source, by_parameter = _tables(workspace, graph, values)
    known = columns_of_datasets(
        {row.pk: row for row in (*by_source.values(), *by_parameter.values())}.values(), read=read
    )
    columns = {uid: _columns(found) for uid, found in known.items()}
    return Catalog(
        faces={(row.module.uid, row.version): _face(row) for row in rows},
        current={row.module.uid: row.module.default_version for row in rows},
        keys={row.module.key: row.module.uid for row in rows if row.module.key},
        datastore=default_datastore(workspace).name,
        compute=compute,
        tabular=frozenset(by_source),
        tabular_parameters=frozenset(by_parameter),
        columns=columns,
        parameter_columns={
            name: columns[row.uid] for name, row in by_parameter.items() if row.uid in columns
        },
    )


def _columns(found: DatasetColumns) -> Columns:
    listed = tuple(Column(name, WORDS.get(kind, "text")) for name, kind in found.columns)
    return Columns(listed, "dataset", found.certain)


def _face(row: ModuleVersion) -> ModuleFace:
    disabled = DISABLED in (row.status, row.module.status)
    return ModuleFace(
        uid=row.module.uid,
        key=row.module.key,
        name=row.module.name,
        version=row.version,
        spec=row.spec,
        snapshot=row.snapshot.uid,
        environment=row.environment,
        status=DISABLED if disabled else row.status,
    )


def _tables(
    workspace: Workspace, graph: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[dict[str, DatasetVersion], dict[str, DatasetVersion]]:
    """Datasets that are tables: by their ids among the sources, and by the parameters that
    choose them."""
    chosen: dict[str, Mapping[str, Any]] = {}
    for one in graph.get("parameters") or []:
        if isinstance(one, Mapping) and one.get("type") == "dataset":
            value = values.get(str(one.get("name")), one.get("default"))
            if isinstance(value, Mapping):
                chosen[str(one.get("name"))] = value
    uids = {str(one["dataset"]) for one in sources_of(graph) if "dataset" in one}
    wanted = uids | {str(value["dataset"]) for value in chosen.values() if "dataset" in value}
    names = {str(value["name"]) for value in chosen.values() if "name" in value}
    rows = DatasetVersion.objects.filter(workspace=workspace, kind=DatasetVersion.TABULAR)
    rows = rows.select_related("workspace", "dataset").order_by("version")
    by_uid = {row.uid: row for row in rows.filter(uid__in=wanted)} if wanted else {}
    by_name: dict[tuple[str, str], DatasetVersion] = {}
    for row in rows.filter(dataset__name__in=names) if names else ():
        assert row.dataset is not None
        by_name[(row.dataset.name, str(row.version))] = row
        by_name[(row.dataset.name, "latest")] = row
    by_parameter = {}
    for parameter, value in chosen.items():
        if "dataset" in value:
            found = by_uid.get(str(value["dataset"]))
        else:
            version = str(value.get("version") or "latest")
            found = by_name.get((str(value.get("name")), version))
        if found is not None:
            by_parameter[parameter] = found
    return {uid: row for uid, row in by_uid.items() if uid in uids}, by_parameter
