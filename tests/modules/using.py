"""What the cases share: a module's `run` called as its step would call it."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from forebay_modules.errors import ModuleError
from forebay_modules.run import Context
from forebay_modules.settings import check_settings, is_shown, with_defaults
from forebay_modules.tables import Table
from run_cases import LIBRARY, load


def use(key: str, inputs: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """The outputs of a module. Data frames are tables; settings are checked as in a step."""
    spec = json.loads((LIBRARY / key / "module.json").read_text())
    faults = [sentence for _, sentence in check_settings(spec["parameters"], settings)]
    if faults:
        raise ModuleError(" ".join(faults))
    values = with_defaults(spec["parameters"], settings)
    shown = {
        one["name"]: values[one["name"]] if is_shown(one, values) else one.get("default")
        for one in spec["parameters"]
    }
    given = {
        port["name"]: Table(value) if isinstance(value, pd.DataFrame) else value
        for port in spec["inputs"]
        for value in [(inputs or {}).get(port["name"])]
    }
    return load(LIBRARY / key / "run.py").run(Context(inputs=given, settings=shown))


def refused(key: str, inputs: dict[str, Any] | None = None, **settings: Any) -> str:
    """The sentence with which a module refuses; an AssertionError when it does not."""
    try:
        use(key, inputs, **settings)
    except ModuleError as error:
        return str(error)
    raise AssertionError(f"{key} did its work")
