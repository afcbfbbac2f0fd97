# ruff: noqa: E501
"""Writes docs/reference/permissions.md from the table that the tests hold every route to."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "permissions.md"

HEAD = """# Who may do what

Made by `.venv/bin/python -m tests.support.permissions` from the table in `tests/support/routes.py`; a test compares.
That table is tried on every address and method: who is refused is refused, and a refused request leaves every row and file as it was.

| role | may |
|---|---|
| Owner | everything in the workspace: members, service principals, the audit log, deletion of compute targets |
| Contributor | all work: upload, register, submit, cancel, publish, schedules, compute targets |
| Reader | look at everything but secrets |

A *service principal* has the role that an Owner gave it (Contributor below) and opens no pages. A *run token* is what a step of a run holds:
it reads the workspace as the submitter does, writes what belongs to its own step and run, and manages nothing. A *personal token* may do
what its person may; one made for a single workspace opens no other. A *stranger* is signed in and no member: the answer does not tell
them whether the workspace exists (404).

`yes` allowed · `401` sign in first · `403` not with this role · `404` not told · `to sign-in` a browser is sent to the door · `–` opens no pages.

"""


def shown(answer: object, token: bool) -> str:
    """One cell of the table."""
    if answer == "sign in":
        return "–" if token else "to sign-in"
    return "yes" if answer == "in" else str(answer)


def permissions_page() -> str:
    """The page's text."""
    from tests.support.routes import ANSWERS, ROUTES, WHO

    tokens = ("service principal", "run token")
    lines = [HEAD]
    for title, fits in (
        ("Programs: REST", is_rest),
        ("People: pages", lambda route: not is_rest(route)),
    ):
        lines.append(f"## {title}\n\n| address | method | {' | '.join(WHO)} |\n")
        lines.append(f"|---|---|{'---|' * len(WHO)}\n")
        for route in sorted(filter(fits, ROUTES)):
            for method, kind in sorted(ROUTES[route].items()):
                cells = [
                    shown(answer, who in tokens)
                    for who, answer in zip(WHO, ANSWERS[kind], strict=True)
                ]
                lines.append(f"| `{readable(route)}` | {method} | {' | '.join(cells)} |\n")
        lines.append("\n")
    lines.append(
        "Everyone may leave a workspace (DELETE of their own membership), unless no Owner would "
        "be left.\nDjango's administration below `/admin/` is for staff.\n"
    )
    return "".join(lines)


def is_rest(route: str) -> bool:
    return route.startswith(("api/", "pipelines/v1.0/")) or "/oauth2/" in route


def readable(route: str) -> str:
    """`/api/v1/workspaces/{workspace_name}` for a route of Django."""
    parts = []
    for part in route.split("/"):
        parts.append(f"{{{part.strip('<>').partition(':')[2]}}}" if part.startswith("<") else part)
    return "/" + "/".join(parts)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    import django

    django.setup()
    PAGE.write_text(permissions_page())
