"""Modules, under the names v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml.pipeline.core._later import Module, ModuleVersion, ModuleVersionDescriptor

__all__ = ["Module", "ModuleVersion", "ModuleVersionDescriptor"]
