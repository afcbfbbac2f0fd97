"""Every error is a problem+json with a sentence, never a traceback or a bare status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.http import Http404
from django.test import Client, override_settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from workspaces.api import reading
from workspaces.api.base import ForebayAPIView, json_object
from workspaces.domain.errors import Conflict, InvalidInput, Problem

RAISED: list[Exception] = []


class EchoView(ForebayAPIView):
    def post(self, request: Request) -> Response:
        return Response({"got": json_object(request)})

    def get(self, request: Request) -> Response:
        raise RAISED.pop()


urlpatterns = [path("api/v1/echo", EchoView.as_view())]
handler404 = "studio.errors.not_found"
handler500 = "studio.errors.server_error"
URL = "/api/v1/echo"
JSON = "application/json"


@pytest.fixture(autouse=True)
def these_urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"].endswith(".")
    assert isinstance(body["problems"], list)
    return dict(body)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"{", "JSON"),
        (b'{"a": NaN}', "NaN"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 100_000, "nested"),
        (rb'{"a": "\u00e9", "b": ' + b"[" * 900 + b"]" * 900 + b"}", "nested"),
        (b'{"a":' * 101 + b"[" + b"1" + b"]" + b"}" * 101, "nested"),
    ],
)
def test_a_body_that_is_not_json(api: APIClient, raw: bytes, word: str) -> None:
    body = problem(api.post(URL, raw, content_type=JSON), 400, "bad_request")
    assert word in body["detail"]


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"5", b"null"])
def test_a_body_that_is_no_object(api: APIClient, raw: bytes) -> None:
    problem(api.post(URL, raw, content_type=JSON), 422, "invalid_input")


@pytest.mark.parametrize("raw", [rb'{"a": "\ud800"}', rb'{"a": ["\u0000"]}', rb'{"\udc00": 1}'])
def test_text_that_cannot_be_stored(api: APIClient, raw: bytes) -> None:
    problem(api.post(URL, raw, content_type=JSON), 422, "invalid_input")


def test_a_hundred_levels_pass(api: APIClient) -> None:
    answer = api.post(URL, b'{"a":' * 100 + rb'"\u00e9"' + b"}" * 100, content_type=JSON)
    assert answer.status_code == 200


def test_escapes_of_good_text_pass(api: APIClient) -> None:
    answer = api.post(URL, rb'{"a": "\ud83d\ude00 \u05d0 \\u0000"}', content_type=JSON)
    assert answer.json() == {"got": {"a": "😀 א \\u0000"}}


def test_a_large_body_is_refused_by_its_length_or_its_bytes(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "JSON_LIMIT", 1000)
    raw = b'{"a": "' + b"x" * 2000 + b'"}'
    body = problem(api.post(URL, raw, content_type=JSON), 413, "too_large")
    assert "64 MB" in body["detail"]


def test_another_kind_of_body(api: APIClient) -> None:
    problem(api.post(URL, b"a=1", content_type="text/plain"), 415, "unsupported_media_type")


def test_another_method(api: APIClient) -> None:
    problem(api.delete(URL), 405, "method_not_allowed")


def test_no_body_is_an_empty_object(api: APIClient) -> None:
    assert api.post(URL).json() == {"got": {}}


def test_no_token_asks_for_one() -> None:
    answer = Client().get(URL)
    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer fby_no", "Bearer ", "bearer x y", "Bearer \udcff"])
def test_a_wrong_token_is_named_as_such(db: None, header: str) -> None:
    answer = Client().get(URL, headers={"Authorization": header})
    problem(answer, 401, "token_unknown")
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_any_accept_header_gets_json(api: APIClient) -> None:
    assert api.post(URL, {}, headers={"Accept": "text/html"}).json() == {"got": {}}


def test_a_session_needs_the_csrf_token(owner: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    body = problem(client.post(URL, b"{}", content_type=JSON), 403, "csrf")
    assert "Load it again" in body["detail"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (OperationalError("database is locked"), 503, "busy"),
        (Conflict("Two at once.", code="race", extra={"missing": ["a"]}), 409, "race"),
    ],
)
def test_errors_of_services(api: APIClient, error: Exception, status: int, code: str) -> None:
    RAISED.append(error)
    body = problem(api.get(URL), status, code)
    if status == 409:
        assert body["missing"] == ["a"]


def test_all_problems_are_listed(api: APIClient) -> None:
    found = [
        Problem("'x' is not known.", node="n1", node_name="train.py", field="inputs[0]"),
        Problem("'y' is twice.", field="parameters", code="duplicate"),
    ]
    RAISED.append(InvalidInput.of(found))
    body = problem_without_period(api.get(URL))
    assert [p["field"] for p in body["problems"]] == ["inputs[0]", "parameters"]
    assert body["problems"][0]["node_name"] == "train.py"
    assert "1 more" in body["detail"]


def problem_without_period(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 422
    return dict(answer.json())


def test_a_crash_tells_nothing_about_the_inside(api: APIClient) -> None:
    api.raise_request_exception = False
    RAISED.append(RuntimeError("secret path /home/ada"))
    answer = api.get(URL)
    problem(answer, 500, "error")
    assert b"ada" not in answer.content


def test_an_unknown_address_of_the_api_is_json(db: None) -> None:
    problem(Client().get("/api/v1/nothing"), 404, "not_found")
