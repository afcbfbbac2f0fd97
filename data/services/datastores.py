"""Making datastores, choosing the default one, and writing files into them."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from data.domain.paths import file_path
from data.models import Datastore
from data.storage import StoredFile, open_storage
from workspaces.domain.errors import InvalidInput
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit
from workspaces.storage import Readable

# What every v1 workspace has: (name, kind). The first one is the default.
DEFAULT_DATASTORES = (
    ("workspaceblobstore", Datastore.AZURE_BLOB),
    ("workspacefilestore", Datastore.AZURE_FILE),
)


@transaction.atomic
def create_default_datastores(workspace: Workspace) -> list[Datastore]:
    """The two datastores that every workspace has, on this machine's disk. May be repeated."""
    folder = settings.FOREBAY_DATA / "datastores" / workspace.name
    made = []
    for name, kind in DEFAULT_DATASTORES:
        root = folder / name
        root.mkdir(parents=True, exist_ok=True)
        store, _ = Datastore.objects.get_or_create(
            workspace=workspace, name=name, defaults={"kind": kind, "root": root.as_uri()}
        )
        made.append(store)
    if not Datastore.objects.filter(workspace=workspace, is_default=True).exists():
        Datastore.objects.filter(pk=made[0].pk).update(is_default=True)
        made[0].is_default = True
    return made


@transaction.atomic
def set_default_datastore(*, workspace: Workspace, actor: Actor, datastore: Datastore) -> Datastore:
    """From now on this datastore is used when none is named."""
    if datastore.is_default:
        return datastore
    rows = Datastore.objects.filter(workspace=workspace)
    rows.filter(is_default=True).exclude(pk=datastore.pk).update(is_default=False)
    rows.filter(pk=datastore.pk).update(is_default=True)
    datastore.is_default = True
    record_audit(
        actor=actor,
        workspace=workspace,
        action="datastore.default_changed",
        kind="datastore",
        name=datastore.name,
    )
    return datastore


def write_file(
    *,
    workspace: Workspace,
    actor: Actor,
    datastore: Datastore,
    path: str,
    stream: Readable,
    overwrite: bool,
) -> StoredFile:
    """Write one file from a stream, whole or not at all. Conflict `exists`: see Storage.write."""
    try:
        cleaned = file_path(path)
    except ValueError as error:
        raise InvalidInput.field("path", str(error)) from None
    return open_storage(datastore.root).write(cleaned, stream, overwrite=overwrite)
