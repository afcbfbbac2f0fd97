"""REST: drafts and runs as Python programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from pipelines.domain.program.subject import Program
from pipelines.draft_selectors import get_draft
from pipelines.selectors import get_run
from pipelines.services.programs import (
    PROGRAM,
    file_name,
    program_of_draft,
    program_of_run,
    zip_program,
)
from workspaces.api.base import WorkspaceAPIView
from workspaces.api.downloads import CHUNK, ChunkedResponse, attachment
from workspaces.domain.errors import InvalidInput

PYTHON, ZIP = "text/x-python; charset=utf-8", "application/zip"
FORMS = ("py", "zip")


class ProgramView(WorkspaceAPIView):
    """What both kinds of programs share."""

    def program_answer(self, request: Request, program: Program, title: str) -> HttpResponseBase:
        """The text, as a file with `download=1`; with `format=zip` beside its source folders."""
        form = request.query_params.get("format", "py")
        if form not in FORMS:
            raise InvalidInput.field("format", f"format must be one of {', '.join(FORMS)}.")
        name = f"{file_name(title)}.{form}"
        if form == "zip":
            file = zip_program(
                workspace=self.workspace, program=program, server=settings.FOREBAY_URL
            )
            zipped = ChunkedResponse(_chunks(file), close=file.close, content_type=ZIP)
            zipped["Content-Disposition"] = attachment(name)
            return zipped
        answer = HttpResponse(program.text, content_type=PYTHON)
        answer["X-Content-Type-Options"] = "nosniff"
        if request.query_params.get("download") in ("1", "true"):
            answer["Content-Disposition"] = attachment(name)
        else:
            answer["Content-Disposition"] = f"inline; filename={PROGRAM}"
        return answer


class DraftProgramView(ProgramView):
    """A draft as a program."""

    @extend_schema(responses=OpenApiTypes.STR)
    def get(self, request: Request, workspace_name: str, draft_id: str) -> HttpResponseBase:
        """A Python program against the SDK that submits the draft as it is saved: equal steps are
        reused. What it can't keep, and what the draft lacks, stands at its top. 422 for a draft
        whose form is none that runs."""
        draft = get_draft(self.workspace, draft_id)
        program = program_of_draft(draft=draft, actor=self.actor)
        return self.program_answer(request, program, draft.name)


class RunProgramView(ProgramView):
    """A run as a program."""

    @extend_schema(responses=OpenApiTypes.STR)
    def get(self, request: Request, workspace_name: str, run_uid: str) -> HttpResponseBase:
        """A Python program against the SDK that submits what this run was."""
        run = get_run(self.workspace, run_uid)
        program = program_of_run(run=run, actor=self.actor)
        return self.program_answer(request, program, f"{run.experiment.name} {run.number}")


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
