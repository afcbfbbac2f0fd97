"""Each module against plain pandas and scikit-learn, and with a column that is not there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LIBRARY = ROOT / "pipelines" / "library"
CASES = [
    f"{file.stem}.{node.name}"
    for file in sorted((Path(__file__).parent / "cases").glob("*.py"))
    for node in ast.parse(file.read_text()).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("case_")
]
KEYS = sorted(path.parent.name for path in LIBRARY.glob("*/module.json"))


@pytest.mark.needs("packages")
@pytest.mark.parametrize("case", CASES)
def test_module(case: str, outcomes: dict[str, str]):
    assert outcomes[case] == ""


@pytest.mark.parametrize("key", KEYS)
def test_every_module_has_a_case(key: str):
    text = "".join(file.read_text() for file in (Path(__file__).parent / "cases").glob("*.py"))
    used = rf'use\(\s*"{key}"|LIBRARY / "{key}/run.py"'
    assert re.search(used, text), f"no golden case uses {key}"
    spec = json.loads((LIBRARY / key / "module.json").read_text())
    if any(one["type"] in ("column", "columns") for one in spec["parameters"]):
        assert re.search(rf'refused\(\s*"{key}"', text), f"no case has a wrong column for {key}"
