"""v1's names are importable from where programs import them, with v1's parameters in v1's order.

`v1_names.json` is our own table of facts: import paths and names, nothing else.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import azureml.core
import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "sdk" / "src"
TABLE: dict[str, dict[str, Any]] = json.loads((HERE / "v1_names.json").read_text())


def find(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("path", TABLE)
def test_a_class_has_the_names_of_v1(path: str) -> None:
    found = find(path)
    for other in TABLE[path]["paths"]:
        assert find(other) is found, other
    for name in TABLE[path]["properties"]:
        assert hasattr(found, name), name
    for name, text in TABLE[path]["parameters"].items():
        target = found if name == "__init__" else getattr(found, name)
        parameters = list(inspect.signature(target).parameters.values())
        if any(one.kind is one.VAR_POSITIONAL for one in parameters):
            continue  # it only says that it is not supported
        names = [one.name for one in parameters if one.name not in ("self", "args", "kwargs")]
        public = [one for one in names if not one.startswith("_")]
        assert public[: len(text.split())] == text.split(), f"{path}.{name}"


def all_modules() -> list[str]:
    found = []
    for folder in sorted(path.parent for path in (SOURCE / "azureml").rglob("__init__.py")):
        package = ".".join(folder.relative_to(SOURCE).parts)
        found.append(package)
        found += [f"{package}.{one.name}" for one in pkgutil.iter_modules([str(folder)])]
    return sorted(set(found))


def test_every_module_imports_with_the_standard_library_alone() -> None:
    """A step may run in any interpreter: -S leaves out everything that is installed."""
    program = f"import sys, importlib\nsys.path.insert(0, {str(SOURCE)!r})\n"
    program += f"for name in {all_modules()!r}: importlib.import_module(name)\n"
    program += "assert 'pathspec' not in sys.modules and 'pandas' not in sys.modules\n"
    subprocess.run([sys.executable, "-S", "-W", "error", "-c", program], check=True)


@pytest.mark.parametrize("name", all_modules())
def test_all_names_that_a_module_declares_exist(name: str) -> None:
    module = importlib.import_module(name)
    for declared in getattr(module, "__all__", ()):
        getattr(module, declared)


def test_importing_opens_nothing_heavy() -> None:
    """What costs most at import is loaded when it is used: HTTP, TLS, pathspec, pandas."""
    program = "import sys, azureml.core\nprint(*sorted(sys.modules))\n"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment
    ).stdout.split()
    for name in ("http.client", "ssl", "email", "asyncio", "pathspec", "pandas", "yaml"):
        assert name not in loaded


def test_version_looks_like_one() -> None:
    assert azureml.core.VERSION.count(".") == 2
