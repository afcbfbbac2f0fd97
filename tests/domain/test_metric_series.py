"""Logged values as pages gather them."""

from __future__ import annotations

import math

from pipelines.domain.metric_series import gather


def test_numbers_of_one_name_are_a_course():
    (loss,) = gather([("loss", "scalar", 1.0), ("loss", "scalar", 0.5), ("loss", "scalar", 0.25)])
    assert loss.numbers == [1.0, 0.5, 0.25]
    assert not loss.is_table


def test_a_list_is_a_course_and_words_and_truth_values_are_none():
    (listed,) = gather([("v", "list", [3, 1])])
    assert listed.numbers == [3.0, 1.0]
    assert gather([("v", "scalar", "good")])[0].numbers == []
    assert gather([("v", "scalar", True), ("v", "scalar", False)])[0].numbers == []


def test_what_is_no_number_of_json_is_one_again():
    (loss,) = gather([("v", "scalar", 1), ("v", "scalar", "NaN"), ("v", "scalar", "-Infinity")])
    assert loss.numbers[0] == 1.0
    assert math.isnan(loss.numbers[1])
    assert loss.numbers[2] == -math.inf


def test_rows_and_tables_have_columns():
    (rows,) = gather([("a", "row", {"x": 1, "y": 2}), ("a", "row", {"x": 3})])
    assert rows.whole_table == (["x", "y"], [[1, 2], [3, ""]])
    (table,) = gather([("t", "table", {"x": [1, 2], "y": [3]})])
    assert table.whole_table == (["x", "y"], [[1, 3], [2, ""]])


def test_an_image_is_its_file():
    (image,) = gather([("i", "image", {"artifact": "outputs/i.png"})])
    assert image.artifact == "outputs/i.png"
    assert not image.is_table
