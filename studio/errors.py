"""Errors that no view caught: a problem for programs, a page for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from workspaces.api.problems import BadRequest, problem_response
from workspaces.domain.errors import Forbidden, ForebayError, NotFound


def _answer(request: HttpRequest, error: ForebayError, template: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(error)
    context = {"status": error.status, "title": error.title, "detail": error.detail}
    return render(request, template, context, status=error.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _answer(request, NotFound("There is nothing at this address."), "404.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _answer(request, Forbidden(str(exception) or "You may not do this."), "403.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: also for a host name that this studio doesn't answer to."""
    return _answer(request, BadRequest("The request is malformed."), "workspaces/error.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the cause is in logs/web.log, never in the answer."""
    if request.path.startswith("/api/"):
        return problem_response(
            ForebayError("The studio failed while answering. The cause is in logs/web.log.")
        )
    return defaults.server_error(request)
