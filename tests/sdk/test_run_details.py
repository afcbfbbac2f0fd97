"""The widget in a notebook: one card of plain HTML, whatever the names are."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from azureml.core import Experiment
from azureml.pipeline.core import PipelineRun
from azureml.widgets import RunDetails

from tests.sdk.programs import FakeWorkspace

RUN = {
    "id": "run-1",
    "name": "Run 1",
    "experiment": "exp",
    "status": "Completed",
    "url": "http://studio.test/w/lab/runs/run-1/",
    "steps": [
        {
            "name": "<script>alert(1)</script>",
            "status": "Completed",
            "why": {"sentence": "Reused from Run 0"},
        }
    ],
}


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a Jupyter kernel was asked to display."""
    cards: list[str] = []
    kernel: Any = ModuleType("IPython")
    kernel.get_ipython = lambda: SimpleNamespace(config={"IPKernelApp": {}})
    display: Any = ModuleType("IPython.display")
    display.HTML = str
    display.display = cards.append
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return cards


def test_a_notebook_gets_a_card(shown: list[str]):
    workspace: Any = FakeWorkspace(**{"runs/run-1": RUN})
    RunDetails(PipelineRun(Experiment(workspace, "exp"), "run-1")).show()
    (card,) = shown
    assert f'href="{RUN["url"]}"' in card
    assert "Status: Finished, 1 of 1 steps done" in card
    assert "Reused from Run 0" in card
    assert "<script>" not in card
