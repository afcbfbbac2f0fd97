"""Tokens of Microsoft Entra ID, through azure-identity, which is imported when it is needed."""

from __future__ import annotations

import importlib
from typing import Any, Dict

from azureml._forebay.tokens import AccessToken
from azureml.exceptions import AuthenticationException


def make_credential(name: str, server: str, **arguments: Any) -> Any:
    """A credential of azure-identity; those arguments that are None are left out."""
    try:
        identity = importlib.import_module("azure.identity")
    except ImportError:
        raise AuthenticationException(
            f"{server} is signed in to with Microsoft Entra ID, which needs the package"
            ' azure-identity: pip install azure-identity (or "./sdk[entra]"). Or use a token of'
            f" the studio: `forebay login --server {server}`, or FOREBAY_TOKEN."
        ) from None
    given = {key: value for key, value in arguments.items() if value is not None}
    return getattr(identity, name)(**given)


def ask_credential(credential: Any, server: str, entra: Dict[str, Any]) -> AccessToken:
    """The credential's token for this server."""
    from azure.core.exceptions import AzureError

    scope = str(entra["scope"])
    try:
        token = credential.get_token(scope)
    except AzureError as error:  # ClientAuthenticationError, CredentialUnavailableError
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise AuthenticationException(
            f"Microsoft Entra ID gave {type(credential).__name__} no token for {server}"
            f" (scope {scope}): {reason}"
        ) from error
    return AccessToken(token.token, int(token.expires_on))
