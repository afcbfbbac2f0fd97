"""Who is asking. Every class gives an ``Authorization`` header; none prompts when a token is there.

The token is ``FOREBAY_TOKEN``, the run's own inside a step, or the one that ``forebay login``
stored. Without one, and with a server that takes tokens of Microsoft Entra ID, the classes that
v1 signed in with get theirs there, through azure-identity. A Forebay service principal is a
:class:`ServicePrincipalAuthentication`. Tokens that end are replaced before they do.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import Any, Callable, Optional

from azureml._forebay.credentials import find_server, find_token, normalize_server
from azureml._forebay.entra import ask_credential, make_credential
from azureml._forebay.sign_in import entra_of, exchange_secret
from azureml._forebay.tokens import AccessToken, TokenSource
from azureml._forebay.unsupported import not_supported
from azureml.exceptions import AuthenticationException, UserErrorException

__all__ = [
    "AbstractAuthentication",
    "AccessToken",
    "ArmTokenAuthentication",
    "Audience",
    "AuthenticationException",
    "AzureCliAuthentication",
    "AzureMLTokenAuthentication",
    "InteractiveLoginAuthentication",
    "MsiAuthentication",
    "ServicePrincipalAuthentication",
    "TokenAuthentication",
    "UserErrorException",
]

_TOKEN_PREFIX = "fby_"  # noqa: S105 - how tokens of a Forebay server begin
_SECRET_PREFIX = "fbs_"  # noqa: S105 - and secrets of its service principals


class Audience(Enum):
    """For whom a token is asked; a Forebay server takes one for all."""

    ARM = "ARM"
    AZUREML = "AZUREML"


class AbstractAuthentication:
    """The root of the classes below; a subclass may give its own header."""

    def __init__(self) -> None:
        self._server: Optional[str] = None  # set by the workspace that it opens
        self._tokens = TokenSource(self._fetch)

    def get_authentication_header(self) -> dict[str, str]:
        """``{"Authorization": "Bearer …"}`` for calls to the server by any HTTP client."""
        return {"Authorization": f"Bearer {self._tokens.current().token}"}

    def get_token(self, *scopes: Any, **kwargs: Any) -> AccessToken:
        """The token in the shape azure-identity gives; ``scopes`` do not matter here."""
        return self._tokens.current()

    def signed_session(self, session: Any = None) -> Any:
        """``session`` (a ``requests`` session; made if None) that sends the header."""
        if session is None:
            try:
                import requests
            except ImportError:
                not_supported(
                    "signed_session() without the package requests",
                    "Install requests, or use get_authentication_header().",
                )
            session = requests.Session()
        session.headers.update(self.get_authentication_header())
        return session

    def _fetch(self, renew: bool) -> Optional[AccessToken]:
        """A token: the one that is there. With ``renew`` it was refused, and there is no other."""
        if renew:
            return None
        token = find_token(self._address)
        if token:
            return AccessToken(token, 0)
        raise AuthenticationException(
            f"There is no token for {self._address}. Run `forebay login --server {self._address}`,"
            " or set FOREBAY_TOKEN."
        )

    @property
    def _address(self) -> str:
        return normalize_server(self._server or find_server())


class _EntraAuthentication(AbstractAuthentication):
    """Asks Microsoft Entra ID where no token is there and the server takes its tokens."""

    def __init__(self) -> None:
        super().__init__()
        self._credential: Any = None  # azure-identity's; it keeps what it got

    def _fetch(self, renew: bool) -> Optional[AccessToken]:
        server = self._address
        if self._credential is None:
            entra = None if find_token(server) else entra_of(server)
            if entra is None:
                return super()._fetch(renew)
            self._credential = self._make_credential(server, entra)
        return ask_credential(self._credential, server, entra_of(server) or {})

    def _make_credential(self, server: str, entra: dict[str, Any]) -> Any:
        raise NotImplementedError


class InteractiveLoginAuthentication(_EntraAuthentication):
    """The person who ran ``forebay login``, else one who signs in with Entra ID in a browser.

    ``force`` and ``cloud`` are taken and unused.
    """

    def __init__(
        self, force: bool = False, tenant_id: Optional[str] = None, cloud: Optional[str] = None
    ) -> None:
        super().__init__()
        self._tenant_id = tenant_id

    def _make_credential(self, server: str, entra: dict[str, Any]) -> Any:
        return make_credential(
            "InteractiveBrowserCredential",
            server,
            tenant_id=self._tenant_id or entra.get("tenant"),
            authority=entra.get("authority"),
        )


class AzureCliAuthentication(_EntraAuthentication):
    """The token that is there, else the person who ran ``az login``."""

    def __init__(self, cloud: Optional[str] = None) -> None:
        super().__init__()

    def _make_credential(self, server: str, entra: dict[str, Any]) -> Any:
        return make_credential("AzureCliCredential", server, tenant_id=entra.get("tenant"))


class MsiAuthentication(_EntraAuthentication):
    """The token that is there (a step's own), else the managed identity of this machine.

    ``identity_config``, as ``{"client_id": …}``, names a user-assigned one.
    """

    def __init__(self, cloud: Optional[str] = None, **kwargs: Any) -> None:
        super().__init__()
        self._identity = kwargs.get("identity_config") or {}

    def _make_credential(self, server: str, entra: dict[str, Any]) -> Any:
        return make_credential(
            "ManagedIdentityCredential", server, client_id=self._identity.get("client_id")
        )


class AzureMLTokenAuthentication(AbstractAuthentication):
    """The run's own token, inside a step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()


class ServicePrincipalAuthentication(_EntraAuthentication):
    """A program that signs in by itself.

    With the client id and a secret of a Forebay service principal (secrets begin with ``fbs_``;
    ``tenant_id`` is unused) the server gives a token of an hour. A Forebay token (``fby_``) in
    place of the secret is used as it is. Any other secret belongs to Entra ID: the token that is
    there is used, else Entra is asked.
    """

    def __init__(
        self,
        tenant_id: Optional[str],
        service_principal_id: Optional[str],
        service_principal_password: Optional[str],
        cloud: str = "AzureCloud",
        _enable_caching: bool = True,
    ) -> None:
        super().__init__()
        self._tenant_id = tenant_id
        self._service_principal_id = service_principal_id
        self._service_principal_password = service_principal_password

    def _fetch(self, renew: bool) -> Optional[AccessToken]:
        secret = self._service_principal_password or ""
        if secret.startswith(_SECRET_PREFIX):
            return exchange_secret(self._address, str(self._service_principal_id or ""), secret)
        if secret.startswith(_TOKEN_PREFIX):
            return None if renew else AccessToken(secret, 0)
        return super()._fetch(renew)

    def _make_credential(self, server: str, entra: dict[str, Any]) -> Any:
        if not (self._service_principal_id and self._service_principal_password):
            raise AuthenticationException(
                "ServicePrincipalAuthentication needs service_principal_id and"
                " service_principal_password; one of them is empty."
            )
        return make_credential(
            "ClientSecretCredential",
            server,
            tenant_id=self._tenant_id or entra.get("tenant"),
            client_id=self._service_principal_id,
            client_secret=self._service_principal_password,
            authority=entra.get("authority"),
        )


class TokenAuthentication(AbstractAuthentication):
    """A token from a function of the program's own, asked for each time it is needed."""

    def __init__(
        self, get_token_for_audience: Callable[[Audience], str], cloud: Optional[str] = None
    ) -> None:
        super().__init__()
        if not callable(get_token_for_audience):
            raise UserErrorException("get_token_for_audience must be a function.")
        self._get_token_for_audience = get_token_for_audience

    def get_token(self, audience: Any = Audience.ARM, **kwargs: Any) -> AccessToken:
        """What the function gives."""
        return AccessToken(str(self._get_token_for_audience(audience)), 0)

    def _fetch(self, renew: bool) -> Optional[AccessToken]:
        return AccessToken(str(self._get_token_for_audience(Audience.AZUREML)), 0)


class ArmTokenAuthentication(AbstractAuthentication):
    """A token given as text."""

    def __init__(self, arm_access_token: str, cloud: Optional[str] = None) -> None:
        super().__init__()
        self._arm_access_token = arm_access_token

    def update_token(self, token: str) -> None:
        """Use another token from now on."""
        self._arm_access_token = token

    def _fetch(self, renew: bool) -> Optional[AccessToken]:
        return None if renew else AccessToken(self._arm_access_token, 0)


def token_of(auth: Optional[Any], server: str) -> Optional[TokenSource]:
    """Where the bearer tokens for ``server`` come from; None for the stored one.

    The first is fetched here, so that what is wrong is said at once.
    """
    if auth is None or os.environ.get("FOREBAY_TOKEN"):
        return None
    if isinstance(auth, AbstractAuthentication):
        auth._server = server
        source = auth._tokens
    else:
        source = TokenSource(lambda renew: None if renew else _token_in_header(auth))
    source.current()
    return source


def _token_in_header(auth: Any) -> AccessToken:
    """The token of an object that is not ours and gives a header."""
    header = auth.get_authentication_header().get("Authorization", "")
    scheme, _, token = str(header).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthenticationException("auth gave no bearer token.")
    return AccessToken(token.strip(), 0)
