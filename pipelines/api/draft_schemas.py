"""OpenAPI of modules and pipeline drafts: shapes, and what each address takes and answers."""

from __future__ import annotations

from typing import Any

from pipelines.api.operation_schemas import PROGRAM_ANSWER, PROGRAM_QUERY
from pipelines.api.schemas import FORECAST, SUBMIT
from pipelines.services.samples import ORDER as SAMPLES
from workspaces.api.schema_parts import (
    COUNT,
    DESCRIPTION,
    FLAG,
    FREE,
    JSON,
    MOMENT,
    PAGING,
    SEARCH,
    TEXT,
    TEXTS,
    WORKSPACE,
    Operation,
    body,
    choice,
    items_of,
    listed,
    mapped,
    maybe,
    name_text,
    page_of,
    ref,
    shape,
    text,
    whole,
)

MODULES, MODULE = f"{WORKSPACE}/modules", f"{WORKSPACE}/modules/{{module_id}}"
DRAFTS, DRAFT = f"{WORKSPACE}/drafts", f"{WORKSPACE}/drafts/{{draft_id}}"
OF_MODULE, OF_DRAFT = {"module_id": ref("ModuleId")}, {"draft_id": ref("DraftId")}
OF_VERSION = {**OF_MODULE, "version": ref("ModuleVersionText")}
SAVED = {**OF_DRAFT, "number": ref("DraftVersionNumber")}
MODULE_TEXT = text(20_000)
MODULE_STATUS = choice("Active", "Deprecated", "Disabled")


def loose(needed: tuple[str, ...], **properties: JSON) -> JSON:
    """An object that may have more fields than these."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": True,
    }


MODULE_FIELDS = {
    "id": TEXT,
    "key": maybe(TEXT),
    "name": TEXT,
    "description": TEXT,
    "group": TEXT,
    "status": MODULE_STATUS,
    "default_version": {**TEXT, "description": "Empty while the module has no version."},
    "default_chosen": {**FLAG, "description": "Else the highest or newest version is the default."},
    "created_at": MOMENT,
}
CONTENT: dict[str, JSON] = {
    "name": name_text(),
    "description": DESCRIPTION,
    "experiment": text(255),
    "graph": ref("DraftGraph"),
    "parameters": {**FREE, "description": "Values to submit with, by name."},
    "default_compute": text(255),
    "continue_on_step_failure": FLAG,
    "tags": TEXTS,
    "properties": TEXTS,
}
DRAFT_FIELDS: dict[str, JSON] = {
    "id": TEXT,
    "name": TEXT,
    "description": TEXT,
    "experiment": TEXT,
    "parameters": FREE,
    "default_compute": TEXT,
    "continue_on_step_failure": FLAG,
    "tags": TEXTS,
    "properties": TEXTS,
    "origin": {**FREE, "description": "The run, draft, publication or sample it was made of."},
    "step_count": COUNT,
    "revision": whole(1),
    "version": whole(1),
    "last_run": maybe(shape(id=TEXT, number=whole(1), experiment=TEXT, status=ref("Status"))),
    "created_by": TEXT,
    "created_at": MOMENT,
    "updated_by": TEXT,
    "updated_at": MOMENT,
}
VERSION_FIELDS: dict[str, JSON] = {
    "version": whole(1),
    "note": TEXT,
    "step_count": COUNT,
    "saved_by": TEXT,
    "saved_at": MOMENT,
}
UNSAVED = {field: CONTENT[field] for field in ("graph", "default_compute", "parameters")}
PORT_COLUMNS = mapped(mapped(maybe(ref("TableColumns"))), description="By node and port.")
TAB = text(64, 1, pattern="^[A-Za-z0-9_-]+$", description="A random id of the browser's tab.")
REVISION = ref("DraftRevision")
SENT: dict[str, Any] = {
    name: schema
    for name, schema in SUBMIT.items()
    if name not in ("graph", "source", "resume_from", "rerun_from_node")
}

COMPONENTS: dict[str, JSON] = {
    "ModuleId": text(36, 1),
    "ModuleVersionText": text(100, 1, pattern="^[^/]+$", examples=["1"]),
    "ModuleSpec": {
        "anyOf": [
            loose(("name",), name=name_text()),
            text(256 * 1024, 1, description="The text of a JSON or YAML file."),
        ],
        "description": "The face of a module: docs/contributing/MODULES.md has its fields.",
        "examples": [{"name": "Mine", "inputs": [{"name": "dataset", "type": "table"}]}],
    },
    "Module": shape(**MODULE_FIELDS, versions=listed(ref("ModuleVersion"))),
    "PaletteModule": shape(**MODULE_FIELDS, version=TEXT, spec=FREE),
    "ModuleVersion": shape(
        version=TEXT,
        status=MODULE_STATUS,
        changes=TEXT,
        spec=FREE,
        environment=maybe(FREE),
        snapshot=TEXT,
        created_by=TEXT,
        created_at=MOMENT,
    ),
    "DraftId": text(36, 1),
    "DraftVersionNumber": text(9, 1, pattern="^[0-9]+$"),
    "DraftRevision": whole(1, 2**31 - 1),
    "DraftGraph": {
        **loose(
            ("version", "nodes"),
            version={"const": 1},
            nodes=listed(loose(("id",), id=text(64, 1)), maxItems=10_000),
            parameters=listed(FREE),
        ),
        "description": "A pipeline that may be unfinished: docs/reference/graph.md#drafts.",
        "examples": [
            {"version": 1, "nodes": [{"id": "a", "module": {"key": "enter-data-manually"}}]}
        ],
    },
    "Draft": shape(**DRAFT_FIELDS),
    "DraftDetail": shape(**DRAFT_FIELDS, graph=ref("DraftGraph")),
    "SamplePipeline": shape(
        key=choice(*SAMPLES), name=TEXT, summary=TEXT, step_count=COUNT, datasets=listed(TEXT)
    ),
    "SavedDraft": shape(
        id=TEXT,
        name=TEXT,
        revision=whole(1),
        version=whole(1),
        updated_by=TEXT,
        updated_at=MOMENT,
    ),
    "DraftVersion": shape(**VERSION_FIELDS),
    "TableColumns": shape(
        columns=listed(shape(name=TEXT, type=TEXT)),
        **{"from": choice("dataset", "run", "rule")},
    ),
    "DraftFields": body((), {"name": "Iris"}, **CONTENT),
}

OPERATIONS: dict[str, Operation] = {
    f"GET {MODULES}": Operation(
        "The palette of modules",
        {
            200: shape(
                items=listed(ref("PaletteModule")), groups=listed(TEXT), port_types=listed(TEXT)
            )
        },
        query={"all": {**FLAG, "default": False}},
    ),
    f"POST {MODULES}": Operation(
        "Add an own module",
        {201: ref("Module")},
        body={
            "oneOf": [
                body(
                    ("spec", "snapshot"),
                    spec=ref("ModuleSpec"),
                    snapshot=ref("SnapshotId"),
                    version=ref("ModuleVersionText"),
                ),
                body(("name",), {"name": "Add"}, name=name_text(), description=MODULE_TEXT),
            ]
        },
        repeatable=True,
    ),
    f"GET {MODULES}/by-name/{{name}}": Operation(
        "One module by its name", {200: ref("Module")}, path={"name": text(255, 1)}
    ),
    f"GET {MODULE}": Operation("One module", {200: ref("Module")}, path=OF_MODULE),
    f"PATCH {MODULE}": Operation(
        "Change a module",
        {200: ref("Module")},
        body=body(
            status=MODULE_STATUS,
            default_version=ref("ModuleVersionText"),
            name=name_text(),
            description=MODULE_TEXT,
        ),
        path=OF_MODULE,
    ),
    f"GET {MODULE}/versions": Operation(
        "Versions of a module", {200: items_of("ModuleVersion")}, path=OF_MODULE
    ),
    f"POST {MODULE}/versions": Operation(
        "Add a version to an own module",
        {201: ref("ModuleVersion")},
        body=body(
            ("spec", "snapshot"),
            spec=ref("ModuleSpec"),
            snapshot=ref("SnapshotId"),
            version=text(100, 1, pattern="^[^/]+$"),
            set_default=FLAG,
            changes=text(20_000),
        ),
        path=OF_MODULE,
        repeatable=True,
    ),
    f"GET {MODULE}/versions/{{version}}": Operation(
        "One version of a module", {200: ref("ModuleVersion")}, path=OF_VERSION
    ),
    f"PATCH {MODULE}/versions/{{version}}": Operation(
        "Change a version of a module",
        {200: ref("ModuleVersion")},
        body=body(status=MODULE_STATUS, changes=MODULE_TEXT),
        path=OF_VERSION,
    ),
    f"GET {DRAFTS}": Operation(
        "Pipeline drafts", {200: page_of("Draft")}, query={**SEARCH, **PAGING}
    ),
    f"POST {DRAFTS}": Operation(
        "Make a draft",
        {201: ref("DraftDetail")},
        body=body(
            (),
            {"name": "Iris"},
            **CONTENT,
            from_run=ref("RunId"),
            from_draft=ref("DraftId"),
            sample=choice(*SAMPLES),
        ),
        body_needed=False,
        repeatable=True,
    ),
    f"GET {WORKSPACE}/samples": Operation(
        "The sample pipelines", {200: items_of("SamplePipeline")}
    ),
    f"POST {WORKSPACE}/samples/datasets": Operation(
        "Put the samples' data into the workspace", {201: items_of("Dataset")}
    ),
    f"GET {DRAFT}": Operation("One draft", {200: ref("DraftDetail")}, path=OF_DRAFT),
    f"PATCH {DRAFT}": Operation(
        "Save a draft",
        {200: ref("SavedDraft")},
        body=body(("revision",), revision=REVISION, note=text(255), tab=TAB, **CONTENT),
        path=OF_DRAFT,
    ),
    f"DELETE {DRAFT}": Operation("Delete a draft", {204: None}, path=OF_DRAFT),
    f"POST {DRAFT}/validate": Operation(
        "Check a draft",
        {200: shape(problems=listed(ref("GraphProblem")))},
        body=body((), None, **UNSAVED),
        body_needed=False,
        path=OF_DRAFT,
    ),
    f"POST {DRAFT}/schema": Operation(
        "Columns of a draft's tables",
        {200: shape(outputs=PORT_COLUMNS, inputs=PORT_COLUMNS)},
        body=body((), None, **UNSAVED, nodes=listed(ref("NodeId"))),
        body_needed=False,
        path=OF_DRAFT,
    ),
    f"POST {DRAFT}/forecast": Operation(
        "Which steps of a draft would run",
        {200: shape(**FORECAST, problems=listed(ref("GraphProblem")))},
        body=body(
            (),
            None,
            **UNSAVED,
            up_to=ref("NodeId"),
            **{name: SENT[name] for name in ("force_nodes", "regenerate_outputs")},
            experiment=ref("ExperimentName"),
        ),
        body_needed=False,
        path=OF_DRAFT,
    ),
    f"GET {DRAFT}/program": Operation(
        "A draft as a Python program", PROGRAM_ANSWER, query=PROGRAM_QUERY, path=OF_DRAFT
    ),
    f"POST {DRAFT}/submit": Operation(
        "Run a draft",
        {201: ref("RunDetail")},
        body=body(**SENT, experiment=ref("ExperimentName"), up_to=ref("NodeId"), revision=REVISION),
        body_needed=False,
        path=OF_DRAFT,
        repeatable=True,
    ),
    f"POST {DRAFT}/presence": Operation(
        "Say that a draft is open",
        {
            200: shape(
                people=listed(shape(user=TEXT, tab=TEXT, since=MOMENT)),
                revision=whole(1),
                last_run=maybe(TEXT),
            )
        },
        body=body(("tab",), {"tab": "5f2c"}, tab=TAB, leave=FLAG),
        path=OF_DRAFT,
    ),
    f"GET {DRAFT}/versions": Operation(
        "Saved versions of a draft",
        {200: page_of("DraftVersion")},
        query={"limit": PAGING["limit"], "cursor": text(500, description="Of the page before.")},
        path=OF_DRAFT,
    ),
    f"GET {DRAFT}/versions/{{number}}": Operation(
        "One saved version of a draft",
        {200: shape(**VERSION_FIELDS, graph=ref("DraftGraph"))},
        path=SAVED,
    ),
    f"POST {DRAFT}/versions/{{number}}/restore": Operation(
        "Go back to a saved version",
        {200: ref("DraftDetail")},
        body=body(revision=REVISION, tab=TAB),
        body_needed=False,
        path=SAVED,
    ),
}
