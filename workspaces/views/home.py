"""The studio's front door: to the first workspace that the signed-in person may enter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from workspaces.pages import signed_in_page
from workspaces.selectors import workspaces_of


@signed_in_page
def open_first_workspace(request: HttpRequest) -> HttpResponse:
    """Its home page, or a page that says how to get into one."""
    workspace = workspaces_of(request.user).first()  # type: ignore[arg-type]
    if workspace is None:
        return render(request, "workspaces/none.html")
    return redirect("pages:home", workspace_name=workspace.name)
