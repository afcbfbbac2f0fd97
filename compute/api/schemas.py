"""OpenAPI of compute targets and environments."""

from __future__ import annotations

from workspaces.api.schema_parts import (
    ANY,
    COUNT,
    FLAG,
    FREE,
    JSON,
    MOMENT,
    TEXT,
    WORKSPACE,
    Operation,
    body,
    choice,
    items_of,
    listed,
    mapped,
    maybe,
    ref,
    shape,
    text,
    whole,
)

COMPUTE_NAME = r"^[A-Za-z][A-Za-z0-9-]{0,22}[A-Za-z0-9]$"
SETTINGS = {
    "kind": choice("AmlCompute"),
    "vm_size": text(60, examples=["STANDARD_D2_V2"]),
    "vm_priority": choice("dedicated", "lowpriority"),
    "min_nodes": whole(0, 100, description="At most max_nodes."),
    "max_nodes": whole(1, 100),
    "idle_seconds_before_scaledown": whole(0, 2**31 - 1),
    "memory_limit_mb": maybe(whole(32, 2**31 - 1)),
    "description": text(10_000),
    "tags": mapped(TEXT),
}
ENVIRONMENT_FIELDS = {
    "id": maybe(TEXT),
    "name": TEXT,
    "version": maybe(TEXT),
    "definition": FREE,
    "curated": FLAG,
    "created_by": maybe(TEXT),
    "created_at": maybe(MOMENT),
}
CONTENT_FIELDS = {
    "python": maybe(TEXT),
    "requirements": listed(TEXT),
    "defaults": listed(TEXT),
    "notices": listed(ANY),
}
PACKAGES = maybe(listed(ref("Requirement"), maxItems=200))

COMPONENTS: dict[str, JSON] = {
    "ComputeName": text(24, 2, pattern=COMPUTE_NAME, examples=["cpu-cluster"]),
    "EnvironmentName": text(255, 1, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["sklearn"]),
    "BuildKey": text(100, 1, pattern=r"^[A-Za-z0-9]+$", description="The key of a build."),
    "Requirement": text(
        300,
        1,
        pattern=r"^[a-z][a-z0-9]{1,20}(==[0-9]{1,3}\.[0-9]{1,3})?$",
        examples=["scikit-learn==1.5.0"],
    ),
    "Compute": shape(
        id=TEXT,
        name=TEXT,
        kind=TEXT,
        vm_size=TEXT,
        vm_priority=TEXT,
        min_nodes=COUNT,
        max_nodes=COUNT,
        idle_seconds_before_scaledown=COUNT,
        memory_limit_mb=maybe(whole(32)),
        paused=FLAG,
        paused_at=maybe(MOMENT),
        description=TEXT,
        tags=mapped(TEXT),
        state=TEXT,
        status=FREE,
        queue=shape(queued=COUNT),
        last_busy_at=maybe(MOMENT),
        created_at=MOMENT,
        modified_at=maybe(MOMENT),
    ),
    "EnvironmentDefinition": body(
        (),
        {"python": {"version": "3.11", "packages": ["pandas==2.2.0"]}},
        python=maybe(
            {
                "type": "object",
                "properties": {
                    "version": maybe(text(20, pattern=r"^3\.(9|1[0-4])$")),
                    "packages": PACKAGES,
                    "conda_packages": PACKAGES,
                },
            }
        ),
        docker=maybe(FREE),
        variables=maybe(mapped(TEXT)),
        user_managed=FLAG,
    ),
    "Environment": shape(**ENVIRONMENT_FIELDS),
    "EnvironmentWithPlan": shape(
        **ENVIRONMENT_FIELDS,
        versions=listed(TEXT),
        plan=shape(key=TEXT, status=maybe(TEXT), **CONTENT_FIELDS),
    ),
    "EnvironmentBuild": shape(
        key=TEXT,
        status=TEXT,
        attempt=COUNT,
        **CONTENT_FIELDS,
        lock=ANY,
        error_lines=listed(TEXT),
        created_at=MOMENT,
        started_at=maybe(MOMENT),
        finished_at=maybe(MOMENT),
    ),
}

COMPUTES, ENVIRONMENTS = f"{WORKSPACE}/computes", f"{WORKSPACE}/environments"
COMPUTE = {"name": ref("ComputeName")}
BUILD = {"key": ref("BuildKey")}

OPERATIONS: dict[str, Operation] = {
    f"GET {COMPUTES}": Operation("Compute targets", {200: items_of("Compute")}),
    f"POST {COMPUTES}": Operation(
        "Make a compute target",
        {201: ref("Compute")},
        body=body(
            ("name",),
            {"name": "cpu-cluster", "max_nodes": 4},
            name=text(24, 2, pattern=COMPUTE_NAME),
            **SETTINGS,
        ),
    ),
    f"GET {COMPUTES}/{{name}}": Operation(
        "One compute target", {200: ref("Compute")}, path=COMPUTE
    ),
    f"PATCH {COMPUTES}/{{name}}": Operation(
        "Change or pause a compute target",
        {200: ref("Compute")},
        body=body((), {"paused": True}, paused=FLAG, **SETTINGS),
        path=COMPUTE,
    ),
    f"DELETE {COMPUTES}/{{name}}": Operation("Delete a compute target", {204: None}, path=COMPUTE),
    f"GET {ENVIRONMENTS}": Operation("Environments", {200: items_of("Environment")}),
    f"POST {ENVIRONMENTS}": Operation(
        "Register an environment",
        {200: ref("Environment"), 201: ref("Environment")},
        body=body(
            ("name", "definition"),
            {"name": "sklearn", "definition": {"python": {"packages": ["pandas"]}}},
            name=text(
                255,
                1,
                # not AzureML-… and Microsoft…, which are kept for curated ones
                pattern=r"^[B-LN-Zb-ln-z0-9][A-Za-z0-9._-]*$",
            ),
            definition=ref("EnvironmentDefinition"),
        ),
    ),
    f"GET {ENVIRONMENTS}/{{name}}": Operation(
        "One environment",
        {200: ref("EnvironmentWithPlan")},
        query={"version": text(10, pattern="^[0-9]+$", description="The newest, if left out.")},
        path={"name": ref("EnvironmentName")},
    ),
    f"POST {WORKSPACE}/environment-builds": Operation(
        "Build an environment now",
        {200: ref("EnvironmentBuild")},
        body=body(
            (),
            {"name": None, "definition": {"python": {"packages": ["pandas"]}}},
            name=maybe(text(255)),
            definition=ref("EnvironmentDefinition"),
        ),
    ),
    f"GET {ENVIRONMENTS}/builds/{{key}}": Operation(
        "One build", {200: ref("EnvironmentBuild")}, path=BUILD
    ),
    f"GET {ENVIRONMENTS}/builds/{{key}}/log": Operation(
        "The log of a build",
        {200: ("text/plain", TEXT)},
        query={"offset": whole(0, 10**18 - 1), "limit": whole(1, 1 << 20)},
        path=BUILD,
    ),
}
