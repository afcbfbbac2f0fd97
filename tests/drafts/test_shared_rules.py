"""Rules that the designer applies too, by the same examples (designer-rules.test.ts)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.domain.drafting import compile_graph
from pipelines.domain.module_specs import PORT_TYPES, type_fits
from tests.support.drafts import library_catalog

HERE = Path(__file__).parent
FITS: dict[str, list[str]] = json.loads((HERE / "port_types.json").read_text())["fits"]
CASES: list[dict[str, Any]] = json.loads((HERE / "problems.json").read_text())


def test_which_port_fits_which() -> None:
    assert list(FITS) == list(PORT_TYPES)
    assert {made: [one for one in PORT_TYPES if type_fits(made, one)] for made in FITS} == FITS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_problems_of_a_draft(case: dict[str, Any]) -> None:
    _, problems = compile_graph(case["graph"], library_catalog(compute=case["default_compute"]))
    told = [[one.node, one.field, one.code, one.message] for one in problems]
    assert told == case["problems"]
