"""``forebay login`` and ``forebay run list|logs|cancel``: arguments, and errors as sentences.

Exit codes: 0 done, 1 refused or not possible, 2 wrong usage, 130 interrupted. ``run logs -f``
ends with 3 if what it followed failed or was canceled.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Optional, Sequence

from azureml._forebay import __version__
from azureml._forebay.cli import login, runs
from azureml.exceptions import AzureMLException

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
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="id, the beginning of one, or experiment/number")


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", help="its name (config.json names one)")
    parser.add_argument("--server", metavar="URL", help="where the workspace is")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
