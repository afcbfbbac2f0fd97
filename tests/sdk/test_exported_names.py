"""v1's names are importable from where programs import them, with v1's parameters in v1's order.

`v1_names.json` and `v1_imports.json` are our own tables of facts: paths, names and defaults (`...`
for one that is not a literal) of what this SDK has, and what public programs import.
"""

from __future__ import annotations

import ast
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
from azureml._forebay.unsupported import NotSupportedError
from azureml.exceptions import AzureMLException

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SOURCE = ROOT / "sdk" / "src"
TABLE: dict[str, dict[str, Any]] = json.loads((HERE / "v1_names.json").read_text())
IMPORTS: dict[str, str] = json.loads((HERE / "v1_imports.json").read_text())


def find(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def defaults_of(target: Any) -> dict[str, Any]:
    """Public parameters of ours with their defaults, in order; `inspect._empty` for none."""
    parameters = inspect.signature(target).parameters.values()
    named = [one for one in parameters if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    return {
        one.name: one.default
        for one in named
        if one.name != "self" and not one.name.startswith("_")
    }


def read_defaults(text: str) -> dict[str, Any]:
    """The same for a line of the table."""
    found = ast.parse(f"def f({text}): ...").body[0]
    assert isinstance(found, ast.FunctionDef)
    names = [one.arg for one in found.args.args]
    values = [ast.literal_eval(one) for one in found.args.defaults]
    empty = [inspect.Parameter.empty] * (len(names) - len(values))
    return dict(zip(names, [*empty, *values], strict=True))


def is_attribute(found: Any, name: str) -> bool:
    """A property of the class, or what its constructor sets."""
    return name in dir(found) or any(
        f"self.{name}" in inspect.getsource(one) for one in found.__mro__ if one is not object
    )


@pytest.mark.parametrize("path", TABLE)
def test_a_class_has_the_names_of_v1(path: str) -> None:
    found = find(path)
    for other in TABLE[path]["paths"]:
        assert find(other) is found, other
    for name in TABLE[path]["properties"]:
        if found is not azureml.core.Dataset:  # there are no objects of this class
            assert is_attribute(found, name), name
    for name, text in TABLE[path]["parameters"].items():
        try:
            target = found if name == "__init__" else getattr(found, name)
        except NotSupportedError:
            continue
        if "*args" in str(inspect.signature(target)):
            continue  # it only says that it is not supported
        ours, theirs = defaults_of(target), read_defaults(text)
        assert list(ours)[: len(theirs)] == list(theirs), f"{path}.{name}"
        for parameter, default in theirs.items():
            if default not in (inspect.Parameter.empty, ..., []):
                assert ours[parameter] == default, f"{path}.{name}({parameter}=…)"


@pytest.mark.parametrize("module", IMPORTS)
def test_what_programs_import_is_there_and_says_when_it_is_not_supported(module: str) -> None:
    found = importlib.import_module(module)
    for name in IMPORTS[module].split():
        value = getattr(found, name)
        if type(value).__name__ == "_LaterType":
            with pytest.raises(NotSupportedError, match=rf"{name} is not supported .*\. [A-Z].*\."):
                value("x", y=1)
            with pytest.raises(NotSupportedError, match=rf"{name}\.get is not supported"):
                value.get()


def test_an_exception_of_v1_can_be_caught_where_programs_import_it() -> None:
    name = "azureml.pipeline.core._restclients.aeva.models.error_response.ErrorResponseException"
    assert issubclass(find(name), AzureMLException)


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


def test_the_list_of_unsupported_names_is_up_to_date() -> None:
    """Else: scripts/list-unsupported docs/how-to/run-your-v1-program.md"""
    script = ROOT / "scripts" / "list-unsupported"
    done = subprocess.run([sys.executable, script], check=True, capture_output=True, text=True)
    assert done.stdout in (ROOT / "docs" / "how-to" / "run-your-v1-program.md").read_text()
