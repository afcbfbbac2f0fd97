"""A module version's source files as a ZIP."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from django.http import HttpRequest, HttpResponseBase

from pipelines import draft_selectors
from pipelines.models import ModuleVersion
from workspaces.api.downloads import CHUNK, ChunkedResponse, attachment
from workspaces.domain.errors import NotFound
from workspaces.domain.roles import Permission
from workspaces.pages import workspace_page
from workspaces.selectors import snapshot_by_uid
from workspaces.services.snapshots import blob_store

IN_MEMORY = 8 * 1024 * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # equal sources, equal bytes


@workspace_page(Permission.READ)
def download(request: HttpRequest, module_id: str, version: str) -> HttpResponseBase:
    """The files as they were uploaded."""
    workspace = request.workspace  # type: ignore[attr-defined]
    module = draft_selectors.get_module(workspace, module_id)
    row = draft_selectors.get_module_version(module, version)
    file = _zip(row)
    size = file.seek(0, 2)
    file.seek(0)
    response = ChunkedResponse(_chunks(file), close=file.close, content_type="application/zip")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = attachment(f"{module.name} {row.version}.zip")
    return response


def _zip(row: ModuleVersion) -> BinaryIO:
    store = blob_store()
    made = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - handed on
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in snapshot_by_uid(row.snapshot.workspace, row.snapshot.uid).files:
            about = zipfile.ZipInfo(entry["path"], EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = (0o755 if entry.get("executable") else 0o644) << 16
            try:
                with (
                    store.path_of(entry["sha256"]).open("rb") as source,
                    archive.open(about, "w", force_zip64=True) as target,
                ):
                    shutil.copyfileobj(source, target, CHUNK)
            except FileNotFoundError:
                made.close()
                message = f"The bytes of {entry['path']!r} are gone from the store."
                raise NotFound(message) from None
    return made


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
