"""``forebay endpoint list|submit``."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Sequence
from typing import Any

from azureml._forebay.cli.place import find_one, open_workspace
from azureml._forebay.cli.runs import follow
from azureml._forebay.formatting import format_age, format_table, terminal_columns
from azureml.core._run_client import RUNS, RunClient
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._announce import announce

_ROUTE = "pipeline-endpoints"


def list_endpoints(arguments: argparse.Namespace) -> int:
    """Print the endpoints as a table."""
    workspace = open_workspace(arguments)
    query = {"active_only": not arguments.all, "limit": 100}
    items = list(workspace._transport.list_items(workspace._path(_ROUTE), query))
    if not items:
        print("No pipeline endpoints.")
        return 0
    rows = [
        (
            str(item["name"]),
            str(item["id"])[:8],
            str(item["status"]),
            f"{item['default_version']} of {len(item['versions'])}",
            format_age((item.get("last_run") or {}).get("submitted_at")),
        )
        for item in items
    ]
    header = ("NAME", "ID", "STATUS", "DEFAULT", "LAST RUN")
    print(format_table(header, rows, terminal_columns()))
    return 0


def submit(arguments: argparse.Namespace) -> int:
    """Submit a run of an endpoint; follow it if asked."""
    workspace = open_workspace(arguments)
    parameters = read_parameters(arguments.parameters or ())
    items = list(workspace._transport.list_items(workspace._path(_ROUTE), {"active_only": True}))
    endpoint = find_one(items, arguments.endpoint, "active endpoint")
    body: dict[str, Any] = {"parameters": parameters, "regenerate_outputs": arguments.regenerate}
    if arguments.experiment:
        body["experiment"] = arguments.experiment
    if arguments.version is not None:
        body["version"] = arguments.version
    run = workspace._transport.post_json(
        workspace._path(_ROUTE + "/{}/submit", str(endpoint["id"])),
        body,
        idempotency_key=str(uuid.uuid4()),
    )
    announce(run)
    if arguments.follow:
        return follow(RunClient(lambda: workspace, str(run["id"]), RUNS))
    return 0


def read_parameters(words: Sequence[str]) -> dict[str, Any]:
    """``name=value`` words; a value in braces is JSON, others are texts for the server to read."""
    found: dict[str, Any] = {}
    for word in words:
        name, mark, value = word.partition("=")
        if not mark or not name:
            raise UserErrorException(f"{word!r} is no parameter: write -p name=value.")
        found[name] = value
        if value.startswith("{"):
            try:
                found[name] = json.loads(value)
            except ValueError:
                raise UserErrorException(f"The value of {name!r} is not valid JSON.") from None
    return found
