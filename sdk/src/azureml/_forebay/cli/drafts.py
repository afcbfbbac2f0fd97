"""``forebay draft list|program``, ``forebay run program``."""

from __future__ import annotations

import argparse
import os
import stat
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from azureml._forebay.cli.place import find_one, open_workspace
from azureml._forebay.cli.runs import find_run
from azureml._forebay.formatting import format_age, format_table, terminal_columns
from azureml.core.workspace import Workspace
from azureml.exceptions import UserErrorException

_ROUTE = "drafts"


def list_drafts(arguments: argparse.Namespace) -> int:
    """Print the pipeline drafts as a table."""
    workspace = open_workspace(arguments)
    items = _drafts(workspace)
    if not items:
        print("No drafts.")
        return 0
    rows = [
        (
            str(item["name"]),
            str(item["id"])[:8],
            str(item["step_count"]),
            format_age(item.get("updated_at")),
            str(item.get("updated_by") or ""),
        )
        for item in items
    ]
    print(format_table(("NAME", "ID", "STEPS", "SAVED", "BY"), rows, terminal_columns()))
    return 0


def draft_program(arguments: argparse.Namespace) -> int:
    """Print a draft as a Python program, or write it with its source folders."""
    workspace = open_workspace(arguments)
    found = find_one(_drafts(workspace), arguments.draft, "draft")
    return _give(workspace, f"{_ROUTE}/{{}}/program", str(found["id"]), arguments.output)


def run_program(arguments: argparse.Namespace) -> int:
    """Print a run as a Python program, or write it with its source folders."""
    workspace = open_workspace(arguments)
    found = find_run(workspace, arguments.run)
    return _give(workspace, "runs/{}/program", str(found["id"]), arguments.output)


def _drafts(workspace: Workspace) -> list[dict[str, Any]]:
    return list(workspace._transport.list_items(workspace._path(_ROUTE), {"limit": 100}))


def _give(workspace: Workspace, route: str, uid: str, output: str | None) -> int:
    path = workspace._path(route, uid)
    if output is None:
        sys.stdout.write(workspace._transport.get_bytes(path).content.decode("utf-8"))
        return 0
    folder = Path(output)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserErrorException(f"{folder} is there already and not empty. Give another folder.")
    with tempfile.TemporaryDirectory() as name:
        target = os.path.join(name, "program.zip")
        workspace._transport.download(path, target, {"format": "zip"})
        with zipfile.ZipFile(target) as archive:
            for entry in archive.infolist():
                _write(archive, entry, folder)
    print(f"Wrote {folder / 'pipeline.py'}. Run it in {folder}: python pipeline.py")
    return 0


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """One file, with the permission to execute it: that counts for reuse."""
    written = archive.extract(entry, folder)
    if entry.external_attr >> 16 & stat.S_IXUSR:
        os.chmod(written, os.stat(written).st_mode | stat.S_IXUSR)
