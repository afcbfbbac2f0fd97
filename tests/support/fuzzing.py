"""Requests that the OpenAPI document allows, and some that it forbids, sent to every operation.

Each request starts from the same rows: what it did is rolled back, so that one which deletes
takes nothing from the next.
"""

from __future__ import annotations

import copy
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.serialization import Binary

from studio.describe import IN_PATH, OPERATIONS
from workspaces.api.schema_parts import BYTES

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SEED = int(os.environ.get("FOREBAY_FUZZ_SEED", "20260701"))


@schemathesis.serializer("application/x-forebay-blobs")
def framed(context: Any, value: Any) -> bytes:
    """Any bytes as the one blob of a body."""
    content = value.data if isinstance(value, Binary) else str(value).encode()
    return f"{hashlib.sha256(content).hexdigest()} {len(content)}\n".encode() + content


@dataclass
class Outcome:
    """Requests by status, by operation, and a paragraph for each answer that broke the document."""

    by_status: Counter[int] = field(default_factory=Counter)
    by_operation: dict[str, Counter[int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.by_status.values())

    def share(self, first_digit: int) -> float:
        """Of all answers, those with such a status."""
        fitting = sum(n for status, n in self.by_status.items() if status // 100 == first_digit)
        return fitting / max(1, self.requests)


def document(known: dict[str, list[Any]]) -> dict[str, Any]:
    """The OpenAPI document, in which components that name things take only what is there."""
    raw = copy.deepcopy(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
    schemas = raw["components"]["schemas"]
    _close(raw)
    for name, values in known.items():
        stored = {"enum": values}
        schemas[name] = {"anyOf": [stored, schemas[name]]} if name == "Graph" else stored
    return dict(raw)


def _close(part: Any) -> None:
    """Makes a field that an answer has and the document does not an error."""
    if isinstance(part, dict):
        if part.get("type") == "object" and part.get("properties"):
            part.setdefault("additionalProperties", False)
        for inner in part.values():
            _close(inner)
    elif isinstance(part, list):
        for inner in part:
            _close(inner)


def read_whole(app: Any) -> Any:
    """The WSGI application with every answer read to its end and closed, as servers do."""

    def application(environ: Any, start_response: Any) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            parts.close()

    return application


def fuzz(known: dict[str, list[Any]], token: str, *, requests: int, only: str = "") -> Outcome:
    """Send about this many requests, one in six of a form that the document forbids. `only` is a
    pattern for the operations, as "drafts|modules"."""
    schema = schemathesis.openapi.from_dict(document(known))
    schema.app = read_whole(get_wsgi_application())
    schema.config.update(base_url="http://127.0.0.1")
    operations = [found.ok() for found in schema.get_all_operations()]
    operations = [one for one in operations if re.search(only, one.label)]
    each = max(1, round(requests / len(operations)))
    outcome = Outcome()
    for place, operation in enumerate(operations):
        wrong = (each + place % 6) // 6
        _send(operation, {}, each - wrong, token, outcome)
        if wrong:
            forbidden: dict[str, Any] = {"generation_mode": GenerationMode.NEGATIVE}
            told = OPERATIONS[operation.label]
            if told.query or (told.body and told.body != BYTES):
                # these are wrong then, and not the address
                forbidden["path_parameters"] = _place(operation.label, known) or None
            with suppress(Unsatisfiable):  # nothing that it would forbid
                _send(operation, forbidden, wrong, token, outcome)
    return outcome


def _place(label: str, known: dict[str, list[Any]]) -> dict[str, Any]:
    """Values for the parameters of a path, of something that is there if it names such."""
    place = {**IN_PATH, **OPERATIONS[label].path}
    names = {name: str(schema["$ref"]).rpartition("/")[2] for name, schema in place.items()}
    values = {name: known.get(component, ["new"])[0] for name, component in names.items()}
    return {name: value for name, value in values.items() if f"{{{name}}}" in label}


def _send(operation: Any, kind: dict[str, Any], count: int, token: str, outcome: Outcome) -> None:
    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(**kind))
    def one(case: Any) -> None:
        with transaction.atomic(), _kept_connection(), _errors() as errors:
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            transaction.set_rollback(True)
        outcome.by_status[answer.status_code] += 1
        by_operation = outcome.by_operation.setdefault(operation.label, Counter())
        by_operation[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            said = "; ".join(f"{type(one).__name__}: {one}" for one in group.exceptions)
            sent = f"{case.formatted_path} {case.query} {str(case.body)[:500]}"
            outcome.broken.append(f"{operation.label}: {said}\n{sent}\n{errors}")

    one()


@contextmanager
def _kept_connection() -> Iterator[None]:
    """A request does not end the connection: our transaction is on it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@contextmanager
def _errors() -> Iterator[list[str]]:
    """Where the code raised what became a 500."""
    found: list[str] = []

    def note(**what: Any) -> None:
        import traceback

        found.append(traceback.format_exc(limit=-4))

    got_request_exception.connect(note)
    try:
        yield found
    finally:
        got_request_exception.disconnect(note)
