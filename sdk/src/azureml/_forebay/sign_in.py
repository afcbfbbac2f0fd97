"""How one may sign in to a server, and tokens for client ids and secrets."""

from __future__ import annotations

import time
from typing import Any, Dict, Optional
from urllib.parse import urlencode

from azureml._forebay.errors import NotFound, Refused, Unauthenticated, Unreachable
from azureml._forebay.tokens import AccessToken
from azureml._forebay.transport import Transport
from azureml.exceptions import AuthenticationException

_OPTIONS = "/api/v1/sign-in-options"
_TOKEN = "/api/v1/oauth2/token"  # noqa: S105 - a path
_known: Dict[str, Dict[str, Any]] = {}


def entra_of(server: str) -> Optional[Dict[str, Any]]:
    """Tenant, authority and scope if the server takes tokens of Microsoft Entra ID, else None."""
    if server not in _known:
        try:
            _known[server] = Transport(server, patience=0).get_json(_OPTIONS) or {}
        except (NotFound, Unauthenticated):  # an older server
            _known[server] = {}
        except Unreachable:  # what is wanted of it will say so
            return None
    entra = _known[server].get("entra")
    return dict(entra) if isinstance(entra, dict) else None


def exchange_secret(server: str, client_id: str, secret: str) -> AccessToken:
    """A token of some length for a service principal's client id and secret."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
    }
    asked = time.time()
    try:
        answer = Transport(server).post_bytes(
            _TOKEN,
            urlencode(form).encode("ascii"),
            content_type="application/x-www-form-urlencoded",
        )
    except (Refused, Unauthenticated) as error:
        if isinstance(error, NotFound):
            raise AuthenticationException(f"{server} knows no service principals.") from None
        said = error.body.get("detail") or error.body.get("error_description") or str(error)
        raise AuthenticationException(
            f"{server} does not accept service principal {client_id}: {said}"
        ) from None
    return AccessToken(
        str(answer["access_token"]), int(asked + float(answer.get("expires_in") or 0))
    )
