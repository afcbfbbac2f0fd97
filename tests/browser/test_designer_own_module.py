"""The example of an own module, as it is offered: it runs after a dataset and after a step."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas, make_draft
from tests.browser.panes import send

pytestmark = pytest.mark.needs("packages")


def test_the_example_reads_a_dataset_and_what_a_step_made(
    studio: Any, compute: str, page: Page
) -> None:
    page.goto("/w/forebay/modules/new/")
    page.get_by_role("button", name="Begin with an example").click()
    page.get_by_role("button", name="Add the module").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Scale a column")

    send(studio, "POST", "/samples/datasets")
    canvas = Canvas(studio, page, name="Scaled twice", default_compute=compute)
    canvas.drag_in("Sample: iris", 330, 40)
    canvas.drag_in("Scale a column", 330, 200)
    port = canvas.port
    canvas.wire(canvas.pill("Sample: iris").locator(".dz-port"), port("Scale a column", "Dataset"))
    canvas.card("Scale a column").click()
    canvas.pane.get_by_role("combobox", name=re.compile("^Column")).click()
    page.get_by_role("option").filter(has_text="petal_width").click()
    # The same once more, on what the first one makes.
    graph = canvas.graph()
    (first,) = graph["nodes"]
    source = {"node": first["id"], "output": "results"}
    again = {**first, "id": "again", "inputs": [{"name": "dataset", "source": source}]}
    body = {"graph": {**graph, "nodes": [first, again]}, "default_compute": compute}
    draft = make_draft(studio, name="Scaled twice", **body)
    run = send(studio, "POST", f"/drafts/{draft}/submit", {"experiment": "scaled"})
    ended = studio.wait_for_run(run["id"], 300)
    assert ended["status"] == "Completed", ended
