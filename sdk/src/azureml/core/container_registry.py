"""Where images come from: kept as a value, never sent."""

from __future__ import annotations

from typing import Optional

from azureml._forebay.settings import Settings

__all__ = ["ContainerRegistry"]


class ContainerRegistry(Settings):
    """Address and credentials of a registry. They stay in this process."""

    def __init__(self) -> None:
        self.address: Optional[str] = None
        self.username: Optional[str] = None
        self.password: Optional[str] = None

    def __repr__(self) -> str:
        return f"ContainerRegistry({self.address!r})"
