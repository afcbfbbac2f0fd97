"""The address that a request comes from, as the audit log and the brakes know it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from workspaces.domain.addresses import client_address

FORWARDED = "X-Forwarded-For"


def address_of(request: HttpRequest | Request) -> str:
    """The client's IP address; empty where the server can't know it (a Unix socket)."""
    return client_address(
        request.META.get("REMOTE_ADDR") or "",
        request.headers.get(FORWARDED, ""),
        settings.FOREBAY_TRUSTED_PROXIES,
    )
