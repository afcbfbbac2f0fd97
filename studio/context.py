"""What every page may show."""

from __future__ import annotations

from django.http import HttpRequest

from studio.health import runner_is_alive


def health(request: HttpRequest) -> dict[str, object]:
    """`health.runner` for the banner that says that steps wait; only to who is signed in."""
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {"health": {"runner": runner_is_alive() if signed_in else True}}
