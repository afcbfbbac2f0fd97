"""REST: the audit log of a workspace, as a list and as a download."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from workspaces.api.base import WorkspaceAPIView
from workspaces.api.downloads import ChunkedResponse, attachment
from workspaces.api.pagination import cursor_page
from workspaces.audit_selectors import audit_batches, audit_entries, read_audit_query
from workspaces.domain.errors import InvalidInput
from workspaces.domain.roles import Permission
from workspaces.domain.times import iso
from workspaces.models import AuditEntry

FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
COLUMNS = (
    "at",
    "user",
    "via",
    "address",
    "workspace",
    "action",
    "kind",
    "subject_id",
    "subject",
    "detail",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


def audit_json(entry: AuditEntry) -> dict[str, Any]:
    """One entry as programs see it."""
    return {
        "id": entry.uid,
        "at": iso(entry.at),
        "user": entry.user_name or None,
        "via": entry.via,
        "address": entry.address or None,
        "workspace": entry.workspace_name or None,
        "action": entry.action,
        "kind": entry.kind,
        "subject_id": entry.subject_uid,
        "subject": entry.subject_name,
        "detail": entry.detail,
    }


def audit_download(rows: QuerySet[AuditEntry], form: str, name: str) -> ChunkedResponse:
    """All the rows as `csv` or `jsonl` (a JSON object a line), sent as they are read."""
    if form not in FORMATS:
        raise InvalidInput.field("format", "format must be csv or jsonl.")
    write = _csv_lines if form == "csv" else _json_lines
    response = ChunkedResponse(write(rows), content_type=FORMATS[form])
    today = timezone.now().strftime("%Y-%m-%d")
    response["Content-Disposition"] = attachment(f"audit-{name}-{today}.{form}")
    return response


def _json_lines(rows: QuerySet[AuditEntry]) -> Iterator[bytes]:
    for batch in audit_batches(rows):
        lines = (json.dumps(audit_json(entry), ensure_ascii=False) for entry in batch)
        yield "".join(f"{line}\n" for line in lines).encode()


def _csv_lines(rows: QuerySet[AuditEntry]) -> Iterator[bytes]:
    yield _csv_rows([COLUMNS])
    for batch in audit_batches(rows):
        yield _csv_rows(_cells(audit_json(entry)) for entry in batch)


def _csv_rows(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cells(entry: dict[str, Any]) -> list[str]:
    entry["detail"] = json.dumps(entry["detail"], ensure_ascii=False) if entry["detail"] else ""
    cells = ["" if entry[name] is None else str(entry[name]) for name in COLUMNS]
    return [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells]


class AuditView(WorkspaceAPIView):
    """Who changed what in the workspace, newest first. Owners only."""

    permissions = {"GET": Permission.MANAGE}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", description="In names, actions; or a whole id or address."),
            OpenApiParameter("who", description="A user name."),
            OpenApiParameter("action", description="As 'token.created', or 'token.' for all."),
            OpenApiParameter("from", description="The first day (UTC): 2026-07-01."),
            OpenApiParameter("to", description="The last day."),
            OpenApiParameter("format", enum=["csv", "jsonl"], description="Download all that fit."),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", int),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, workspace_name: str) -> Response | ChunkedResponse:
        """A page of entries, or with `format` a file of all that fit the filters."""
        rows = audit_entries(self.workspace, read_audit_query(request.query_params))
        form = request.query_params.get("format")
        if form:
            return audit_download(rows, form, self.workspace.name)
        return Response(cursor_page(rows, request, audit_json))
