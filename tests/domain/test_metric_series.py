"""Logged values as pages show them."""

from __future__ import annotations

from pipelines.domain.metric_series import gather, polyline


def test_numbers_of_one_name_are_a_course():
    (loss,) = gather([("loss", "scalar", 1.0), ("loss", "scalar", 0.5), ("loss", "scalar", 0.25)])
    assert loss.numbers == [1.0, 0.5, 0.25]
    assert loss.chart == "2.0,2.0 60.0,18.0 118.0,26.0"
    assert loss.table is None


def test_a_list_is_a_course_and_words_and_truth_values_are_none():
    (listed,) = gather([("v", "list", [3, 1])])
    assert listed.numbers == [3.0, 1.0]
    assert gather([("v", "scalar", "good")])[0].numbers == []
    assert gather([("v", "scalar", True), ("v", "scalar", False)])[0].chart == ""


def test_rows_and_tables_have_columns():
    (rows,) = gather([("a", "row", {"x": 1, "y": 2}), ("a", "row", {"x": 3})])
    assert rows.table == (["x", "y"], [[1, 2], [3, ""]])
    (table,) = gather([("t", "table", {"x": [1, 2], "y": [3]})])
    assert table.table == (["x", "y"], [[1, 3], [2, ""]])


def test_an_image_is_its_file():
    (image,) = gather([("i", "image", {"artifact": "outputs/i.png"})])
    assert image.artifact == "outputs/i.png"
    assert image.table is None


def test_a_flat_endless_or_broken_course_is_drawn_too():
    assert polyline([2, 2]) == "2.0,14.0 118.0,14.0"
    assert polyline([1, float("nan")]) == ""
    assert len(polyline([float(n) for n in range(10_000)]).split()) <= 242
