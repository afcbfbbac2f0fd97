"""``forebay schedule list|enable|disable``."""

from __future__ import annotations

import argparse
from typing import Any

from azureml._forebay.cli.place import find_one, open_workspace
from azureml._forebay.formatting import format_table, parse_time, terminal_columns

_ROUTE = "schedules"


def list_schedules(arguments: argparse.Namespace) -> int:
    """Print the schedules as a table, with their next time."""
    workspace = open_workspace(arguments)
    query = {"active_only": not arguments.all, "limit": 100}
    items = list(workspace._transport.list_items(workspace._path(_ROUTE), query))
    if not items:
        print("No schedules.")
        return 0
    rows = [
        (
            str(item["name"]),
            str(item["id"])[:8],
            str(item["status"]),
            _when(item),
            _next(item),
            str((item.get("published_pipeline") or item.get("endpoint") or {}).get("name") or ""),
        )
        for item in items
    ]
    header = ("NAME", "ID", "STATUS", "WHEN", "NEXT (HERE)", "SUBMITS")
    print(format_table(header, rows, terminal_columns()))
    return 0


def enable(arguments: argparse.Namespace) -> int:
    """Let a schedule submit again."""
    return _set_status(arguments, "Active")


def disable(arguments: argparse.Namespace) -> int:
    """Keep a schedule from submitting."""
    return _set_status(arguments, "Disabled")


def _set_status(arguments: argparse.Namespace, status: str) -> int:
    workspace = open_workspace(arguments)
    items = list(workspace._transport.list_items(workspace._path(_ROUTE), {"limit": 100}))
    found = find_one(items, arguments.schedule, "schedule")
    path = workspace._path(_ROUTE, str(found["id"]))
    answer = workspace._transport.patch_json(path, {"status": status})
    due = "" if status == "Disabled" else f"; next {_next(answer)}"
    print(f"{answer['name']} ({str(answer['id'])[:8]}): {answer['status']}{due}.")
    return 0


def _when(item: dict[str, Any]) -> str:
    """`every 2 Day`, a cron line, or the place that is watched."""
    recurrence = item.get("recurrence")
    if recurrence:
        every, unit = recurrence["interval"], str(recurrence["frequency"]).lower()
        return f"every {unit}" if every == 1 else f"every {every} {unit}s"
    if item.get("cron"):
        return str(item["cron"])
    return f"data in {item.get('datastore')}/{item.get('path_on_datastore') or ''}"


def _next(item: dict[str, Any]) -> str:
    """When it is due, by the clock of this machine."""
    if item.get("datastore"):
        return "when data changes"
    moment = parse_time(item.get("next_due_at"))
    return "-" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")
