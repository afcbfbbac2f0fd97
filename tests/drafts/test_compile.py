"""What a draft's graph becomes, and what is said against it, by node and field."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.domain import node_memory
from pipelines.domain.drafting import compile_graph
from pipelines.domain.drafts import up_to, versions_to_drop, with_default_compute
from pipelines.domain.node_memory import Memory, Recall
from pipelines.domain.parsing import parse_graph
from pipelines.domain.reuse import fingerprint, known_parts
from pipelines.domain.validation import check_cycle
from tests.support.drafts import classification, library_catalog, node, wire
from tests.support.graphs import node_json


def compiled(*nodes: dict[str, Any], **catalog: Any) -> tuple[dict[str, Any], list[Any]]:
    """Nodes by id, and the problems."""
    graph, problems = compile_graph(
        {"version": 1, "nodes": list(nodes)}, library_catalog(**catalog)
    )
    return {one["id"]: one for one in graph["nodes"]}, problems


def told(*nodes: dict[str, Any], **catalog: Any) -> set[tuple[str, str, str]]:
    return {(one.node, one.field, one.code) for one in compiled(*nodes, **catalog)[1]}


def table(node_id: str = "data") -> dict[str, Any]:
    return node(node_id, "enter-data-manually", data="a,b\n1,2")


def test_settings_and_wires_become_arguments_and_ports():
    made, problems = compiled(
        table(), node("s", "split-data", [wire("dataset", "data", "results")])
    )
    assert problems == []
    split = made["s"]
    assert split["arguments"][:6] == [
        *("--in-dataset", {"input": "dataset"}),
        *("--out-results1", {"output": "results1"}),
        *("--out-results2", {"output": "results2"}),
    ]
    rest = dict(zip(split["arguments"][6::2], split["arguments"][7::2], strict=True))
    assert rest == {
        "--mode": "rows",
        "--fraction": "0.7",
        "--randomized": "true",
        "--seed": "0",
    }
    assert split["compute"] == "cpu"
    assert split["snapshot"] == "source-split-data"
    assert split["module"] == {
        "id": "id-split-data",
        "version": "1",
        "key": "split-data",
        "name": "Split Data",
    }
    assert {one["name"] for one in split["outputs"]} == {"results1", "results2"}
    assert split["ui"] == {"x": 0, "y": 0}
    assert parse_graph({"version": 1, "nodes": list(made.values())})[1] == []


@pytest.mark.parametrize(
    ("long", "advice"),
    [
        (node("n", "enter-data-manually", data="ä" * 60_001), "Register it as a dataset"),
        (node("n", "execute-python-script", script="#" * 120_001), "Put parts of it into files"),
        (node("n", "edit-metadata", columns=["a"], names="a" * 120_001), "Make it shorter."),
    ],
)
def test_a_setting_that_no_command_line_holds_is_told_with_another_way(
    long: dict[str, Any], advice: str
):
    told_of = [one.message for one in compiled(long)[1] if one.code == "invalid_setting"]
    assert len(told_of) == 1
    assert f"more than 120,000 bytes. {advice}" in told_of[0]


def test_compiling_what_was_compiled_changes_nothing():
    """So a run's graph comes back as a draft and is submitted as it was."""
    graph = classification()
    graph["nodes"].append(
        node("import", "import-data", source={"datastore": "other", "path": "a.csv"})
    )
    once, problems = compile_graph(graph, library_catalog())
    assert problems == []
    assert compile_graph(once, library_catalog()) == (once, [])
    drafted, compute = with_default_compute(once)
    assert compute == "cpu"
    assert compile_graph(drafted, library_catalog()) == (once, [])


def test_the_drawing_does_not_enter_the_fingerprint():
    def parts(**changes: Any) -> str:
        made, _ = compiled({**table(), **changes})
        graph, problems = parse_graph({"version": 1, "nodes": [made["data"]]})
        assert problems == []
        return fingerprint(
            known_parts(
                graph.nodes[0], source="s", parameters={}, environment_key="e", input_contents={}
            )
        )

    plain = parts()
    assert parts(ui={"x": 99, "y": 7}, comment="moved", name="My data") == plain
    assert parts(settings={"data": "a,b\n1,3"}) != plain
    assert parts(settings={"data": "a,b\n1,2", "header": True}) == plain  # the default, said


def test_a_path_that_is_read_is_an_input_and_one_that_is_written_a_destination():
    place = {"datastore": "lake", "path": "raw/a.csv"}
    out = {"datastore": "lake", "path": "made/{run-id}"}
    made, problems = compiled(
        node("i", "import-data", source=place),
        node("e", "export-data", [wire("dataset", "i", "results")], path=out),
    )
    assert problems == []
    assert made["i"]["inputs"] == [{"name": "source", "mode": "mount", "source": place}]
    position = made["i"]["arguments"].index("--source")
    assert made["i"]["arguments"][position + 1] == {"input": "source"}
    assert made["e"]["outputs"][0]["destination"] == "made/{run-id}"
    assert made["e"]["outputs"][0]["datastore"] == "lake"
    assert told(node("i", "import-data", source="a.csv")) == {
        ("i", "settings.source", "invalid_setting")
    }
    outside = {"datastore": "lake", "path": "../secret"}
    assert ("e", "settings.path", "invalid_setting") in told(
        node("i", "import-data", source=place),
        node("e", "export-data", [wire("dataset", "i", "results")], path=outside),
    )


def test_wires_fit_their_ports():
    learner = node("l", "linear-regression")
    train = node("t", "train-model", [wire("dataset", "l", "learner")], label="a")
    _, problems = compiled(learner, train)
    messages = {one.field: one.message for one in problems}
    assert messages["inputs[0].source"] == (
        "Linear Regression makes an untrained model; Dataset of Train Model takes a table."
    )
    assert messages["inputs.learner"] == "Untrained model is not connected."
    misspelt = node("s", "split-data", [wire("datset", "data", "results")])
    _, problems = compiled(table(), misspelt)
    assert problems[0].message == "Split Data has no input 'datset'. Did you mean 'dataset'?"
    assert (problems[0].node, problems[0].field) == ("s", "inputs[0].name")


def test_a_tabular_dataset_is_read_as_it_is_defined_and_fits_no_model():
    source = {"dataset": "d1"}
    split = node("s", "split-data", [{"name": "dataset", "source": source, "mode": "mount"}])
    made, problems = compiled(split, tabular=frozenset({"d1"}))
    assert problems == []
    assert made["s"]["inputs"][0]["mode"] == "direct"
    assert compiled(split)[0]["s"]["inputs"][0]["mode"] == "mount"  # a file dataset
    score = node("c", "score-model", [{"name": "model", "source": source}])
    assert ("c", "inputs[0].source", "wrong_type") in told(score, tabular=frozenset({"d1"}))


def test_settings_are_checked_with_the_module_s_own_rules():
    assert told(node("d", "enter-data-manually")) == {("d", "settings.data", "missing_setting")}
    wrong = node("s", "split-data", [wire("dataset", "data", "results")], fraction=2, sede=1)
    assert told(table(), wrong) == {
        ("s", "settings.fraction", "invalid_setting"),
        ("s", "settings.sede", "invalid_setting"),
    }
    huge = node("s", "split-data", [wire("dataset", "data", "results")], fraction=10**400)
    assert told(table(), huge) == {("s", "settings.fraction", "invalid_setting")}
    long = node("d", "enter-data-manually", data="a\n" + "1\n" * 70_000)
    assert told(long) == {("d", "settings.data", "invalid_setting")}
    assert told({**table(), "settings": [1]}) >= {("data", "settings", "invalid_setting")}


def test_a_setting_may_be_a_pipeline_parameter_of_a_type_that_fits():
    def graph(kind: str, **settings: Any) -> dict[str, Any]:
        split = node("s", "split-data", [wire("dataset", "data", "results")], **settings)
        parameters = [{"name": "share", "type": kind, "default": None}]
        return {"version": 1, "parameters": parameters, "nodes": [table(), split]}

    made, problems = compile_graph(
        graph("float", fraction={"parameter": "share"}), library_catalog()
    )
    assert problems == []
    assert {"parameter": "share"} in made["nodes"][1]["arguments"]
    _, problems = compile_graph(graph("string", fraction={"parameter": "share"}), library_catalog())
    assert [(one.field, one.code) for one in problems] == [("settings.fraction", "invalid_setting")]
    _, problems = compile_graph(graph("float", fraction={"parameter": "x"}), library_catalog())
    assert [(one.field, one.code) for one in problems] == [
        ("settings.fraction", "unknown_parameter")
    ]


def test_what_is_gone_is_named_and_its_neighbours_are_checked_all_the_same():
    gone = {**node("g", "x"), "module": {"id": "no", "name": "Clean Up"}}
    after = node("s", "split-data", [wire("dataset", "g", "results")])
    graph, problems = compile_graph({"version": 1, "nodes": [gone, after]}, library_catalog())
    assert [(one.node, one.node_name, one.code) for one in problems] == [
        ("g", "Clean Up", "unknown_module")
    ]
    assert parse_graph(graph)[1] == []
    old = {**table(), "module": {"key": "enter-data-manually", "version": "7"}}
    assert told(old) == {("data", "module", "unknown_module_version")}
    assert told(table(), compute="") == {("data", "compute", "missing_compute")}


def test_steps_of_sdk_runs_pass_through_as_they_are():
    plain = node_json("a", outputs=[{"name": "out", "datastore": "workspaceblobstore"}])
    made, problems = compiled(plain, node("s", "split-data", [wire("dataset", "a", "out")]))
    assert problems == []
    assert made["a"] == plain


def test_junk_never_raises():
    for junk in (None, 1, [], {}, {"nodes": 1}, {"nodes": [1, None, {"id": 1, "module": 3}]}):
        compile_graph(junk, library_catalog())
    for change in (
        {"inputs": 3},
        {"inputs": [3, {"name": [], "source": 1}, {"name": "dataset", "source": {"node": []}}]},
        {"settings": {"mode": ["rows"], "fraction": {"parameter": []}}},
        {"module": {"id": [], "key": {}}},
        {"module": {"key": "split-data", "version": {}}},
        {"outputs": 5, "compute": 7, "name": 3},
        {"id": None},
    ):
        compile_graph(
            {"version": 1, "parameters": 3, "nodes": [{**node("s", "split-data"), **change}]},
            library_catalog(),
        )


def test_a_cycle_of_modules_is_found():
    first = node("a", "clip-values", [wire("dataset", "b", "results")])
    second = node("b", "clip-values", [wire("dataset", "a", "results")])
    graph, _ = compile_graph({"version": 1, "nodes": [first, second]}, library_catalog())
    assert [one.code for one in check_cycle(parse_graph(graph)[0])] == ["cycle"]


def test_up_to_a_node_takes_all_above_it():
    graph = up_to(classification(), "split")
    assert [one["id"] for one in graph["nodes"]] == ["data", "split"]


def test_autosaves_thin_out_with_age_and_the_newest_stays():
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    every = [
        (number, now - timedelta(minutes=minutes))
        for number, minutes in enumerate(range(60 * 24 * 3, -1, -1), start=1)
    ]
    dropped = set(versions_to_drop(every, now))
    kept = [at for number, at in every if number not in dropped]
    assert kept[-1] == now
    last_hour = [at for at in kept if now - at <= timedelta(hours=1)]
    older = [at for at in kept if now - at > timedelta(days=1)]
    assert 30 <= len(last_hour) <= 32
    assert len(older) <= 4
    assert versions_to_drop(sorted((n, a) for n, a in every if n not in dropped), now) == []


def test_a_thousand_modules_are_compiled_in_little_time():
    """Against parsing the same graph, which every submit does: no clock of this machine."""
    nodes = [table("n0")]
    for number in range(1, 1000):
        before = "results" if number == 1 else "cleaned"
        nodes.append(
            node(f"n{number}", "clean-missing-data", [wire("dataset", f"n{number - 1}", before)])
        )
    catalog = library_catalog()
    graph, problems = compile_graph({"version": 1, "nodes": nodes}, catalog)
    assert problems == []

    def cpu(work: Any) -> float:
        taken = []
        for _ in range(5):
            began = time.process_time()
            work()
            taken.append(time.process_time() - began)
        return min(taken)

    compiling = cpu(lambda: compile_graph({"version": 1, "nodes": nodes}, catalog))
    assert compiling < 4 * cpu(lambda: parse_graph(graph))


def test_a_check_that_remembers_says_what_a_fresh_one_says():
    """After each change, also one of a neighbour or of the catalog, and of what is not drawn."""
    memory, catalog = Memory(), library_catalog()
    graph = classification()
    changes: list[tuple[int, dict[str, Any]]] = [
        (0, {}),
        (1, {"ui": {"x": 5, "y": 5}}),
        (1, {"settings": {"fraction": 7}}),
        (2, {"module": {"key": "split-data"}}),  # its learner is a table now
        (0, {"name": "Renamed"}),
        (0, {"settings": {"data": "size,colour\n1,red"}}),  # no later node has its column now
        (3, {"inputs": "none"}),
        (4, {"id": 7}),
        (1, {"settings": {"stratify": "gone"}}),
        (5, {"compute": "", "after": ["lost"]}),
    ]
    for _ in range(2):
        for index, change in changes:
            nodes = list(graph["nodes"])
            nodes[index] = {**nodes[index], **change}
            for one in (catalog, library_catalog(compute=""), library_catalog(datastore="other")):
                changed, recall = {**graph, "nodes": nodes}, Recall(memory)
                made, told = compile_graph(changed, one, recall)
                fresh = compile_graph(changed, one)
                assert (made, told) == fresh
                assert parse_graph(made, recall) == parse_graph(fresh[0])
    assert 0 < len(memory.entries) < 90


def test_what_is_remembered_is_bounded_by_its_size(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(node_memory, "ROOM", 100_000)
    memory, catalog = Memory(), library_catalog()
    for number in range(40):
        text = "a,b\n" + f"{number},x\n" * 2_000
        graph = {"version": 1, "nodes": [node("data", "enter-data-manually", data=text)]}
        compile_graph(graph, catalog, Recall(memory))
        assert memory.size == sum(len(text) for text, _ in memory.entries) <= 120_000
    assert memory.entries
    nested: list[Any] = []
    for _ in range(5_000):
        nested = [nested]
    odd = {"version": 1, "nodes": [{**node("data", "enter-data-manually"), "ui": nested}]}
    assert compile_graph(odd, catalog, Recall(memory)) == compile_graph(odd, catalog)
