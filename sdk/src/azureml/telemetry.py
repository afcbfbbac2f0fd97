"""Forebay collects nothing about its users: v1's switch for that has no effect."""

from __future__ import annotations

from typing import Any

__all__ = ["set_diagnostics_collection"]


def set_diagnostics_collection(
    send_diagnostics: bool = True, verbosity: Any = None, reason: str = ""
) -> None:
    """Nothing is sent, whatever is asked."""
