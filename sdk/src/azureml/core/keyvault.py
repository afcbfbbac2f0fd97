"""Secrets for programs: not there yet."""

from __future__ import annotations

from azureml._forebay.unsupported import later

Keyvault = later("Keyvault", "Give secrets to the program yourself.", __name__)

__all__ = ["Keyvault"]
