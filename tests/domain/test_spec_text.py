"""Specs as people write them: JSON and YAML, and every way in which they can't be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.spec_changes import spec_changes
from pipelines.domain.spec_text import SPEC_TEXT_LIMIT, parse_spec_text


def fault(text: str) -> str:
    raw, problems = parse_spec_text(text)
    assert raw is None
    (problem,) = problems
    assert problem.field == "spec"
    return problem.message


def test_yaml_and_json_say_the_same() -> None:
    yaml = "name: Mine\ninputs:\n  - {name: dataset, type: table}\nversion: 2020-12-01\n"
    json = '{"name": "Mine", "inputs": [{"name": "dataset", "type": "table"}], '
    json += '"version": "2020-12-01"}'
    assert parse_spec_text(yaml) == parse_spec_text(json)


def test_words_stay_words_and_only_true_is_true() -> None:
    raw, _ = parse_spec_text("choices: [no, yes, on, off, y, true, False, ~, 3, 0.5]")
    assert raw == {"choices": ["no", "yes", "on", "off", "y", True, False, None, 3, 0.5]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("name: [a", "line 1"),
        ('{"name": ', "breaks off at line 1"),
        ("a: 1\nb: 2\na: 3\n", "line 3: 'a' is said twice"),
        ("a: &x [1]\nb: *x\n", "line 2: aliases"),
        ("1: one", "put it in quotes"),
        ("a: .nan", "finite"),
        ('{"a": NaN}', "finite"),
        ("a: 1\nb: !!binary aGk=", "line 2: tags (!)"),
        ("a: !!python/object/apply:os.getcwd []", "tags (!)"),
        ("a: !!bool maybe", "tags (!)"),
        ("a: !!int ''", "tags (!)"),
        ("a: 1\n? [b]\n: c", "line 2: a key must be a text"),
        ("a: {<<: 1}", "merging"),
        ("[" * 3000, "nested too deeply"),
        ('{"a": ' + "[" * 60 + "]" * 60 + "}", "nested too deeply"),
        ('{"a": ' + "[" * 3000, "The JSON can't be read, it is nested too deeply"),
        (r'a: "\0"', "can't be stored"),
        (r'{"\ud800": 1}', "can't be stored"),
        ("a: \x07", "character 4"),
        ("a: " + "9" * 5000, "4300 digits"),
        ("a: " + "x" * SPEC_TEXT_LIMIT, "64 KB"),
    ],
)
def test_what_can_t_be_read_is_told_with_its_place(text: str, told: str) -> None:
    assert told in fault(text)


@given(st.text(alphabet="ab: -[]{}#&*!?|>%@`'\"\n\t,01.~<=e\\x", max_size=60))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    parse_spec_text(text)


def test_a_few_lines_that_would_be_gigabytes_are_refused_at_once() -> None:
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert "line 2: aliases (*)" in fault("\n".join(lines))


def test_changes_name_ports_parameters_and_files() -> None:
    before = {
        "name": "Mine",
        "inputs": [{"name": "dataset", "type": "table"}],
        "outputs": [{"name": "results", "type": "table"}],
        "parameters": [{"name": "rate", "type": "float", "default": 1}, {"name": "old"}],
    }
    after = {
        "name": "Mine",
        "description": "New words",
        "inputs": [{"name": "dataset", "type": "files"}, {"name": "extra", "type": "table"}],
        "outputs": [],
        "parameters": [
            {"name": "rate", "type": "float", "default": 2},
            {"name": "key", "type": "string", "required": True},
        ],
    }
    files = [{"path": "run.py", "sha256": "a"}, {"path": "gone.py", "sha256": "b"}]
    now = [{"path": "run.py", "sha256": "c"}, {"path": "new.py", "sha256": "b"}]
    told = [
        (one.kind, one.text, one.before, one.after)
        for one in spec_changes(before, after, files, now)
    ]
    assert told == [
        ("added", "input extra, required", "", ""),
        ("changed", "type of input dataset", "table", "files"),
        ("removed", "output results", "", ""),
        ("removed", "parameter old", "", ""),
        ("added", "parameter key, required", "", ""),
        ("changed", "default of parameter rate", "1", "2"),
        ("changed", "description", "", "New words"),
        ("removed", "file gone.py", "", ""),
        ("added", "file new.py", "", ""),
        ("changed", "file run.py", "", ""),
    ]
    assert spec_changes(before, before, files, files) == []
