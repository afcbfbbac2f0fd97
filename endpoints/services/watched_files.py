"""The files below a watched path, as the store tells them apart."""

from __future__ import annotations

from data.storage import open_storage
from endpoints.models import Schedule
from workspaces.domain.errors import Conflict

MOST_FILES = 100_000  # what a schedule remembers is one row; above this a look takes too long


def list_watched(schedule: Schedule) -> dict[str, str]:
    """`{path: identity}` of the files at the schedule's path: a file, or those in a folder.

    Only files directly in the folder, as in v1, unless the schedule includes subfolders. No folder
    there (yet) is an empty one. Raises Conflict for more than MOST_FILES.
    """
    assert schedule.datastore is not None
    storage = open_storage(schedule.datastore.root)
    path = schedule.path_on_datastore
    one = storage.info(path) if path else None
    if one is not None:
        return {one.path: one.identity}
    found: dict[str, str] = {}
    files = storage.walk(path) if schedule.include_subfolders else storage.files_in(path)
    for file in files:
        found[file.path] = file.identity
        if len(found) > MOST_FILES:
            raise Conflict(
                f"There are more than {MOST_FILES:,} files at {path or '/'}, too many to watch. "
                "Watch a folder below it.",
                code="too_many_files",
            )
    return found
