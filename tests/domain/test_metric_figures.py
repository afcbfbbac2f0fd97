"""What is logged becomes pictures: v1's shapes, lines, and what can't be drawn stays readable."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pipelines.domain.curves import area_below, average_precision, macro_curve
from pipelines.domain.figures import Scale, number_text, thin
from pipelines.domain.logged_shapes import read_accuracy_table
from pipelines.domain.metric_cards import MetricCard
from pipelines.domain.metric_figures import draw_card
from pipelines.domain.metric_series import gather
from pipelines.domain.shape_figures import quantile

MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [0, 10]]},
}
# Four samples of class b with scores .1 (negative), .4 (positive), .35 (negative), .8 (positive).
TABLE = {
    "schema_type": "accuracy_table",
    "schema_version": "1.0.1",
    "data": {
        "class_labels": ["b"],
        "probability_tables": [
            [[2, 2, 0, 0], [2, 1, 1, 0], [1, 0, 2, 1], [0, 0, 2, 2]],
        ],
        "percentile_tables": [[[2, 0, 2, 0]]],
        "probability_thresholds": [0.0, 0.2, 0.5, 1.0],
        "percentile_thresholds": [0.38],
    },
}
RESIDUALS = {
    "schema_type": "residuals",
    "schema_version": "v1",
    "data": {"bin_edges": [-2, 0, 2, 4], "bin_counts": [1, 2, 1]},
}
PREDICTIONS = {
    "schema_type": "predictions",
    "schema_version": "v1",
    "data": {
        "bin_averages": [0.25, "NaN", 0.75],
        "bin_errors": [0.013, "NaN", 0.042],
        "bin_counts": [56, 0, 34],
        "bin_edges": [0.0, 0.3, 0.6, 1.0],
    },
}


def card_of(kind: str, *values: Any, name: str = "m") -> MetricCard:
    (series,) = gather([(name, kind, value) for value in values])
    card = draw_card(series)
    assert card is not None
    return card


def test_a_confusion_matrix_is_drawn_in_counts_and_in_shares():
    card = card_of("confusion_matrix", MATRIX)
    counts, shares = card.heat_maps
    assert [cell.text for cell in counts.cells] == ["8", "2", "0", "10"]
    assert [cell.text for cell in shares.cells] == ["80%", "20%", "0%", "100%"]
    assert [cell.shade for cell in counts.cells] == ["0.400", "0.100", "0.000", "0.500"]
    assert counts.cells[1].title == "true cat, predicted dog: 2"
    assert card.facts == [("On the diagonal", "90.0% of 20")]
    assert "90.0% on the diagonal" in counts.summary
    assert card.table is not None
    assert card.table.columns == ["True class", "cat", "dog", "Recall"]
    assert card.table.rows[0] == ["cat", 8.0, 2.0, "80.0%"]


def test_labels_may_be_numbers_or_missing_and_many_classes_have_a_table_only():
    without = {"data": {"matrix": [[1, 0], [0, 1]]}}
    assert [t.text for t in card_of("confusion_matrix", without).heat_maps[0].rows] == ["0", "1"]
    numbered = {"data": {"class_labels": [3, None], "matrix": [[1, 0], [0, 1]]}}
    rows = card_of("confusion_matrix", numbered).heat_maps[0].rows
    assert [tick.text for tick in rows] == ["3", "none"]
    size = 60
    large = {"data": {"matrix": [[1] * size for _ in range(size)]}}
    card = card_of("confusion_matrix", large)
    assert not card.heat_maps and card.table is not None and len(card.table.rows) == size
    assert "too many" in card.note
    empty = {"data": {"matrix": [[0, 0], [0, 0]]}}
    assert card_of("confusion_matrix", empty).heat_maps[1].cells[0].text == "0%"


def test_an_accuracy_table_gives_both_curves_and_their_areas():
    table = read_accuracy_table(TABLE)
    assert table.classes[0][1].at == 0.2
    card = card_of("accuracy_table", TABLE)
    assert [figure.title for figure in card.figures] == ["ROC", "Precision and recall"]
    assert card.summary_table is not None
    # With the percentile's threshold every positive is above every negative.
    assert card.summary_table.rows == [["b", "1.000", "1.000"]]
    only = {"data": {**TABLE["data"], "percentile_tables": []}}  # type: ignore[dict-item]
    assert card_of("accuracy_table", only).summary_table.rows == [  # type: ignore[union-attr]
        ["b", "0.875", "0.833"]
    ]
    assert card.table is not None and len(card.table.rows) == 5
    assert card.table.rows[0] == ["b", "probability", 0.0, 2.0, 2.0, 0.0, 0.0]


def test_the_table_of_the_documentation_is_drawn_though_its_thresholds_are_too_few():
    value = {
        "schema_type": "accuracy_table",
        "schema_version": "v1",
        "data": {
            "probability_tables": [
                [[114311, 385689, 0, 0], [0, 0, 385689, 114311]],
                [[67998, 432002, 0, 0], [0, 0, 432002, 67998]],
            ],
            "percentile_tables": [
                [[114311, 385689, 0, 0], [1, 0, 385689, 114310]],
                [[67998, 432002, 0, 0], [1, 0, 432002, 67997]],
            ],
            "class_labels": ["0", "1"],
            "probability_thresholds": [0.52],
            "percentile_thresholds": [0.09],
        },
    }
    card = card_of("accuracy_table", value)
    assert [line.label for line in card.figures[0].lines] == ["0", "1", "Macro average"]
    assert card.summary_table is not None
    assert card.summary_table.rows[-1][1] == "0.500"
    assert card.table is not None and card.table.rows[0][2] == "–"


def test_areas_and_means_of_curves():
    assert area_below([(0, 0), (0.5, 1), (1, 1)]) == 0.75
    assert area_below([]) is None and average_precision([]) is None
    assert average_precision([(0.5, 1.0), (1.0, 0.5)]) == 0.75
    both = macro_curve([[(0, 0), (0, 1), (1, 1)], [(0, 0), (1, 1)]])
    assert both == [(0.0, 0.0), (0, 0.5), (1, 1.0)]
    assert macro_curve([[], []]) == []


def test_residuals_are_a_histogram_with_quantiles():
    card = card_of("residuals", RESIDUALS)
    (figure,) = card.figures
    heights = [float(bar.height) for bar in figure.bars]
    assert heights[1] == max(heights) == 2 * heights[0]
    assert figure.bars[0].title == "-2 to 0: 1"
    assert figure.guide, "zero is marked"
    assert dict(card.facts)["Median"] == "about 1"
    assert quantile([0, 10], [4], 0.25) == 2.5
    assert quantile([0, 1, 2], [0, 0], 0.5) == 2


def test_predictions_stand_over_the_true_values_with_gaps_left_out():
    card = card_of("predictions", PREDICTIONS)
    (figure,) = card.figures
    assert len(figure.whiskers) == 2 and len(figure.bars) == 3
    assert card.table is not None
    assert card.table.rows[1] == ["0.3 to 0.6", "–", "–", 0.0]


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("confusion_matrix", [[1]], "it is not a JSON object"),
        ("confusion_matrix", "text", "it is not a JSON object"),
        ("confusion_matrix", {"matrix": [[1]]}, "it has no object 'data'"),
        ("confusion_matrix", {"data": {"matrix": [[1, 2]]}}, "of its 1 rows one has 2 numbers"),
        ("confusion_matrix", {"data": {"matrix": [["a"]]}}, "'a', which is no number"),
        ("confusion_matrix", {"data": {"matrix": [[True]]}}, "'True', which is no number"),
        (
            "confusion_matrix",
            {"data": {"matrix": [[1]], "class_labels": ["a", "b"]}},
            "data.matrix is 1 × 1, but data.class_labels has 2 names",
        ),
        ("confusion_matrix", RESIDUALS, "schema_type is 'residuals'"),
        ("accuracy_table", {"data": {}}, "neither probability_tables nor percentile_tables"),
        ("accuracy_table", {"data": {"probability_tables": [[[1, 2, 3]]]}}, "TP, FP, TN, FN"),
        ("accuracy_table", {"data": {"probability_tables": [7]}}, "no list of thresholds"),
        (
            # As Azure's own documentation has it: one bin too many.
            "residuals",
            {"data": {"bin_edges": [100, 200, 300], "bin_counts": [0.88, 20, 30, 50.99]}},
            "bin_counts has 4 numbers and data.bin_edges has 3",
        ),
        ("residuals", {"data": {"bin_edges": [1, 1], "bin_counts": [2]}}, "must rise"),
        ("residuals", {"data": {"bin_edges": [1, 2], "bin_counts": [-2]}}, "below zero"),
        (
            "predictions",
            {"data": {"bin_edges": [0, 1], "bin_counts": [2], "bin_averages": []}},
            "data.bin_averages must have a number for each of 1 bins",
        ),
        (
            "predictions",
            {"data": {"bin_edges": [0, 1], "bin_counts": [2], "bin_averages": [None]}},
            "no bin has an average",
        ),
    ],
)
def test_a_wrong_shape_says_what_it_lacks_and_stays_readable(kind: str, value: Any, sentence: str):
    card = card_of(kind, value)
    assert sentence in card.fault
    assert not card.figures and not card.heat_maps
    assert card.summary_table is not None and card.summary_table.rows


def test_the_last_of_several_is_drawn():
    assert card_of("residuals", RESIDUALS, RESIDUALS).note == "The last of 2 that were logged."


def test_a_course_is_a_line_with_gaps_where_there_is_no_number():
    card = card_of("scalar", 1.0, 0.5, "NaN", 0.25, "Infinity", name="loss")
    (figure,) = card.figures
    (line,) = figure.lines
    assert len(line.parts) == 1 and len(line.dots) == 3
    assert figure.summary.startswith("Line chart. loss: 3 values, from 1 to 0.25, lowest 0.25")
    assert card.table is not None and [row[0] for row in card.table.rows] == [1, 2, 3, 4, 5]


def test_a_lone_value_a_word_and_words_are_no_pictures():
    for values in ([0.5], ["good"], ["good", "bad"]):
        (series,) = gather([("m", "scalar", value) for value in values])
        assert draw_card(series) is None


def test_columns_of_numbers_are_lines_over_the_one_that_counts():
    rows = [{"epoch": n, "loss": 1 / n, "acc": n / 5, "note": "x"} for n in (1, 2, 3)]
    card = card_of("row", *rows)
    (figure,) = card.figures
    assert figure.x_label == "epoch"
    assert [line.label for line in figure.lines] == ["loss", "acc"]
    table = card_of("table", {"x": [1, 2, 3], "y": [0.6, 0.7, 0.89]})
    assert [line.label for line in table.figures[0].lines] == ["y"]
    words = card_of("table", {"name": ["a", "b"]})
    assert not words.figures and words.summary_table is not None
    named = card_of("table", {"class": ["a", "b"], "recall": [0.5, 0.6]})
    assert not named.figures and named.summary_table is not None


def test_columns_of_unlike_size_get_a_picture_each():
    card = card_of("table", {"loss": [0.1, 0.2], "seconds": [900, 1000]})
    assert [figure.title for figure in card.figures] == ["loss", "seconds"]


def test_flat_endless_and_broken_courses_are_drawn_too():
    assert card_of("scalar", 2, 2).figures[0].lines[0].parts
    assert not card_of("scalar", 1, "NaN").figures
    many = card_of("list", [float(n % 97) for n in range(10_000)])
    assert len(many.figures[0].lines[0].parts[0].split()) <= 322
    assert many.table is not None and many.table.more == 9800


def test_thinning_loses_no_peak():
    points = [(float(n), 0.0) for n in range(5000)]
    points[3211] = (3211.0, 7.0)
    thinned = thin(points)
    assert (3211.0, 7.0) in thinned and len(thinned) <= 320
    assert thinned == sorted(thinned)


def test_marks_are_round_and_inside():
    assert [tick.text for tick in Scale(0, 1, 0, 100).ticks()] == [
        "0", "0.2", "0.4", "0.6", "0.8", "1",
    ]  # fmt: skip
    assert [tick.text for tick in Scale(1, 3, 0, 1).ticks(whole=True)] == ["1", "2", "3"]
    assert [number_text(n) for n in (1234567, 0.00012, 12345, 0.5, -3, 1e-15)] == [
        "1.23e6", "0.00012", "12,345", "0.5", "-3", "0",
    ]  # fmt: skip
    assert math.isfinite(Scale(5, 5, 0, 1)(5))
