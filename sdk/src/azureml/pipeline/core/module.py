"""Modules, under the names v1 programs import from here; not in this version."""

from __future__ import annotations

from azureml._forebay.unsupported import later

__all__ = ["Module", "ModuleVersion", "ModuleVersionDescriptor"]

_INSTEAD = "Use PythonScriptStep instead."
Module = later("Module", _INSTEAD, __name__)
ModuleVersion = later("ModuleVersion", _INSTEAD, __name__)
ModuleVersionDescriptor = later("ModuleVersionDescriptor", _INSTEAD, __name__)
