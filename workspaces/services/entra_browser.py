"""The browser's round through Entra ID: OpenID Connect, code flow with PKCE, state and nonce.

Authlib makes the addresses and trades the code; every call goes through the one outgoing client,
and the id token is checked like any other token of the tenant.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from django.conf import settings

from workspaces.domain.entra import EntraIdentity, EntraSettings
from workspaces.domain.errors import Forbidden, Unavailable
from workspaces.outgoing import fetch
from workspaces.services.entra import identity_of_sign_in, keys_of

SCOPE = "openid profile email"
CALLBACK = "/sign-in/entra/callback"
SECONDS = 10.0
SAID = ("error", "error_description")


@dataclass(frozen=True)
class _Answer:
    """What Authlib reads of an HTTP answer."""

    status_code: int
    body: Any

    def raise_for_status(self) -> None:
        if self.status_code >= 500:
            raise Unavailable(f"Entra ID answered {self.status_code}. Try again.")

    def json(self) -> Any:
        return self.body


class _Session:
    """Authlib's way out: the studio's one outgoing client."""

    def post(
        self, url: str, *, data: dict[str, str], headers: dict[str, str], auth: Any, **_: Any
    ) -> _Answer:
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        answer = fetch(url, method="POST", body=body.encode(), headers=headers, seconds=SECONDS)
        said = answer.json()
        if isinstance(said, dict) and "error" in said:
            # Entra ID writes lines and quotes where RFC 6749 allows none, and Authlib is strict.
            said = {name: _plain(first_line(said.get(name))) for name in SAID}
        return _Answer(answer.status, said)

    def close(self) -> None: ...


def _client(entra: EntraSettings) -> OAuth2Client:
    return OAuth2Client(
        _Session(),
        client_id=entra.client_id,
        client_secret=entra.client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name
        scope=SCOPE,
        redirect_uri=f"{settings.FOREBAY_URL}{CALLBACK}",
        code_challenge_method="S256",
    )


def begin_sign_in() -> tuple[str, dict[str, str]]:
    """(where the browser goes, what its session keeps until it comes back)."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    if not entra.signs_browsers_in:
        raise Forbidden("Sign-in with Microsoft is not set up here.", code="entra_off")
    document = keys_of(entra).document()
    kept = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48)}
    url, state = _client(entra).create_authorization_url(
        document["authorization_endpoint"],
        code_verifier=kept["verifier"],
        nonce=kept["nonce"],
        prompt="select_account",
    )
    return url, {**kept, "state": state}


def finish_sign_in(*, code: str, kept: dict[str, str]) -> EntraIdentity:
    """Who came back with this code. Raises Forbidden, Unauthenticated or Unavailable."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    document = keys_of(entra).document()
    try:
        token = _client(entra).fetch_token(
            document["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=kept["verifier"],
        )
    except AuthlibBaseError as error:
        raise Forbidden(
            f"Entra ID did not take the sign-in: {first_line(error.description or error.error)}",
            code="entra_refused",
        ) from None
    return identity_of_sign_in(str(token.get("id_token") or ""), nonce=kept["nonce"])


def sign_out_url() -> str:
    """Where the browser ends its session with Microsoft too; empty when that is not known."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    if not entra.signs_browsers_in:
        return ""
    try:
        document = keys_of(entra).document()
    except Unavailable:
        return ""
    address = document.get("end_session_endpoint")
    back = urlencode({"post_logout_redirect_uri": f"{settings.FOREBAY_URL}/sign-in?why=out"})
    return f"{address}?{back}" if address else ""


def check_connection() -> list[tuple[bool, str]]:
    """(good, sentence) for each thing that has to work; nothing secret in any."""
    entra: EntraSettings = settings.FOREBAY_ENTRA
    keys = keys_of(entra)
    try:
        facts = keys.look()
    except Unavailable as error:
        return [(False, error.detail)]
    many = "1 key" if facts["keys"] == 1 else f"{facts['keys']} keys"
    told = [
        (True, f"{entra.authority} answers as {facts['issuer']}."),
        (True, f"It signs with {many} that are taken here."),
    ]
    if entra.client_secret:
        told.append(_check_secret(entra, keys.document()["token_endpoint"]))
    return told


def _check_secret(entra: EntraSettings, endpoint: str) -> tuple[bool, str]:
    try:
        _client(entra).fetch_token(
            endpoint, grant_type="client_credentials", scope=f"{entra.client_id}/.default"
        )
    except AuthlibBaseError as error:
        told = first_line(error.description or error.error)
        return False, f"The application's secret is not taken: {told}"
    except Unavailable as error:
        return False, error.detail
    return True, "The application's secret is taken."


def _plain(text: str) -> str:
    return "".join(c if " " <= c <= "~" and c not in '"\\' else " " for c in text)


def first_line(text: object) -> str:
    """What Entra ID says, without the traces below its first line."""
    return (str(text or "no reason given").splitlines() or [""])[0][:300]
