"""Which server, and which token for it.

A token is, in this order: ``FOREBAY_TOKEN``, the run token inside a step, the credentials file
``$XDG_CONFIG_HOME/forebay/credentials`` (else ``~/.config/…``): JSON keyed by server address,
readable by its owner only. The address is in ``config.json`` and never a token.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Optional

from azureml._forebay.config_file import configured_server
from azureml._forebay.tokens import Token
from azureml._forebay.transport import Transport
from azureml.exceptions import AuthenticationException

DEFAULT_SERVER = "http://127.0.0.1:8000"


def normalize_server(server: str) -> str:
    """One spelling for one server: lower case, no slash at the end."""
    server = server.strip().rstrip("/")
    scheme, mark, rest = server.partition("://")
    if not mark:
        return "http://" + server
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


def credentials_path() -> Path:
    """Where the tokens of this user are kept."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "forebay" / "credentials"


def read_credentials() -> Dict[str, Dict[str, Any]]:
    """All stored tokens by server address; empty if there is no (readable) file."""
    try:
        stored = json.loads(credentials_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}


def store_token(server: str, token: str) -> Path:
    """Keep ``token`` for ``server``; the file is replaced whole and is 0600. Its path."""
    path = credentials_path()
    stored = read_credentials()
    stored[normalize_server(server)] = {"token": token}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=str(path.parent), prefix=".credentials-")  # made 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(stored, file, indent=2)
            file.write("\n")
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
    return path


def find_token(server: str) -> Optional[str]:
    """The token for ``server``, or None."""
    given = os.environ.get("FOREBAY_TOKEN")
    if given:
        return given.strip()
    server = normalize_server(server)
    run_token = os.environ.get("AZUREML_RUN_TOKEN")
    endpoint = os.environ.get("AZUREML_SERVICE_ENDPOINT")
    if run_token and endpoint and normalize_server(endpoint) == server:
        return run_token
    for address, entry in read_credentials().items():
        if normalize_server(address) == server and isinstance(entry, dict):
            token = entry.get("token")
            return str(token) if token else None
    return None


def find_server() -> str:
    """The server of a program that names none.

    The step's own, FOREBAY_SERVER, the one of the ``config.json`` here or above, the only one that
    was signed in to, or this machine.
    """
    given = (
        os.environ.get("AZUREML_SERVICE_ENDPOINT")
        or os.environ.get("FOREBAY_SERVER")
        or configured_server()
    )
    if not given:
        known = list(read_credentials())
        given = known[0] if len(known) == 1 else DEFAULT_SERVER
    return normalize_server(given)


def open_transport(server: str, token: Token = None) -> Transport:
    """A transport with the token found for ``server``; a sentence if there is none."""
    server = normalize_server(server)
    token = token or find_token(server)
    if not token:
        raise AuthenticationException(
            f"There is no token for {server}. Run `forebay login --server {server}`,"
            " or set FOREBAY_TOKEN to a personal token from the studio's Settings page."
        )
    return Transport(server, token)
