"""Files in a workspace's default datastore, as other programs leave them there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from data.models import Datastore


def store_folder(workspace: Any, name: str = "workspaceblobstore") -> Path:
    """Where the store's files are on this machine."""
    return Path(urlsplit(Datastore.objects.get(workspace=workspace, name=name).root).path)


def put(workspace: Any, path: str, text: str) -> Path:
    """Writes a file; written again, it has another identity even within a tick of the clock."""
    file = store_folder(workspace) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.stat().st_mtime_ns if file.exists() else None
    file.write_text(text)
    if before is not None:
        os.utime(file, ns=(before + 1_000_000, before + 1_000_000))
    return file
