"""REST clients of people with different roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from workspaces.domain.roles import Role
from workspaces.services.access import create_token
from workspaces.services.workspaces import set_member


@pytest.fixture
def client_of(workspace: Any, django_user_model: Any) -> Callable[..., APIClient]:
    """A client of a new member of `lab`, by user name and role; no role makes a stranger."""

    def make(name: str, role: Role | None = None) -> APIClient:
        user = django_user_model.objects.create_user(name, email=f"{name}@example.org")
        if role is not None:
            set_member(workspace=workspace, user=user, role=role)
        _, raw = create_token(user=user, name="tests")
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
        client.default_format = "json"
        return client

    return make
