"""Who is asking. Every class gives an ``Authorization`` header and none prompts.

The token is the one ``forebay login`` stored for the server, ``FOREBAY_TOKEN``, or the run's own
inside a step. A service principal is a Forebay one: its secret is the token.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import Any, Callable, NamedTuple, Optional

from azureml._forebay.credentials import find_server, find_token
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


class Audience(Enum):
    """For whom a token is asked; a Forebay server takes one for all."""

    ARM = "ARM"
    AZUREML = "AZUREML"


class AccessToken(NamedTuple):
    """A token and when it ends, in seconds since 1970 (0: not known)."""

    token: str
    expires_on: int


class AbstractAuthentication:
    """The root of the classes below; a subclass may give its own header."""

    def __init__(self) -> None:
        self._server: Optional[str] = None  # set by the workspace that it opens

    def get_authentication_header(self) -> dict[str, str]:
        """``{"Authorization": "Bearer …"}`` for calls to the server by any HTTP client."""
        return {"Authorization": f"Bearer {self._find_token()}"}

    def get_token(self, *scopes: Any, **kwargs: Any) -> AccessToken:
        """The token in the shape azure-identity gives; ``scopes`` do not matter here."""
        return AccessToken(self._find_token(), 0)

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

    def _find_token(self) -> str:
        server = self._server or find_server()
        token = find_token(server)
        if not token:
            raise AuthenticationException(
                f"There is no token for {server}. Run `forebay login --server {server}`,"
                " or set FOREBAY_TOKEN."
            )
        return token


class InteractiveLoginAuthentication(AbstractAuthentication):
    """The person who ran ``forebay login``. ``tenant_id`` and ``cloud`` are taken and unused."""

    def __init__(
        self, force: bool = False, tenant_id: Optional[str] = None, cloud: Optional[str] = None
    ) -> None:
        super().__init__()
        self._tenant_id = tenant_id


class AzureCliAuthentication(AbstractAuthentication):
    """As :class:`InteractiveLoginAuthentication`; no Azure CLI is asked."""

    def __init__(self, cloud: Optional[str] = None) -> None:
        super().__init__()


class MsiAuthentication(AbstractAuthentication):
    """As :class:`InteractiveLoginAuthentication`; inside a step, the run's own token."""

    def __init__(self, cloud: Optional[str] = None, **kwargs: Any) -> None:
        super().__init__()


class AzureMLTokenAuthentication(AbstractAuthentication):
    """The run's own token, inside a step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()


class ServicePrincipalAuthentication(AbstractAuthentication):
    """A program with its own token: give it as ``service_principal_password``.

    A password that is not a Forebay token (those start with ``fby_``) belongs to another cloud;
    then the stored token is used.
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

    def _find_token(self) -> str:
        given = self._service_principal_password or ""
        return given if given.startswith("fby_") else super()._find_token()


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

    def _find_token(self) -> str:
        return str(self._get_token_for_audience(Audience.AZUREML))


class ArmTokenAuthentication(AbstractAuthentication):
    """A token given as text."""

    def __init__(self, arm_access_token: str, cloud: Optional[str] = None) -> None:
        super().__init__()
        self._arm_access_token = arm_access_token

    def update_token(self, token: str) -> None:
        """Use another token from now on."""
        self._arm_access_token = token

    def _find_token(self) -> str:
        return self._arm_access_token


def token_of(auth: Optional[Any], server: str) -> Optional[str]:
    """The bearer token that ``auth`` gives for ``server``; None to use the stored one."""
    if auth is None or os.environ.get("FOREBAY_TOKEN"):
        return None
    if isinstance(auth, AbstractAuthentication):
        auth._server = server
    header = auth.get_authentication_header().get("Authorization", "")
    scheme, _, token = str(header).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthenticationException("auth gave no bearer token.")
    return token.strip()
