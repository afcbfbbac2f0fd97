"""``forebay login|run|endpoint|schedule``: arguments, and errors as sentences.

Exit codes: 0 done, 1 refused or not possible, 2 wrong usage, 130 interrupted. ``run logs -f`` and
``endpoint submit -f`` end with 3 if what they followed failed or was canceled.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Optional, Sequence

from azureml._forebay import __version__
from azureml._forebay.cli import drafts, endpoints, login, runs, schedules
from azureml.exceptions import AzureMLException

if TYPE_CHECKING:
    _Actions = argparse._SubParsersAction[argparse.ArgumentParser]

_STATUSES = ("NotStarted", "Running", "CancelRequested", "Completed", "Failed", "Canceled")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run one command; its exit code."""
    chosen = _make_parser().parse_args(arguments)
    try:
        code: int = chosen.command(chosen)
    except AzureMLException as error:
        print(f"forebay: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:  # `forebay … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="forebay",
        description="Work with a Forebay studio from the shell.",
        epilog="Exit codes: 0 done, 1 refused or not possible, 2 wrong usage, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"forebay-sdk {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    one = commands.add_parser("login", help="keep an access token for a server")
    one.add_argument("--server", metavar="URL", help="such as http://127.0.0.1:8000")
    one.add_argument("--token", help="asked for without echo if it is not given")
    one.set_defaults(command=login.login)

    group = commands.add_parser("run", help="list, follow and cancel runs")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)

    one = actions.add_parser("list", help="the latest runs")
    one.add_argument("-n", "--limit", type=_positive, default=20, help="how many (20)")
    one.add_argument("--experiment", help="only of this experiment")
    one.add_argument("--status", choices=_STATUSES, help="only in this status")
    _add_place(one)
    one.set_defaults(command=runs.list_runs)

    one = actions.add_parser(
        "logs",
        help="what the steps of a run printed",
        epilog="With -f the exit code is 3 if the run (or the step) did not complete.",
    )
    one.add_argument("-f", "--follow", action="store_true", help="go on until it ends")
    _add_run(one)
    one.add_argument("step", metavar="STEP", nargs="?", help="name or id of one step")
    _add_place(one)
    one.set_defaults(command=runs.show_logs)

    one = actions.add_parser("cancel", help="cancel a run")
    _add_run(one)
    _add_place(one)
    one.set_defaults(command=runs.cancel)

    one = actions.add_parser("program", help="a run as a Python program")
    _add_run(one)
    _add_output(one)
    _add_place(one)
    one.set_defaults(command=drafts.run_program)

    group = commands.add_parser("draft", help="list pipeline drafts, get them as programs")
    _add_draft_actions(group.add_subparsers(title="actions", metavar="ACTION", required=True))
    group = commands.add_parser("endpoint", help="list and call pipeline endpoints")
    _add_endpoint_actions(group.add_subparsers(title="actions", metavar="ACTION", required=True))
    group = commands.add_parser("schedule", help="list, enable and disable schedules")
    _add_schedule_actions(group.add_subparsers(title="actions", metavar="ACTION", required=True))
    return parser


def _add_draft_actions(actions: _Actions) -> None:
    one = actions.add_parser("list", help="the pipeline drafts")
    _add_place(one)
    one.set_defaults(command=drafts.list_drafts)
    one = actions.add_parser("program", help="a draft as a Python program")
    one.add_argument("draft", metavar="DRAFT", help="name, id, or the beginning of one")
    _add_output(one)
    _add_place(one)
    one.set_defaults(command=drafts.draft_program)


def _add_endpoint_actions(actions: _Actions) -> None:
    one = actions.add_parser("list", help="the pipeline endpoints")
    one.add_argument("--all", action="store_true", help="disabled and archived ones too")
    _add_place(one)
    one.set_defaults(command=endpoints.list_endpoints)

    one = actions.add_parser(
        "submit",
        help="submit a run of an endpoint",
        epilog="With -f the exit code is 3 if the run did not complete.",
    )
    one.add_argument("endpoint", metavar="ENDPOINT", help="name, id, or the beginning of one")
    one.add_argument(
        "-p",
        dest="parameters",
        metavar="NAME=VALUE",
        action="append",
        help="a pipeline parameter; may be given again",
    )
    one.add_argument("--version", help="such as 0 (the default version)")
    one.add_argument("--experiment", metavar="NAME", help="where the run is kept (the endpoint's)")
    one.add_argument("--regenerate", action="store_true", help="run every step, reuse none")
    one.add_argument("-f", "--follow", action="store_true", help="print what happens to the end")
    _add_place(one)
    one.set_defaults(command=endpoints.submit)


def _add_schedule_actions(actions: _Actions) -> None:
    one = actions.add_parser("list", help="the schedules and when they are due")
    one.add_argument("--all", action="store_true", help="disabled ones too")
    _add_place(one)
    one.set_defaults(command=schedules.list_schedules)
    for name, command, text in (
        ("enable", schedules.enable, "let a schedule submit again"),
        ("disable", schedules.disable, "keep a schedule from submitting"),
    ):
        one = actions.add_parser(name, help=text)
        one.add_argument("schedule", metavar="SCHEDULE", help="name, id, or the beginning of one")
        _add_place(one)
        one.set_defaults(command=command)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="id, the beginning of one, or experiment/number")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        help="write it there with its source folders, instead of printing it",
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", help="its name (config.json names one)")
    parser.add_argument("--server", metavar="URL", help="where the workspace is")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
