"""Hypothesis strategies: graphs with much that people, programs and REST callers may put there."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

HOSTILE = (
    'it"s', "it's", '"""', "\'\'\'", "\\", 'end"', "a\\", "\\N{BULLET}", "{x}", "%s", "\n", "\r\nb",
    "line\nINJECTED()\n", '"""\nINJECTED()\n"""', "# coding: utf-7", "\x00\x0b\x0c", "\u2028x",
    "tab\t \n ", "x" * 300,
    "\u202etxt", "\ud800", "🌾", "données", "تدريب", "class", "print", "workspace", "None", " ",
    "a = 1; INJECTED()", "train.py", "\\u0041",
)  # fmt: skip
texts = st.sampled_from(HOSTILE) | st.text(max_size=6)
titles = texts.filter(lambda one: bool(one.strip()))
port_names = st.sampled_from(["data", "out", "model", "a b", "données", "x-1", '"q"', "print"])
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=4,
)
definitions = st.fixed_dictionaries(
    {},
    optional={
        "separator": st.sampled_from([",", ";", "\t"]),
        "header": st.sampled_from(["NO_HEADERS", "ALL_FILES_HAVE_SAME_HEADERS"]),
        "include_path": st.booleans(),
        "set_column_types": st.just(
            {"when": {"type": "datetime", "formats": ["%Y"]}, "a": "float"}
        ),
        "keep_columns": st.just(["a", "it's"]),
        "support_multi_line": st.booleans(),
        "encoding": st.just("latin1"),
    },
) | st.just({"format": "parquet"})
readings = st.just({"kind": "file"}) | st.fixed_dictionaries(
    {"kind": st.just("tabular"), "definition": definitions},
    optional={"path_glob": st.sampled_from(["**/*.csv", "a.csv", "**/*.parquet"])},
)
registrations = st.builds(
    lambda reading, more: {"name": "made", **reading, **more},
    readings,
    st.fixed_dictionaries(
        {},
        optional={
            "description": titles,
            "tags": st.just({"a": "b"}),
            "create_new_version": st.booleans(),
        },
    ),
)
environments = st.none() | st.fixed_dictionaries(
    {
        "name": st.none() | titles | st.just("AzureML-sklearn-1.0"),
        "version": st.none() | st.just("3"),
        "python": st.none()
        | st.fixed_dictionaries(
            {
                "version": st.sampled_from([None, "3.11", "3.10.18", ">=3.9"]),
                "packages": st.lists(
                    st.sampled_from(["pandas==2.0", "Pandas", "azureml-defaults", "it's"]),
                    max_size=3,
                ),
                "conda_packages": st.lists(
                    st.sampled_from(["scipy", "pip", "conda-forge::numpy=1"]), max_size=3
                ),
                "channels": st.sampled_from([[], ["conda-forge"]]),
            },
            optional={"pip_options": st.just(["--no-deps"])},
        ),
        "docker": st.fixed_dictionaries(
            {},
            optional={
                "enabled": st.booleans(),
                "base_image": titles,
                "arguments": st.just(["--gpus", "all"]),
                "use_docker": st.just(True),
                "node_count": st.integers(1, 3),
            },
        ),
        "variables": st.dictionaries(st.sampled_from(["A", "B c"]), texts, max_size=2),
    }
)
PARAMETERS: list[dict[str, Any]] = [
    {"name": "rate", "type": "float", "default": 1},
    {"name": "it's", "type": "string", "default": '"""'},
    {"name": "flag", "type": "bool", "default": None},
    {"name": "raw", "type": "datapath", "default": {"datastore": "lake", "path": "raw/'20"}},
    {"name": "table", "type": "dataset", "default": {"dataset": "data-1"}},
    {"name": "open", "type": "dataset", "default": None},
]
DATA = [one["name"] for one in PARAMETERS if one["type"] in ("datapath", "dataset")]
PLAIN = [one["name"] for one in PARAMETERS if one["name"] not in DATA]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Graphs of script steps with much that people, programs and REST callers may put there."""
    nodes: list[dict[str, Any]] = []
    ids = draw(
        st.lists(titles.filter(lambda one: len(one) <= 64), min_size=1, max_size=4, unique=True)
    )
    made: list[tuple[str, str]] = []
    for node_id in ids:
        sources: list[st.SearchStrategy[Any]] = [
            st.builds(lambda uid: {"dataset": uid}, st.sampled_from(["data-1", "files-1", "gone"])),
            st.builds(
                lambda store, path: {"datastore": store, "path": path},
                st.sampled_from(["lake", "workspaceblobstore"]),
                texts,
            ),
            st.builds(lambda name: {"parameter": name}, st.sampled_from(DATA)),
        ]
        if made:
            sources.append(
                st.builds(
                    lambda one: {"node": one[0], "output": one[1]}, st.sampled_from(list(made))
                )
            )
        inputs = draw(
            st.lists(
                st.fixed_dictionaries(
                    {"name": port_names, "source": st.one_of(sources)},
                    optional={
                        "mode": st.sampled_from(["mount", "download", "direct"]),
                        "path_on_compute": st.none() | titles,
                        "overwrite": st.booleans(),
                        "as_dataset": readings,
                    },
                ),
                max_size=3,
                unique_by=lambda one: one["name"],
            )
        )
        outputs = draw(
            st.lists(
                st.fixed_dictionaries(
                    {
                        "name": port_names.map(lambda one: one + "2"),
                        "datastore": st.sampled_from(["lake", "workspaceblobstore"]),
                    },
                    optional={
                        "mode": st.sampled_from(["mount", "upload", "hdfs"]),
                        "path_on_compute": st.none() | titles,
                        "overwrite": st.booleans(),
                        "is_directory": st.none() | st.booleans(),
                        "destination": st.sampled_from(["made/{run-id}", "/a/", "it's"]),
                        "source": st.just("out"),
                        "register_on_complete": registrations,
                        "odd": st.just(1),
                    },
                ),
                max_size=2,
                unique_by=lambda one: one["name"],
            )
        )
        used = [
            {"parameter": one["source"]["parameter"]}
            for one in inputs
            if "parameter" in one["source"]
        ]
        words: list[Any] = [
            *({"input": one["name"]} for one in inputs),
            *({"output": one["name"]} for one in outputs),
            *({"parameter": one} for one in PLAIN),
            *used,
            "$AZUREML_DATAREFERENCE_data",
        ]
        argument = (
            st.sampled_from(words)
            | st.integers()
            | st.floats(allow_nan=False)
            | st.booleans()
            | texts
        )
        settings: dict[str, st.SearchStrategy[Any]] = {
            "arguments": st.lists(argument, max_size=5),
            "environment": environments,
            "parameters": st.dictionaries(
                titles,
                st.sampled_from([{"parameter": one} for one in PLAIN]) | texts | st.integers(),
                max_size=2,
            ),
            "allow_reuse": st.booleans(),
            "version": st.none() | texts,
            "hash_paths": st.none() | st.lists(texts, max_size=2),
            "after": st.lists(st.sampled_from([one["id"] for one in nodes]), max_size=2)
            if nodes
            else st.just([]),
            "retry": st.just({"count": 2, "on": ["lost"]}),
            "timeout_seconds": st.integers(1, 9),
            "reuse_max_age_seconds": st.integers(1, 9),
            "runconfig_parameters": st.just({"NodeCount": {"parameter": "rate"}}),
            "comment": texts,
            "ui": st.dictionaries(texts, values, max_size=3),
            "odd": values,
        }
        nodes.append(
            draw(
                st.fixed_dictionaries(
                    {
                        "id": st.just(node_id),
                        "name": titles,
                        "kind": st.just("python_script"),
                        "snapshot": st.sampled_from(["s1", "s2"]),
                        "script": st.sampled_from(["main.py", "deep/it's.py"]),
                        "inputs": st.just(inputs),
                        "outputs": st.just(outputs),
                        "compute": st.sampled_from(["cpu", "gpu", "", {"parameter": "it's"}]),
                    },
                    optional=settings,
                )
            )
        )
        made += [(node_id, one["name"]) for one in outputs]
    return {
        "version": 1,
        "parameters": draw(st.permutations(PARAMETERS)),
        "nodes": draw(st.permutations(nodes)),
        **draw(st.fixed_dictionaries({}, optional={"ui": values, "odd\n": values})),
    }
