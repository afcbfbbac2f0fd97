"""OpenAPI of graphs: docs/reference/graph.md as JSON Schema."""

from __future__ import annotations

from workspaces.api.schema_parts import (
    ANY,
    FLAG,
    FREE,
    JSON,
    NUMBER,
    TEXT,
    body,
    choice,
    listed,
    mapped,
    maybe,
    ref,
    shape,
    text,
    whole,
)

# Names of ports and parameters become names of environment variables.
NAME = text(100, 1, pattern="^[A-Za-z_][A-Za-z0-9_]{0,40}$")
NODE_ID = text(64, 1, pattern="^[A-Za-z0-9_-]{1,64}$")
FROM_PARAMETER = body(("parameter",), parameter=NAME)
SCALARS = [TEXT, NUMBER, FLAG]
INSIDE = maybe(text(500, 1, description="Below the step's working folder."))
SECONDS = maybe(whole(1, 31_536_000))

COMPONENTS: dict[str, JSON] = {
    "Graph": {
        **body(
            ("version", "nodes"),
            {
                "version": 1,
                "parameters": [{"name": "test_size", "type": "float", "default": 0.3}],
                "nodes": [
                    {
                        "id": "n1",
                        "name": "train.py",
                        "kind": "python_script",
                        "snapshot": "<snapshot id>",
                        "script": "train.py",
                        "arguments": ["--test-size", {"parameter": "test_size"}],
                        "compute": "cpu-cluster",
                    }
                ],
            },
            version={"const": 1},
            nodes=listed(ref("GraphNode"), minItems=1, maxItems=10_000),
            parameters=listed(ref("GraphParameter")),
            ui={**FREE, "description": "The designer's own."},
        ),
        "description": "A pipeline: steps, what they read and write, and parameters.",
    },
    "GraphParameter": body(
        ("name", "type"),
        name=NAME,
        type=choice("int", "float", "string", "bool", "datapath", "dataset"),
        default={**ANY, "description": "Of the type; without it the parameter needs a value."},
    ),
    "GraphNode": body(
        ("id", "kind", "snapshot", "script", "compute"),
        id=NODE_ID,
        name=text(255, 1),
        kind=choice("python_script"),
        snapshot=ref("SnapshotId"),
        script=ref("ScriptPath"),
        arguments=listed(ref("GraphArgument")),
        inputs=listed(ref("GraphInput")),
        outputs=listed(ref("GraphOutput")),
        compute={"anyOf": [ref("ComputeName"), FROM_PARAMETER]},
        environment=maybe(FREE),
        parameters=mapped(
            {"anyOf": [*SCALARS, FROM_PARAMETER, body(("input",), input=NAME)]},
            description="The script finds each as AML_PARAMETER_<name>.",
        ),
        runconfig_parameters=mapped(FROM_PARAMETER),
        allow_reuse={**FLAG, "default": True},
        version=maybe(text(100)),
        hash_paths=maybe(listed(text(500, 1))),
        after=listed(NODE_ID),
        comment=TEXT,
        ui={**FREE, "description": "The designer's own."},
        module={**FREE, "description": "Of a draft's step: the module it was made of."},
        settings=FREE,
        retry=maybe(ref("Retry")),
        timeout_seconds=SECONDS,
        reuse_max_age_seconds=SECONDS,
    ),
    "ScriptPath": text(500, 1, description="A file of the snapshot.", examples=["train.py"]),
    "GraphArgument": {
        "anyOf": [
            *SCALARS,
            body(("input",), input=NAME),
            body(("output",), output=NAME),
            FROM_PARAMETER,
        ]
    },
    "GraphInput": body(
        ("name", "source"),
        name=NAME,
        mode=choice("mount", "download", "direct"),
        path_on_compute=INSIDE,
        overwrite=FLAG,
        source={
            "anyOf": [
                body(("node", "output"), node=NODE_ID, output=NAME),
                body(("dataset",), dataset=ref("DatasetId")),
                body(("datastore", "path"), datastore=ref("DatastoreName"), path=text(500)),
                FROM_PARAMETER,
            ]
        },
        as_dataset=maybe(FREE),
    ),
    "GraphOutput": body(
        ("name", "datastore"),
        name=NAME,
        datastore=ref("DatastoreName"),
        mode=choice("mount", "upload"),
        is_directory=maybe(FLAG),
        path_on_compute=INSIDE,
        source=INSIDE,
        overwrite=FLAG,
        kind=text(50),
        destination=maybe(text(500)),
        register_on_complete=maybe(FREE),
    ),
    "Retry": body(
        ("count",),
        {"count": 2, "delay_seconds": 30, "on": ["exit_code"]},
        count=whole(0, 20),
        delay_seconds=maybe(whole(0, 86_400)),
        on=maybe(
            listed(
                choice("exit_code", "signal", "lost", "timed_out", "out_of_memory"),
                minItems=1,
            )
        ),
    ),
    "GraphProblem": shape(
        node=maybe(TEXT), node_name=maybe(TEXT), field=TEXT, code=TEXT, message=TEXT
    ),
}
