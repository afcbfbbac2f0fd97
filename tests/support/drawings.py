"""Hypothesis strategies: drafts of modules, with settings of every kind and much that is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from pipelines.domain.catalog import Catalog, ModuleFace
from pipelines.domain.module_specs import read_spec
from tests.support.drafts import library_catalog
from tests.support.program_graphs import DATA, PLAIN, registrations, texts, titles, values

OWN = {
    "name": 'It\'s "mine"',
    "script": "run.py",
    "inputs": [
        {"name": "data", "type": "any", "required": False, "mode": "download"},
        {"name": "more", "type": "any", "required": False},
    ],
    "outputs": [
        {"name": "made", "type": "files", "mode": "upload", "path_on_compute": "out"},
        {"name": "rest", "type": "files"},
    ],
    "parameters": [
        {"name": "rate", "type": "float", "default": 0.1},
        {"name": "flag", "type": "bool"},
        {"name": "words", "type": "string"},
    ],
    "arguments": ["--data", {"input": "data"}, "--rate", {"parameter": "rate"}, {"output": "made"}],
}
KEYS = (
    "enter-data-manually",
    "import-data",
    "export-data",
    "select-columns",
    "execute-python-script",
    "split-data",
    "train-model",
    "two-class-logistic-regression",
    "own",
)


def catalog_with_own(**changes: Any) -> Catalog:
    """The library and a module whose author wrote its command line."""
    library = library_catalog(**changes)
    spec, problems = read_spec(OWN, paths=["run.py"])
    assert problems == []
    own = ModuleFace("id-own", "", str(OWN["name"]), "beta", spec, "source-own", None)
    return replace(
        library,
        faces={**library.faces, ("id-own", "beta"): own},
        current={**library.current, "id-own": "beta"},
    )


CATALOG = catalog_with_own(tabular=frozenset({"data-1", "titanic-1"}))
columns = st.sampled_from(
    [
        {"include": ["a", 'it\'s "b"', "c\\d"]},
        {"types": ["numeric"]},
        {"all": True, "except": ["é", "\n"]},
    ]
)
places = st.builds(
    lambda path: {"datastore": "lake", "path": path}, st.sampled_from(["a/b.csv", "it's"])
)
TYPED: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-5, 5) | st.sampled_from(["3", "x", 1.5, 2.0]),
    "float": st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1, "0.5", "x"]),
    "bool": st.booleans() | st.sampled_from(["true", 0, "x"]),
    "columns": columns,
    "datastore_path": places,
    "code": texts,
    "table": texts,
}
references = st.builds(lambda name: {"parameter": name}, st.sampled_from([*PLAIN, *DATA, "gone"]))


@st.composite
def drawings(draw: st.DrawFn) -> dict[str, Any]:
    """Nodes of modules as the editor, a clone or a REST caller has them; parameters are left to
    the caller."""
    ids = draw(
        st.lists(titles.filter(lambda one: len(one) <= 64), min_size=1, max_size=4, unique=True)
    )
    nodes: list[dict[str, Any]] = []
    made: list[tuple[str, str]] = []
    for node_id in ids:
        key = draw(st.sampled_from(KEYS))
        face = CATALOG.faces[("id-own", "beta") if key == "own" else (f"id-{key}", "1")]
        sources = st.sampled_from(
            [
                {"dataset": "data-1"},
                {"dataset": "files-1"},
                {"datastore": "lake", "path": "it's"},
                *({"parameter": name} for name in DATA),
                *({"node": one, "output": output} for one, output in made),
            ]
        )
        ports = [one["name"] for one in face.spec["inputs"]]
        inputs = [
            {"name": name, "source": draw(sources), **draw(_ways)}
            for name in ports
            if draw(st.booleans())
        ]
        settings = {
            one["name"]: draw(TYPED.get(one["type"], texts) | references | values)
            for one in face.spec["parameters"]
            if draw(st.booleans())
        }
        module: dict[str, Any] = {"id": face.uid} if key == "own" else {"key": key}
        outputs = [
            {"name": one["name"], **draw(_kept)}
            for one in face.spec["outputs"]
            if draw(st.booleans())
        ]
        overrides = {
            "arguments": [
                "x",
                1,
                *({"input": one["name"]} for one in inputs),
                *({"output": one["name"]} for one in face.spec["outputs"]),
                {"parameter": "rate"},
            ]
        }
        nodes.append(
            {
                "id": node_id,
                "name": draw(st.just("") | titles),
                "module": module | draw(st.just({}) | st.just({"version": face.version})),
                "settings": settings,
                "inputs": inputs,
                "outputs": outputs,
                **draw(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "compute": st.sampled_from(["gpu", "", None, {"parameter": "it's"}]),
                            "allow_reuse": st.booleans(),
                            "after": st.lists(st.sampled_from([o["id"] for o in nodes]), max_size=1)
                            if nodes
                            else st.just([]),
                            "retry": st.just({"count": 1}),
                            "comment": texts,
                            "ui": st.just({"x": 1, "y": -2.5}),
                            "overrides": st.just(overrides) | st.just({"arguments": []}),
                        },
                    )
                ),
            }
        )
        made += [(node_id, one["name"]) for one in face.spec["outputs"]]
    return {"version": 1, "nodes": draw(st.permutations(nodes)), "ui": draw(values)}


_ways = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["mount", "download", "direct"]),
        "path_on_compute": st.none() | titles,
    },
)
_kept = st.fixed_dictionaries(
    {},
    optional={
        "datastore": st.sampled_from(["lake", "workspaceblobstore"]),
        "register_on_complete": registrations,
    },
)
