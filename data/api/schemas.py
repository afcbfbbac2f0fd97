"""OpenAPI of datastores and datasets."""

from __future__ import annotations

from data.api.datasets import TABLE
from data.domain.definition import ColumnType, Header
from workspaces.api.schema_parts import (
    BYTES,
    COUNT,
    FLAG,
    FREE,
    JSON,
    MOMENT,
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
    ref,
    shape,
    text,
    whole,
)

COLUMNS = listed(text(255, 1), uniqueItems=True)
PATHS = listed(ref("DataPath"), minItems=1, maxItems=1000)
SAFE_PATH = r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}(/[A-Za-z0-9_-]{1,40}){0,4}$"

COMPONENTS: dict[str, JSON] = {
    "DatastoreName": text(255, 1, pattern=r"^[A-Za-z0-9_]+$", examples=["workspaceblobstore"]),
    "DatasetId": text(36, 1, description="The id of a dataset's version."),
    "DatasetName": name_text(255, examples=["titanic"]),
    "NewFilePath": text(500, 1, pattern=SAFE_PATH, examples=["raw/2026/july.csv"]),
    "StoredPath": text(1000, 1, description="A file of the datastore: `raw/july.csv`."),
    "DataFilePath": text(1000, description="A file, a folder, or a pattern with * and **."),
    "DataPath": body(
        ("datastore", "path"),
        {"datastore": "workspaceblobstore", "path": "iris/*.csv"},
        datastore=ref("DatastoreName"),
        path=ref("DataFilePath"),
    ),
    "Datastore": shape(id=TEXT, name=TEXT, kind=TEXT, is_default=FLAG, created_at=MOMENT),
    "StoredFile": shape(path=TEXT, size=COUNT, modified_at=maybe(MOMENT)),
    "DatasetFile": shape(datastore=TEXT, path=TEXT, relative_path=TEXT, size=COUNT),
    "FileDefinition": body(("paths",), paths=PATHS),
    "TabularDefinition": body(
        ("paths",),
        {"paths": [{"datastore": "workspaceblobstore", "path": "iris.csv"}], "separator": ";"},
        paths=PATHS,
        format=choice("delimited", "parquet"),
        separator=choice(",", ";", "\t", "|"),
        header=choice(*(word.value for word in Header)),
        encoding=choice("utf8", "latin1", "utf16", "windows1252"),
        infer_column_types=FLAG,
        set_column_types=mapped(choice(*(word.value for word in ColumnType))),
        include_path=FLAG,
        partition_format=maybe(text(255)),
        support_multi_line=FLAG,
        empty_as_string=FLAG,
        keep_columns=maybe(COLUMNS),
        drop_columns=maybe(COLUMNS),
    ),
    "Dataset": shape(
        id=TEXT,
        kind=choice("file", "tabular"),
        name=maybe(TEXT),
        version=maybe(whole(1)),
        definition=FREE,
        description=TEXT,
        tags=mapped(TEXT),
        created_at=MOMENT,
    ),
    "NewDataset": {
        "oneOf": [
            body(
                ("kind", "definition"),
                kind=choice(kind),
                definition=ref(definition),
                validate={**FLAG, "description": "Look whether the files are there."},
            )
            for kind, definition in (("file", "FileDefinition"), ("tabular", "TabularDefinition"))
        ]
    },
}

STORE = {"name": ref("DatastoreName")}
DATASET = {"dataset_id": ref("DatasetId")}
STORES, DATASETS = f"{WORKSPACE}/datastores", f"{WORKSPACE}/datasets"

OPERATIONS: dict[str, Operation] = {
    f"GET {STORES}": Operation("Datastores", {200: items_of("Datastore")}),
    f"GET {STORES}/{{name}}": Operation("One datastore", {200: ref("Datastore")}, path=STORE),
    f"POST {STORES}/{{name}}/default": Operation(
        "Make a datastore the default one", {200: ref("Datastore")}, path=STORE
    ),
    f"GET {STORES}/{{name}}/files": Operation(
        "Files of a datastore",
        {200: items_of("StoredFile")},
        query={"prefix": text(500, pattern=SAFE_PATH, description="A file, folder or pattern.")},
        path=STORE,
    ),
    f"GET {STORES}/{{name}}/files/{{path}}": Operation(
        "Download a file",
        {200: ("application/octet-stream", BYTES)},
        path={**STORE, "path": ref("StoredPath")},
    ),
    f"PUT {STORES}/{{name}}/files/{{path}}": Operation(
        "Upload a file",
        {201: ref("StoredFile")},
        body=BYTES,
        body_type="application/octet-stream",
        query={"overwrite": {**FLAG, "default": False}},
        path={**STORE, "path": ref("NewFilePath")},
    ),
    f"GET {DATASETS}": Operation(
        "Registered datasets", {200: items_of("Dataset")}, query={"ids": TEXT}
    ),
    f"POST {DATASETS}": Operation("Make a dataset", {201: ref("Dataset")}, body=ref("NewDataset")),
    f"GET {DATASETS}/by-name/{{name}}": Operation(
        "A registered dataset by name",
        {200: ref("Dataset")},
        query={"version": {"oneOf": [choice("latest"), whole(1, 2**31 - 1)], "default": "latest"}},
        path={"name": ref("DatasetName")},
    ),
    f"GET {DATASETS}/{{dataset_id}}": Operation("One dataset", {200: ref("Dataset")}, path=DATASET),
    f"POST {DATASETS}/{{dataset_id}}/register": Operation(
        "Register a dataset",
        {200: ref("Dataset")},
        body=body(
            ("name",),
            {"name": "titanic", "create_new_version": True},
            name=name_text(255, description="No / and none of the characters ? # %."),
            description=text(10_000),
            tags=TEXTS,
            create_new_version={**FLAG, "default": False},
        ),
        path=DATASET,
    ),
    f"GET {DATASETS}/{{dataset_id}}/files": Operation(
        "Files of a dataset", {200: items_of("DatasetFile")}, path=DATASET
    ),
    f"GET {DATASETS}/{{dataset_id}}/rows": Operation(
        "Rows of a tabular dataset",
        {200: (TABLE, BYTES)},
        query={"limit": whole(0, 1_000_000)},
        path=DATASET,
    ),
}
