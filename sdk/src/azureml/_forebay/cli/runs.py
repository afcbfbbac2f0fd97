"""``forebay run list|logs|cancel``."""

from __future__ import annotations

import argparse
import itertools
from typing import Any

from azureml._forebay.cli.place import open_workspace
from azureml._forebay.errors import NotFound
from azureml._forebay.formatting import format_age, format_table, terminal_columns
from azureml.core._run_client import FINAL, RUNS, RunClient
from azureml.core._run_listing import stored_status
from azureml.core.workspace import Workspace
from azureml.exceptions import UserErrorException
from azureml.pipeline.core._follow import FOREVER, RunFollower, summarise
from azureml.pipeline.core._screen import Screen

NOT_COMPLETED = 3  # exit code
_SEARCHED = 1000  # how many of the latest runs a beginning of an id is looked for in


def list_runs(arguments: argparse.Namespace) -> int:
    """Print the latest runs as a table."""
    workspace = open_workspace(arguments)
    query = {
        "experiment": arguments.experiment,
        "status": stored_status(arguments.status),
        "limit": min(arguments.limit, 100),
    }
    found = workspace._transport.list_items(workspace._path("runs"), query)
    items = list(itertools.islice(found, arguments.limit))
    if not items:
        print("No runs.")
        return 0
    rows = [
        (
            f"{run['experiment']}/{run['number']}",
            str(run["id"])[:8],
            str(run["status"]),
            format_age(run.get("submitted_at")),
            str(run.get("submitted_by") or ""),
        )
        for run in items
    ]
    header = ("RUN", "ID", "STATUS", "SUBMITTED", "BY")
    print(format_table(header, rows, terminal_columns()))
    return 0


def show_logs(arguments: argparse.Namespace) -> int:
    """Print what the steps printed, in the order of the graph; follow them if asked."""
    workspace = open_workspace(arguments)
    run = find_run(workspace, arguments.run)
    client = RunClient(lambda: workspace, str(run["id"]), RUNS)
    steps = _choose_steps(client.fetch_steps(), arguments.step)
    if arguments.follow:
        only = str(steps[0]["id"]) if arguments.step else None
        return follow(client, only)
    screen = Screen()
    for step in steps:
        if len(steps) > 1:
            screen.line(f"==> {step['name']} ({step['status']}) <==")
        text = client.of_step(str(step["id"])).read_whole_log()
        if text:
            screen.line(text[:-1] if text.endswith("\n") else text)
    return 0


def follow(client: RunClient, only_step: str | None = None) -> int:
    """Print what happens until the run, or its one step, has ended."""
    screen = Screen()
    document = RunFollower(client, screen, FOREVER, logs=True, only_step=only_step).follow()
    if only_step is not None:
        document = client.of_step(only_step).fetch()
    else:
        for line in summarise(document):
            screen.line(line)
    return 0 if document["status"] == "Completed" else NOT_COMPLETED


def cancel(arguments: argparse.Namespace) -> int:
    """Cancel a run; steps that run are stopped."""
    workspace = open_workspace(arguments)
    run = find_run(workspace, arguments.run)
    if run["status"] in FINAL:
        print(f"{_title(run)} has ended already: {run['status']}.")
        return 0
    path = workspace._path("runs/{}/cancel", str(run["id"]))
    answer = workspace._transport.post_json(path, repeatable=True)
    print(f"{_title(run)}: {answer['status']}.")
    return 0


def find_run(workspace: Workspace, text: str) -> dict[str, Any]:
    """The run named by an id, the beginning of one (4 characters), or ``experiment/number``."""
    transport = workspace._transport
    experiment, slash, number = text.rpartition("/")
    if slash:
        return _find_by_number(workspace, experiment, number)
    if len(text) >= 32:
        try:
            run: dict[str, Any] = transport.get_json(workspace._path("runs", text))
        except NotFound:
            raise UserErrorException(f"There is no run {text!r} in {workspace.name}.") from None
        return run
    if len(text) < 4:
        raise UserErrorException(f"{text!r} is too short: give 4 characters of the id or more.")
    latest = transport.list_items(workspace._path("runs"), {"limit": 100})
    found = [one for one in itertools.islice(latest, _SEARCHED) if str(one["id"]).startswith(text)]
    if not found:
        raise UserErrorException(f"No run begins with {text!r}. See `forebay run list`.")
    if len(found) > 1:
        ids = ", ".join(str(one["id"]) for one in found[:5])
        raise UserErrorException(f"{len(found)} runs begin with {text!r}: {ids}.")
    return found[0]


def _find_by_number(workspace: Workspace, experiment: str, number: str) -> dict[str, Any]:
    if not number.isdigit():
        raise UserErrorException(f"{number!r} is not a number: give experiment/number.")
    query: dict[str, Any] = {"experiment": experiment, "limit": 100}
    for run in workspace._transport.list_items(workspace._path("runs"), query):
        if int(run["number"]) == int(number) and run["experiment"] == experiment:
            return run
        if int(run["number"]) < int(number):
            break  # newest first: it can't come any more
    raise UserErrorException(f"Experiment {experiment!r} has no run {number}.")


def _choose_steps(steps: list[dict[str, Any]], asked: Any) -> list[dict[str, Any]]:
    if asked is None:
        return steps
    found = [step for step in steps if asked in (step["name"], step["id"])]
    if not found and len(asked) >= 4:
        found = [step for step in steps if str(step["id"]).startswith(asked)]
    if not found:
        names = ", ".join(str(step["name"]) for step in steps) or "none"
        raise UserErrorException(f"The run has no step {asked!r}. Its steps: {names}.")
    return found


def _title(run: dict[str, Any]) -> str:
    return f"{run['experiment']}/{run['number']} ({str(run['id'])[:8]})"
