"""What a token of Microsoft Entra ID says, once its signature is known to be good.

Plain Python: the settings, the names an issuer goes by, and who the claims speak of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workspaces.domain.errors import Unauthenticated
from workspaces.domain.roles import Role

# Tokens of version 1 name the tenant by another host than the one that gives them out.
V1_HOSTS = {
    "https://login.microsoftonline.com": "https://sts.windows.net",
    "https://login.microsoftonline.us": "https://sts.windows.net",
    "https://login.partner.microsoftonline.cn": "https://sts.chinacloudapi.cn",
}
ALGORITHMS = ("RS256", "ES256")  # never `none`, never a shared secret
ROLE_CLAIMS = {f"Forebay.{role.value}": role for role in Role}


@dataclass(frozen=True)
class EntraSettings:
    """The tenant and the application that stand for this studio. Empty: not set up."""

    tenant: str = ""  # the directory's id, a GUID
    client_id: str = ""
    audiences: tuple[str, ...] = ()
    authority: str = "https://login.microsoftonline.com"
    client_secret: str = ""
    workspace: str = ""  # where the roles of the `roles` claim count

    def __bool__(self) -> bool:
        return bool(self.tenant)

    def __repr__(self) -> str:
        return f"EntraSettings(tenant={self.tenant!r}, client_id={self.client_id!r}, …)"

    @property
    def issuer(self) -> str:
        """The tenant's name in tokens of version 2, and the one identities are kept under."""
        return f"{self.authority}/{self.tenant}/v2.0"

    @property
    def issuers(self) -> list[str]:
        """Every name that the tenant goes by in tokens."""
        v1 = V1_HOSTS.get(self.authority, self.authority)
        return [self.issuer, f"{v1}/{self.tenant}/"]

    @property
    def discovery_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    @property
    def scope(self) -> str:
        """What a program asks for to get a token for this studio."""
        return f"api://{self.client_id}/.default"

    @property
    def signs_browsers_in(self) -> bool:
        """Whether the button on the sign-in page works: it needs the application's secret."""
        return bool(self.tenant and self.client_secret)


@dataclass(frozen=True)
class EntraIdentity:
    """Who a token speaks of: a person, or an application by itself."""

    issuer: str
    subject: str  # the object id of the person or of the application in the tenant
    app_id: str = ""  # set when no person is behind it
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    user_principal_name: str = ""
    email: str = ""
    roles: tuple[Role, ...] = ()


def identity_of_access_token(claims: Mapping[str, Any], settings: EntraSettings) -> EntraIdentity:
    """Who calls. Raises Unauthenticated: wrong_tenant, token_invalid, token_no_access."""
    _check_tenant(claims, settings)
    if is_application(claims):
        app_id = _text(claims, "azp") or _text(claims, "appid")
        if not app_id:
            raise Unauthenticated("The token names no application.", code="token_invalid")
        return EntraIdentity(settings.issuer, _subject(claims), app_id=app_id.lower())
    if not _text(claims, "scp"):
        raise Unauthenticated(
            "This token says who somebody is, not that a program may act for them: it has no "
            f"scope. Ask Entra ID for {settings.scope}.",
            code="token_no_access",
        )
    return _person(claims, settings)


def identity_of_id_token(
    claims: Mapping[str, Any], settings: EntraSettings, *, nonce: str
) -> EntraIdentity:
    """Who signed in in this browser. Raises Unauthenticated, as for a nonce of another try."""
    _check_tenant(claims, settings)
    if not nonce or _text(claims, "nonce") != nonce:
        raise Unauthenticated("The answer belongs to another sign-in.", code="nonce_mismatch")
    return _person(claims, settings)


def is_application(claims: Mapping[str, Any]) -> bool:
    """Whether an application speaks for itself: `idtyp`, else nobody's scope and its own id."""
    if "idtyp" in claims:
        return bool(claims["idtyp"] == "app")
    return not _text(claims, "scp") and bool(
        _text(claims, "oid") and _text(claims, "oid") == _text(claims, "sub")
    )


def _check_tenant(claims: Mapping[str, Any], settings: EntraSettings) -> None:
    if _text(claims, "tid").lower() != settings.tenant:
        raise Unauthenticated(
            "This token is of another directory (tenant) than the one of this studio, "
            f"{settings.tenant}.",
            code="wrong_tenant",
        )


def _person(claims: Mapping[str, Any], settings: EntraSettings) -> EntraIdentity:
    known = claims.get("roles")
    names = known if isinstance(known, list) else []
    return EntraIdentity(
        issuer=settings.issuer,
        subject=_subject(claims),
        name=_text(claims, "name"),
        given_name=_text(claims, "given_name"),
        family_name=_text(claims, "family_name"),
        user_principal_name=(
            _text(claims, "preferred_username")
            or _text(claims, "upn")
            or _text(claims, "unique_name")
        ),
        email=_text(claims, "email"),
        roles=tuple(role for claim, role in ROLE_CLAIMS.items() if claim in names),
    )


def _subject(claims: Mapping[str, Any]) -> str:
    subject = _text(claims, "oid") or _text(claims, "sub")
    if not subject:
        raise Unauthenticated("The token does not say who it speaks of.", code="token_invalid")
    return subject


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\0", "")[:200] if isinstance(value, str) else ""
