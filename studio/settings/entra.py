"""Reads FOREBAY_ENTRA_*: sign-in with Microsoft Entra ID. See docs/how-to/entra.md."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from studio.settings.readers import SettingError, read_list, read_text
from workspaces.domain.entra import EntraSettings

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAMES = ("TENANT", "CLIENT_ID", "AUDIENCES", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "WORKSPACE")


def read_entra() -> EntraSettings:
    """The settings, empty when nothing is set; SettingError for what can't work."""
    given = [name for name in NAMES if os.environ.get(f"FOREBAY_ENTRA_{name}")]
    if not given:
        return EntraSettings()
    tenant, client_id = _guid("FOREBAY_ENTRA_TENANT"), _guid("FOREBAY_ENTRA_CLIENT_ID")
    audiences = read_list("FOREBAY_ENTRA_AUDIENCES") or [client_id, f"api://{client_id}"]
    return EntraSettings(
        tenant=tenant,
        client_id=client_id,
        audiences=tuple(audiences),
        authority=_authority(),
        client_secret=_secret(),
        workspace=read_text("FOREBAY_ENTRA_WORKSPACE", ""),
    )


def _guid(name: str) -> str:
    text = read_text(name, "").strip().lower()
    if not GUID.fullmatch(text):
        raise SettingError(
            f"{name} must be a GUID as the app registration's overview shows it, not {text!r}."
        )
    return text


def _authority() -> str:
    name = "FOREBAY_ENTRA_AUTHORITY"
    text = read_text(name, "https://login.microsoftonline.com").rstrip("/")
    parts = urlsplit(text)
    if parts.scheme == "https" and parts.hostname and not parts.query:
        return text
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return text  # a test's own issuer on this machine
    raise SettingError(f"{name} must be an https address, not {text!r}.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret() -> str:
    """The application's secret, from a file rather than the environment where one is named."""
    path = os.environ.get("FOREBAY_ENTRA_CLIENT_SECRET_FILE")
    if not path:
        return read_text("FOREBAY_ENTRA_CLIENT_SECRET", "").strip()
    if os.environ.get("FOREBAY_ENTRA_CLIENT_SECRET"):
        raise SettingError(
            "Set FOREBAY_ENTRA_CLIENT_SECRET or FOREBAY_ENTRA_CLIENT_SECRET_FILE, not both."
        )
    try:
        secret = Path(path).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"FOREBAY_ENTRA_CLIENT_SECRET_FILE {path}: {error}.") from None
    if not secret:
        raise SettingError(f"FOREBAY_ENTRA_CLIENT_SECRET_FILE {path} is empty.")
    return secret
