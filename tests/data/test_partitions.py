"""`partition_format`: which columns a path gives."""

from __future__ import annotations

import pytest

from data.domain.partitions import parse_partition_format


@pytest.mark.parametrize(
    ("form", "path", "values"),
    [
        ("/{a}/data.csv", "x/accounts/data.csv", {"a": "accounts"}),
        ("{a}/data.csv", "accounts/data.csv", {"a": "accounts"}),
        ("{a}/{b}.csv", "x/y/z.csv", {"a": "y", "b": "z"}),
        ("/{a}/*.csv", "in/y/anything.csv", {"a": "y"}),
        (
            "/{department}/{day:yyyy/MM/dd}/data.csv",
            "sales/accounts/2019/01/31/data.csv",
            {"department": "accounts", "day": "2019-01-31 00:00:00"},
        ),
        ("{t:yyyy-MM-dd HH_mm_ss}.csv", "a/2020-02-03 04_05_06.csv", {"t": "2020-02-03 04:05:06"}),
        ("/{city}.v1+.csv", "in/Köln.v1+.csv", {"city": "Köln"}),
        ("/y={y}/p.csv", "out/y=2020/p.csv", {"y": "2020"}),
    ],
)
def test_a_path_is_taken_apart(form: str, path: str, values: dict[str, str]) -> None:
    parsed = parse_partition_format(form)
    names = [column.name for column in parsed.columns]
    assert dict(zip(names, parsed.values(path), strict=True)) == values


@pytest.mark.parametrize(
    ("form", "path", "words"),
    [
        ("/{a}/data.csv", "data.csv", "does not end as"),
        ("/{a}/data.csv", "x/data.csv.gz", "does not end as"),
        ("{d:yyyy}/x.csv", "20a0/x.csv", "does not end as"),
        ("{d:yyyy/MM}/x.csv", "2020/13/x.csv", "no date"),
    ],
)
def test_a_path_that_does_not_fit(form: str, path: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_partition_format(form).values(path)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("data.csv", "names no column"),
        ("{a/b.csv", "without its other half"),
        ("{}/b.csv", "without a column's name"),
        ("{a}/{a}.csv", "twice"),
        ("{d:MM/dd}/x.csv", "no year"),
        ("{d:yyyy/QQ}/x.csv", "'QQ'"),
    ],
)
def test_a_format_that_can_not_be(form: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_partition_format(form)
