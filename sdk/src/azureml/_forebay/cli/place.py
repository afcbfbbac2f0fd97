"""Which workspace a command is about, and which of its things a word means."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from azureml._forebay.credentials import find_server, normalize_server, open_transport
from azureml.core.workspace import Workspace
from azureml.exceptions import UserErrorException


def find_one(items: Sequence[dict[str, Any]], word: str, what: str) -> dict[str, Any]:
    """The thing of that name or id, or whose id begins so (4 characters)."""
    found = [item for item in items if word in (item["name"], item["id"])]
    if not found and len(word) >= 4:
        found = [item for item in items if str(item["id"]).startswith(word)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(item["id"]) for item in found[:5])
        raise UserErrorException(f"{len(found)} {what}s are meant by {word!r}: {ids}. Give an id.")
    names = ", ".join(str(item["name"]) for item in items[:10]) or "none"
    raise UserErrorException(f"There is no {what} {word!r}. There are: {names}.")


def open_workspace(arguments: argparse.Namespace) -> Workspace:
    """The workspace that the options or the config.json here name, or the only one."""
    if not arguments.workspace and not arguments.server:
        try:
            return Workspace.from_config()
        except UserErrorException as error:
            if "There is no config.json" not in str(error):
                raise
    server = normalize_server(arguments.server or find_server())
    transport = open_transport(server)
    name = arguments.workspace or _only_workspace(transport.list_items("/api/v1/workspaces"))
    return Workspace("", "", name, _server=server, _transport=transport)


def _only_workspace(items: Any) -> str:
    names = [str(one["name"]) for one in items]
    if len(names) != 1:
        raise UserErrorException(
            "Which workspace? There is no config.json here; give --workspace NAME."
            f" You may open: {', '.join(sorted(names)) or 'none'}."
        )
    print(f"Workspace {names[0]}", file=sys.stderr)
    return names[0]
