"""``forebay login``: ask for a token, check it with the server, keep it."""

from __future__ import annotations

import argparse
import getpass
import sys

from azureml._forebay.credentials import find_server, normalize_server, store_token
from azureml._forebay.errors import Unauthenticated
from azureml._forebay.formatting import is_terminal
from azureml._forebay.transport import Transport
from azureml.exceptions import AuthenticationException, UserErrorException


def login(arguments: argparse.Namespace) -> int:
    """Store the token for the server if the server knows it."""
    server = normalize_server(arguments.server or find_server())
    token = (arguments.token or _ask_for_token(server)).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UserErrorException("That is not a token. Make one on the studio's Settings page.")
    try:
        who = Transport(server, token).get_json("/api/v1/me")
    except Unauthenticated:
        raise AuthenticationException(
            f"{server} does not accept this token; nothing was stored."
            f" Make one at {server}/settings/tokens/."
        ) from None
    if not isinstance(who, dict):
        raise UserErrorException(f"{server} does not answer like a Forebay server.")
    path = store_token(server, token)
    name = who.get("name") or who.get("user") or "?"
    print(f"Signed in to {server} as {name}. The token is kept in {path}.")
    return 0


def _ask_for_token(server: str) -> str:
    if not is_terminal(sys.stdin):
        return sys.stdin.readline()
    print(f"Make a personal token at {server}/settings/tokens/ and paste it here.")
    try:
        return getpass.getpass("Token: ")
    except EOFError:  # Ctrl-D
        print()
        return ""
