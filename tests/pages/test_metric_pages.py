"""Logged values drawn on the pages, each picture with its numbers as a table."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from pipelines.models import Metric, Run

MATRIX = {"data": {"class_labels": ["<cat>", "dog"], "matrix": [[8, 2], [0, 10]]}}


def log(run: Run, name: str, kind: str, *values: Any, node: str = "a") -> None:
    step = run.steps.get(node_id=node)
    for value in values:
        Metric.objects.create(
            run=run, step_run=step, name=name, kind=kind, value=value, logged_at=timezone.now()
        )


def both_pages(browser: Client, run: Run) -> list[str]:
    step = run.steps.get(node_id="a")
    urls = (f"/w/lab/runs/{run.uid}/?tab=metrics",
            f"/w/lab/runs/{run.uid}/steps/{step.uid}/panel?panel=metrics")  # fmt: skip
    return [browser.get(url).content.decode() for url in urls]


def test_a_confusion_matrix_is_a_picture_with_words_for_a_screen_reader(
    browser: Client, run: Run
) -> None:
    log(run, "matrix", "confusion_matrix", MATRIX)
    for page in both_pages(browser, run):
        assert "Confusion matrix of 2 classes, 20 values, 90.0% on the diagonal" in page
        assert "<title>true &lt;cat&gt;, predicted dog: 20%</title>" in page
        assert "As a table" in page and "<bdi>&lt;cat&gt;</bdi>" in page
        assert 'style="' not in page, "the policy allows no style of an element"


def test_a_wrong_shape_is_a_sentence_and_a_table(browser: Client, run: Run) -> None:
    log(run, "wrong", "residuals", {"data": {"bin_edges": [1, 2], "bin_counts": [1, 2, 3]}})
    for page in both_pages(browser, run):
        assert "This can&#x27;t be drawn as residuals: data.bin_counts has 3 numbers" in page
        assert "data.bin_counts</th>" in page and "[1, 2, 3]" in page


def test_numbers_have_their_range_in_the_table_and_a_line(browser: Client, run: Run) -> None:
    log(run, "loss", "scalar", 0.5, 0.75, "NaN", 0.25)
    log(run, "accuracy", "scalar", 0.9)
    log(run, "words", "scalar", "good", "<b>better</b>")
    page = browser.get(f"/w/lab/runs/{run.uid}/?tab=metrics")
    rows = {row.series.name: row for row in page.context["metrics"].rows}
    assert (rows["loss"].last, rows["loss"].low, rows["loss"].high) == (0.25, 0.25, 0.75)
    assert rows["words"].count == 2
    assert [placed.card.series.name for placed in page.context["metrics"].cards] == ["loss"]
    text = page.content.decode()
    assert "&lt;b&gt;better&lt;/b&gt;" in text and "<polyline" in text


def test_tables_of_numbers_are_lines_and_others_stay_tables(browser: Client, run: Run) -> None:
    log(run, "history", "row", {"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25})
    log(run, "names", "table", {"name": ["a", "b"], "recall": [0.5, 0.75]})
    for page in both_pages(browser, run):
        assert "Line chart. loss: 2 values" in page
        assert ">epoch</text>" in page
        assert "recall: 2 values" not in page and "0.75" in page


def test_the_page_of_very_many_names_stays_small(browser: Client, run: Run) -> None:
    for number in range(80):
        log(run, f"m{number:02}", "list", [1, 2, 3])
    page = browser.get(f"/w/lab/runs/{run.uid}/?tab=metrics").content.decode()
    assert page.count("<figure") == 60
    assert "20 more can be drawn: open a step&#x27;s own Metrics" in page or (
        "20 more can be drawn: open a step's own Metrics" in page
    )
    assert "m79" in page, "its last value is in the table all the same"
