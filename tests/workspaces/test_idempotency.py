"""A request that is sent twice is done once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from workspaces.api.base import WorkspaceAPIView, json_object
from workspaces.api.idempotency import idempotent
from workspaces.domain.errors import InvalidInput
from workspaces.models import IdempotencyKey

DONE: list[Any] = []


class ThingView(WorkspaceAPIView):
    @idempotent("things.make")
    def post(self, request: Request, workspace_name: str) -> Response:
        body = json_object(request)
        DONE.append(body)
        if body.get("bad"):
            raise InvalidInput("Mend it.")
        if body.get("crash"):
            raise RuntimeError("out of memory")
        return Response({"number": len(DONE), "at": timezone.now()}, status=201)


urlpatterns = [path("api/v1/workspaces/<str:workspace_name>/things", ThingView.as_view())]
URL = "/api/v1/workspaces/lab/things"


@pytest.fixture(autouse=True)
def these_urls() -> Iterator[None]:
    DONE.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_the_same_request_gets_the_same_answer(api: APIClient, workspace: Any) -> None:
    first = api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"})
    again = api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(DONE) == 1


def test_another_key_or_none_is_another_request(api: APIClient, workspace: Any) -> None:
    for headers in ({"Idempotency-Key": "k1"}, {"Idempotency-Key": "k2"}, {}, {}):
        assert api.post(URL, {"a": 1}, headers=headers).status_code == 201
    assert len(DONE) == 4


def test_another_body_under_the_key_is_refused(api: APIClient, workspace: Any) -> None:
    api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"})
    refused = api.post(URL, {"a": 2}, headers={"Idempotency-Key": "k1"})
    assert refused.status_code == 422
    assert refused.json()["code"] == "idempotency_mismatch"
    assert len(DONE) == 1


def test_a_refused_request_may_be_sent_again(api: APIClient, workspace: Any) -> None:
    for _ in range(2):
        answer = api.post(URL, {"bad": True}, headers={"Idempotency-Key": "k1"})
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid_input"
    assert len(DONE) == 2


def test_a_crash_leaves_the_key_free(api: APIClient, workspace: Any) -> None:
    api.raise_request_exception = False
    assert api.post(URL, {"crash": True}, headers={"Idempotency-Key": "k"}).status_code == 500
    assert not IdempotencyKey.objects.exists()


def test_one_under_way_is_waited_for_and_an_abandoned_one_taken_over(
    api: APIClient, workspace: Any
) -> None:
    api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"})
    IdempotencyKey.objects.update(status=None, answer=None)  # as if its server was killed
    waiting = api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"})
    assert waiting.status_code == 409
    assert waiting.json()["code"] == "idempotency_in_progress"
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"}).status_code == 201
    assert len(DONE) == 2


def test_a_key_belongs_to_its_user(api: APIClient, workspace: Any, django_user_model: Any) -> None:
    from workspaces.domain.roles import Role
    from workspaces.services.workspaces import set_member

    other = django_user_model.objects.create_user("grace")
    set_member(workspace=workspace, user=other, role=Role.CONTRIBUTOR)
    client = APIClient()
    client.force_authenticate(other)
    api.post(URL, {"a": 1}, headers={"Idempotency-Key": "k1"})
    assert (
        client.post(URL, {"b": 1}, format="json", headers={"Idempotency-Key": "k1"}).status_code
        == 201
    )


def test_a_long_key_is_refused(api: APIClient, workspace: Any) -> None:
    answer = api.post(URL, {}, headers={"Idempotency-Key": "k" * 201})
    assert answer.status_code == 422
    assert "200" in answer.json()["detail"]
