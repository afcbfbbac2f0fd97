"""Outputs that a step registered as datasets: named where their files are listed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pipelines.models import Attempt, Output, Run, StepRun
from pipelines.services.output_datasets import register_outputs
from tests.support.graphs import graph_json
from tests.support.submitting import finish, submit


@pytest.fixture
def run(workspace: Any, actor: Any, source: str) -> Run:
    """`a -> b`; the output of a is registered under a name that wants to be escaped."""
    graph = graph_json("a -> b", snapshot=source)
    for port in graph["nodes"][0]["outputs"]:
        port["register_on_complete"] = {"name": "clean <b> data", "kind": "file"}
    run = submit(workspace, actor, {"experiment": "iris", "graph": graph})
    finish(run, "a")
    step = StepRun.objects.get(run=run, node_id="a")
    made = Attempt.objects.create(
        step_run=step, number=1, folder="runs/none", host="box", created_at=timezone.now()
    )
    outputs = list(Output.objects.filter(step_run=step).select_related("datastore"))
    register_outputs(attempt=made, outputs=outputs)
    return run


SNIPPET = "Dataset.get_by_name(ws, &quot;clean &lt;b&gt; data&quot;, version=1)"


def test_the_step_names_the_dataset_and_how_to_read_it(browser: Client, run: Run) -> None:
    step = run.steps.get(node_id="a")
    url = f"/w/lab/runs/{run.uid}/steps/{step.uid}/panel?panel=outputs"
    page = browser.get(url).content.decode()
    assert (
        "Registered as dataset <strong><bdi>clean &lt;b&gt; data</bdi></strong>, version 1" in page
    )
    assert f'data-copy-text="{SNIPPET}"' in page


def test_the_run_lists_it_and_has_no_such_column_without_any(
    browser: Client, run: Run, workspace: Any, actor: Any, source: str
) -> None:
    page = browser.get(f"/w/lab/runs/{run.uid}/?tab=outputs").content.decode()
    assert "Registered as" in page and "<bdi>clean &lt;b&gt; data</bdi>" in page
    assert f'data-copy-text="{SNIPPET}"' in page
    plain = submit(
        workspace, actor, {"experiment": "x", "graph": graph_json("c -> d", snapshot=source)}
    )
    finish(plain, "c")
    page = browser.get(f"/w/lab/runs/{plain.uid}/?tab=outputs").content.decode()
    assert "Registered as" not in page
