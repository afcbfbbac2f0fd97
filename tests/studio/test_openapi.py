"""The OpenAPI document says what the server does: schemathesis asks every operation of it.

For long, of some: FOREBAY_FUZZ_REQUESTS=10000 FOREBAY_FUZZ_ONLY="drafts|modules" .venv/bin/pytest
tests/studio/test_openapi.py -s
"""

from __future__ import annotations

import os
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from studio.describe import COMPONENTS, OPERATIONS
from tests.support.furnished import Furnished
from tests.support.fuzzing import fuzz
from tests.support.house import House

ONLY = os.environ.get("FOREBAY_FUZZ_ONLY", "")
REQUESTS = int(os.environ.get("FOREBAY_FUZZ_REQUESTS", "390"))


def test_every_operation_is_described() -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert sorted(found) == sorted(OPERATIONS)
    asked = {name for name in COMPONENTS if f"/schemas/{name}'" in str(document)}
    assert asked == set(COMPONENTS), "components that nothing refers to"


def test_the_server_answers_as_it_is_written(
    workspace: Any, owner: Any, django_user_model: Any, settings: Any
) -> None:
    settings.FOREBAY_SMTP_HOST = "mail.invalid"  # rules for e-mail may be made; none is sent
    house = House(workspace, owner, django_user_model.objects)
    furnished = Furnished(house, workspace)
    outcome = fuzz(furnished.known, furnished.token, requests=REQUESTS, only=ONLY)
    table = "\n".join(
        f"{name} {dict(sorted(statuses.items()))}"
        for name, statuses in outcome.by_operation.items()
        if set(statuses) - {200, 201, 204}
    )
    print(
        f"\n{outcome.requests} requests, {outcome.share(2):.1%} 2xx: "
        f"{dict(sorted(outcome.by_status.items()))}\n{table}"
    )
    assert not outcome.broken, "\n\n".join(outcome.broken)
    assert outcome.share(5) == 0
    assert outcome.share(2) >= 0.6, table
