"""OpenAPI of workspaces, members, service principals, the audit log and snapshots."""

from __future__ import annotations

from workspaces.api.schema_parts import (
    ADDRESS,
    BYTES,
    COUNT,
    FLAG,
    FREE,
    JSON,
    MOMENT,
    PAGING,
    PLAIN,
    TEXT,
    WORKSPACE,
    Operation,
    body,
    choice,
    items_of,
    listed,
    maybe,
    name_text,
    page_of,
    ref,
    shape,
    text,
    whole,
)

SHA256 = text(pattern="^[0-9a-f]{64}$", examples=["e3b0c44298fc1c149afbf4c8996fb924" * 2])
ID = text(36, 1, examples=["3f1b6d8a-6d0e-4a0e-9d0b-0d4d9d1c2b3a"])
WORKSPACE_FIELDS = {
    "id": TEXT,
    "name": TEXT,
    "friendly_name": TEXT,
    "description": TEXT,
    "subscription_id": TEXT,
    "resource_group": TEXT,
    "location": TEXT,
    "url": ADDRESS,
    "created_at": MOMENT,
}
SNAPSHOT_FIELDS = {
    "id": TEXT,
    "digest": TEXT,
    "file_count": COUNT,
    "size": COUNT,
    "created_at": MOMENT,
}
SECRET_FIELDS = {
    "id": TEXT,
    "begins_with": TEXT,
    "created_at": MOMENT,
    "expires_at": MOMENT,
    "revoked_at": maybe(MOMENT),
    "last_used_at": maybe(MOMENT),
}
PRINCIPAL_BODY = {
    "name": name_text(100),
    "description": text(500),
    "role": ref("Role"),
    "entra_app_id": maybe(
        text(36, pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A GUID.")
    ),
}
DAYS = body((), {"days": 90}, days=whole(1, 730, default=180))

COMPONENTS: dict[str, JSON] = {
    "WorkspaceName": text(255, 1, pattern=r"^[A-Za-z0-9_.-]+$", examples=["forebay"]),
    "Cursor": text(1000, 1, description="`next` of the page before, as it was given out."),
    "SnapshotPath": text(1000, 1, description="A file of the snapshot: `src/train.py`."),
    "UserName": text(150, 1, pattern=r"^[A-Za-z0-9_.@+-]+$", examples=["ada"]),
    "SnapshotId": {**ID, "description": "The id of a snapshot."},
    "PrincipalId": {**ID, "description": "The id of a service principal."},
    "SecretId": {**ID, "description": "The id of a secret."},
    "ClientId": text(100, 1, description="`client_id` of a service principal."),
    "ClientSecret": text(200, 1, description="The text of one of its secrets."),
    "Role": choice("Reader", "Contributor", "Owner"),
    "Problem": {
        **shape(
            type=TEXT,
            title=TEXT,
            status=whole(400, 599),
            code=text(examples=["invalid_input"]),
            detail=text(description="A sentence for people."),
            problems=listed(ref("FieldProblem")),
        ),
        "additionalProperties": True,
        "description": "RFC 9457: why a request was refused.",
    },
    "FieldProblem": {
        "type": "object",
        "properties": {
            "message": text(description="A sentence that says what to do."),
            "field": text(examples=["parameters.test_size"]),
            "code": text(examples=["invalid"]),
            "node": maybe(TEXT),
            "node_name": maybe(TEXT),
        },
        "required": ["message", "field", "code"],
    },
    "Workspace": shape(**WORKSPACE_FIELDS),
    "OwnWorkspace": shape(**WORKSPACE_FIELDS, role=ref("Role")),
    "Me": shape(user=TEXT, name=TEXT, token_kind=TEXT),
    "Member": shape(
        user=TEXT,
        name=TEXT,
        kind=choice("person", "service_principal"),
        role=ref("Role"),
        from_entra=FLAG,
        active=FLAG,
        created_at=MOMENT,
    ),
    "NewMember": {
        "oneOf": [
            body(
                ("user", "role"),
                {"user": "ada", "role": "Reader"},
                user=ref("UserName"),
                role=ref("Role"),
            ),
            body(
                ("invite", "role"),
                {"invite": {"user_name": "grace", "email": "grace@example.org"}, "role": "Reader"},
                invite=body(
                    ("user_name",),
                    user_name=text(150, 1, pattern=r"^[A-Za-z0-9_.@+-]+$"),
                    email=text(254, format="email"),
                ),
                role=ref("Role"),
            ),
        ]
    },
    "ServicePrincipal": shape(
        id=TEXT,
        client_id=TEXT,
        user=TEXT,
        name=TEXT,
        description=TEXT,
        role=maybe(ref("Role")),
        entra_app_id=maybe(TEXT),
        enabled=FLAG,
        created_by=maybe(TEXT),
        created_at=MOMENT,
        secrets=listed(ref("Secret")),
    ),
    "Secret": shape(**SECRET_FIELDS),
    "NewSecret": shape(**SECRET_FIELDS, client_id=TEXT, secret=text(description="Shown once.")),
    "Token": shape(token_type=TEXT, access_token=TEXT, expires_in=whole(1), expires_on=whole(1)),
    "AuditEntry": shape(
        id=TEXT,
        at=MOMENT,
        user=maybe(TEXT),
        via=TEXT,
        address=maybe(TEXT),
        workspace=maybe(TEXT),
        action=text(examples=["schedule.disabled"]),
        kind=TEXT,
        subject_id=TEXT,
        subject=TEXT,
        detail=maybe(FREE),
    ),
    "Snapshot": shape(**SNAPSHOT_FIELDS),
    "SnapshotWithFiles": shape(**SNAPSHOT_FIELDS, files=listed(ref("SnapshotFile"))),
    "SnapshotFile": body(
        ("path", "sha256", "size"),
        path=text(1000, 1, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}(/[A-Za-z0-9_-]{1,40})*$"),
        sha256=ref("BlobHash"),
        size=ref("BlobSize"),
        executable=FLAG,
    ),
    "BlobHash": {**SHA256, "description": "SHA-256 of a file."},
    "BlobSize": whole(0, 300 * 1024 * 1024, description="Bytes."),
}

MEMBER = {"user_name": ref("UserName")}
PRINCIPALS = f"{WORKSPACE}/service-principals"
PRINCIPAL = {"principal_id": ref("PrincipalId")}
SECRET = {**PRINCIPAL, "secret_id": ref("SecretId")}
SNAPSHOT = {"snapshot_id": ref("SnapshotId")}
DAY = text(format="date", examples=["2026-07-01"])

OPERATIONS: dict[str, Operation] = {
    "GET /api/v1/sign-in-options": Operation(
        "How one may sign in",
        {200: shape(entra=maybe(shape(tenant=TEXT, authority=ADDRESS, scope=TEXT)))},
    ),
    "GET /api/v1/me": Operation("Who am I", {200: ref("Me")}),
    "POST /api/v1/oauth2/token": Operation(
        "Trade a secret for a token",
        {200: ref("Token")},
        body_type="application/x-www-form-urlencoded",
        body=body(
            ("grant_type", "client_id", "client_secret"),
            grant_type=choice("client_credentials"),
            client_id=ref("ClientId"),
            client_secret=ref("ClientSecret"),
            scope=TEXT,
            resource=TEXT,
        ),
    ),
    "GET /api/v1/workspaces": Operation("My workspaces", {200: items_of("OwnWorkspace")}),
    f"GET {WORKSPACE}": Operation("One workspace", {200: ref("Workspace")}),
    f"GET {WORKSPACE}/audit": Operation(
        "The audit log",
        {200: page_of("AuditEntry")},
        query={
            "q": text(255, pattern=PLAIN, description="In names and actions; or a whole id."),
            "who": text(150, pattern=PLAIN, description="A user name."),
            "action": text(100, pattern=PLAIN, description="`token.created`, or `token.` for all."),
            "from": {**DAY, "description": "The first day (UTC)."},
            "to": {**DAY, "description": "The last day."},
            "format": choice("csv", "jsonl", description="Download all that fit."),
            **PAGING,
        },
    ),
    f"GET {WORKSPACE}/members": Operation("Members", {200: items_of("Member")}),
    f"POST {WORKSPACE}/members": Operation(
        "Add or invite a member",
        {
            201: {
                **shape(**COMPONENTS["Member"]["properties"]),
                "properties": {**COMPONENTS["Member"]["properties"], "invite_url": ADDRESS},
            }
        },
        body=ref("NewMember"),
    ),
    f"GET {WORKSPACE}/members/{{user_name}}": Operation(
        "One member", {200: ref("Member")}, path=MEMBER
    ),
    f"PATCH {WORKSPACE}/members/{{user_name}}": Operation(
        "Change a role",
        {200: ref("Member")},
        body=body(("role",), {"role": "Contributor"}, role=ref("Role")),
        path=MEMBER,
    ),
    f"DELETE {WORKSPACE}/members/{{user_name}}": Operation(
        "Remove a member, or leave", {204: None}, path=MEMBER
    ),
    f"GET {PRINCIPALS}": Operation("Service principals", {200: items_of("ServicePrincipal")}),
    f"POST {PRINCIPALS}": Operation(
        "Make a service principal",
        {201: ref("ServicePrincipal")},
        body=body(("name",), {"name": "nightly-ci", "role": "Contributor"}, **PRINCIPAL_BODY),
    ),
    f"GET {PRINCIPALS}/{{principal_id}}": Operation(
        "One service principal", {200: ref("ServicePrincipal")}, path=PRINCIPAL
    ),
    f"PATCH {PRINCIPALS}/{{principal_id}}": Operation(
        "Change or lock out a service principal",
        {200: ref("ServicePrincipal")},
        body=body((), {"enabled": False}, **PRINCIPAL_BODY, enabled=FLAG),
        path=PRINCIPAL,
    ),
    f"POST {PRINCIPALS}/{{principal_id}}/secrets": Operation(
        "Add a secret", {201: ref("NewSecret")}, body=DAYS, body_needed=False, path=PRINCIPAL
    ),
    f"DELETE {PRINCIPALS}/{{principal_id}}/secrets/{{secret_id}}": Operation(
        "Revoke a secret", {204: None}, path=SECRET
    ),
    f"POST {PRINCIPALS}/{{principal_id}}/secrets/{{secret_id}}/rotate": Operation(
        "Replace a secret", {201: ref("NewSecret")}, body=DAYS, body_needed=False, path=SECRET
    ),
    f"POST {WORKSPACE}/snapshots/missing": Operation(
        "Which files have to be sent",
        {200: shape(missing=listed(SHA256))},
        body=body(("hashes",), hashes=listed(ref("BlobHash"), maxItems=20_000)),
    ),
    f"POST {WORKSPACE}/blobs": Operation(
        "Send files",
        {200: shape(stored=COUNT)},
        body_type="application/x-forebay-blobs",
        body=BYTES,
    ),
    f"POST {WORKSPACE}/snapshots": Operation(
        "Make a snapshot of files that were sent",
        {201: ref("Snapshot")},
        body=body(
            ("files",),
            files=listed(ref("SnapshotFile"), minItems=1, maxItems=20_000),
        ),
    ),
    f"GET {WORKSPACE}/snapshots/{{snapshot_id}}": Operation(
        "One snapshot", {200: ref("SnapshotWithFiles")}, path=SNAPSHOT
    ),
    f"GET {WORKSPACE}/snapshots/{{snapshot_id}}/files/{{path}}": Operation(
        "One file of a snapshot",
        {200: ("application/octet-stream", BYTES)},
        path={**SNAPSHOT, "path": ref("SnapshotPath")},
    ),
}
