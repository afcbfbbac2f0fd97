"""Reads of datastores and datasets, and of the files behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db.models import F, Max, QuerySet

from data.domain.paths import clean_path, pattern_regex, split_pattern
from data.models import Dataset, DatasetVersion, Datastore
from data.storage import StoredFile, open_storage
from workspaces.domain.errors import InvalidInput, NotFound
from workspaces.domain.relative_paths import shown
from workspaces.models import Workspace


@dataclass(frozen=True)
class DataFile:
    """One file that a dataset or a path stands for.

    `relative` is its place below the folder that was named: where a download puts it.
    """

    datastore: Datastore
    path: str
    local: Path
    relative: str
    size: int
    identity: str


def datastores(workspace: Workspace) -> QuerySet[Datastore]:
    """The workspace's datastores, by name."""
    return Datastore.objects.filter(workspace=workspace).order_by("name")


def get_datastore(workspace: Workspace, name: str) -> Datastore:
    """The workspace's datastore of this name; NotFound lists those there are."""
    found = Datastore.objects.filter(workspace=workspace, name=name).first()
    if found is None:
        names = ", ".join(datastores(workspace).values_list("name", flat=True)) or "none"
        raise NotFound(f"There is no datastore {shown(name)}; there are: {names}.")
    return found


def default_datastore(workspace: Workspace) -> Datastore:
    """The datastore that is used when none is named."""
    found = Datastore.objects.filter(workspace=workspace, is_default=True).first()
    if found is None:
        raise NotFound(f"Workspace {workspace.name!r} has no default datastore.")
    return found


def local_path(datastore: Datastore, path: str) -> Path:
    """Where a path of the store is on this machine's disk; it need not exist.

    Never outside the store: '..' is InvalidInput, a link that leads out is NotFound.
    """
    return open_storage(datastore.root).local_path(_cleaned(path))


def list_files(datastore: Datastore, prefix: str) -> list[StoredFile]:
    """The files at a path: one file, all below a folder, or all that match `*` and `**`."""
    return [file for file, _ in _expand(datastore, _cleaned(prefix, pattern=True))]


def list_entries(datastore: Datastore, folder: str, limit: int) -> list[str]:
    """Names in one folder, folders first and with a `/` at their end; none where no folder is."""
    return open_storage(datastore.root).entries(_cleaned(folder), limit)


def path_files(datastore: Datastore, path: str) -> list[DataFile]:
    """As `list_files`, with local and relative places. InvalidInput when there is none."""
    storage = open_storage(datastore.root)
    cleaned = _cleaned(path, pattern=True)
    files = [
        DataFile(
            datastore=datastore,
            path=file.path,
            local=storage.local_path(file.path),
            relative=relative,
            size=file.size,
            identity=file.identity,
        )
        for file, relative in _expand(datastore, cleaned)
    ]
    if not files:
        raise InvalidInput(
            f"There is no file at {shown(cleaned or '/')} in datastore {datastore.name!r}. "
            "Upload it first, or correct the path.",
            code="missing_path",
        )
    return files


def dataset_files(version: DatasetVersion) -> list[DataFile]:
    """The files of a dataset now, in the order of its paths. InvalidInput names a missing one."""
    found: dict[str, Datastore] = {}
    files = []
    for entry in version.definition["paths"]:
        name = entry["datastore"]
        if name not in found:
            found[name] = get_datastore(version.workspace, name)
        files += path_files(found[name], entry["path"])
    return _distinct_places(files)


def _distinct_places(files: list[DataFile]) -> list[DataFile]:
    """Drop files named twice; where two paths give one relative place, use whole paths."""
    unique = list({(f.datastore.pk, f.path): f for f in files}.values())
    if len({f.relative for f in unique}) == len(unique):
        return unique
    several = len({f.datastore.pk for f in unique}) > 1
    return [
        DataFile(
            f.datastore,
            f.path,
            f.local,
            f"{f.datastore.name}/{f.path}" if several else f.path,
            f.size,
            f.identity,
        )
        for f in unique
    ]


def get_dataset_version(workspace: Workspace, uid: str) -> DatasetVersion:
    """The workspace's dataset version with this public id, registered or not."""
    found = _versions(workspace).filter(uid=uid).first()
    if found is None:
        raise NotFound(f"There is no dataset {shown(uid)} in workspace {workspace.name!r}.")
    return found


def dataset_versions(workspace: Workspace, uids: Iterable[str]) -> list[DatasetVersion]:
    """Those of these dataset versions that the workspace has, registered or not."""
    return list(_versions(workspace).filter(uid__in=set(uids)).order_by("uid"))


def get_dataset_by_name(workspace: Workspace, name: str, version: str = "latest") -> DatasetVersion:
    """A registered dataset; `version` is "latest" or a number as text."""
    rows = _versions(workspace).filter(dataset__name=name)
    if version != "latest":
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            raise InvalidInput.field("version", "'version' must be a number or 'latest'.")
        rows = rows.filter(version=int(version))
    found = rows.order_by("-version").first()
    if found is None:
        what = "" if version == "latest" else f" version {version} of"
        raise NotFound(f"There is no{what} dataset {shown(name)} in workspace {workspace.name!r}.")
    return found


def registered_datasets(workspace: Workspace) -> list[DatasetVersion]:
    """The latest version of each registered name, by name."""
    rows = _versions(workspace).filter(dataset__isnull=False)
    latest = rows.alias(last=Max("dataset__versions__version")).filter(version=F("last"))
    return list(latest.order_by("dataset__name"))


def dataset_choices(workspace: Workspace) -> dict[str, int]:
    """The latest version of each registered dataset, by name in alphabetical order."""
    rows = Dataset.objects.filter(workspace=workspace, versions__isnull=False)
    latest = rows.annotate(latest=Max("versions__version")).order_by("name")
    return {name: version or 0 for name, version in latest.values_list("name", "latest")}


def dataset_names(workspace_id: int, uids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """(name, version) of the registered ones among these dataset versions, by public id."""
    rows = DatasetVersion.objects.filter(
        workspace=workspace_id, uid__in=set(uids), dataset__isnull=False
    )
    return {
        uid: (name, version or 0)
        for uid, name, version in rows.values_list("uid", "dataset__name", "version")
    }


def _versions(workspace: Workspace) -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.filter(workspace=workspace).select_related("dataset", "workspace")


def _cleaned(path: str, *, pattern: bool = False) -> str:
    try:
        return clean_path(path, pattern=pattern)
    except ValueError as error:
        raise InvalidInput.field("path", str(error)) from None


def _expand(datastore: Datastore, path: str) -> list[tuple[StoredFile, str]]:
    """The files at a cleaned path, each with its place below the folder that was named."""
    storage = open_storage(datastore.root)
    folder, pattern = split_pattern(path)
    if not pattern:
        single = storage.info(path) if path else None
        if single:
            return [(single, path.rsplit("/", 1)[-1])]
    regex = pattern_regex(pattern) if pattern else None
    skipped = len(folder) + 1 if folder else 0
    below = ((file, file.path[skipped:]) for file in storage.walk(folder))
    found = [(file, relative) for file, relative in below if not regex or regex.fullmatch(relative)]
    return sorted(found, key=lambda pair: pair[0].path)
