"""Own modules: from a spec and a snapshot, in versions; and the status of any module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from compute.domain.environments import environment_faults
from pipelines.domain.module_specs import TEXT_LIMIT, read_spec
from pipelines.domain.reuse import digest_of
from pipelines.domain.spec_text import parse_spec_text
from pipelines.models import Module, ModuleVersion
from pipelines.models.modules import ACTIVE, DISABLED, STATUSES
from workspaces.domain.errors import Conflict, InvalidInput, Problem
from workspaces.models import Snapshot, Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

VERSION_LIMIT = 100
NOTHING: Callable[[Module], None] = lambda row: None  # noqa: E731 - a default


def create_module(
    *,
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[Module], None] = NOTHING,
) -> Module:
    """A module of the workspace's own. `body`: spec (an object, or the text of its JSON or
    YAML file), snapshot (id), version.

    Raises InvalidInput with every fault of the spec, Conflict when the name is taken.
    """
    spec, snapshot = _read_body(workspace, body, ("spec", "snapshot", "version"))
    name = spec["name"].strip()
    with transaction.atomic():
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        if Module.objects.filter(workspace=workspace, key="", name=name).exists():
            raise Conflict(
                f"There is a module {name!r} already. Add a version to it, or choose another name.",
                code="name_taken",
            )
        version = _version_text(body, spec) or "1"
        module = Module.objects.create(
            workspace=workspace,
            name=name,
            group=spec["group"],
            description=spec["description"],
            default_version=version,
        )
        _store_version(module, actor, spec, snapshot, version)
        _audit(module, actor, "created", version=version)
        note_stored(module)
    return module


@transaction.atomic
def add_module_version(*, module: Module, actor: Actor, body: Mapping[str, Any]) -> ModuleVersion:
    """The next version of an own module. `body`: spec, snapshot, version, set_default (true) and
    `changes`, a sentence for people in place of the spec's."""
    if module.key:
        message = f"{module.name} comes with the studio and gets its versions from it."
        raise Conflict(message, code="built_in")
    known = ("spec", "snapshot", "version", "set_default", "changes")
    spec, snapshot = _read_body(module.workspace, body, known)
    spec["changes"] = _read_changes(body) or spec.get("changes") or ""
    chosen = body.get("set_default", True)
    if not isinstance(chosen, bool):
        raise InvalidInput.field("set_default", "set_default must be true or false.")
    row = Module.objects.select_for_update().get(pk=module.pk)
    taken = set(row.versions.values_list("version", flat=True))
    version = _version_text(body, spec)
    if body.get("version") is None and (not version or version in taken):
        number = len(taken) + 1
        while str(number) in taken:
            number += 1
        version = str(number)
    if version in taken:
        raise Conflict(f"{row.name} has a version {version!r} already.", code="version_taken")
    made = _store_version(row, actor, spec, snapshot, version)
    if chosen:
        _show(row, made)
    _audit(row, actor, "version_added", version=version)
    return made


@transaction.atomic
def change_module(*, module: Module, actor: Actor, changes: Mapping[str, Any]) -> Module:
    """Set `status` (Active, Deprecated, Disabled) or `default_version`."""
    problems = _unknown(changes, ("status", "default_version"))
    if "status" in changes and changes["status"] not in STATUSES:
        problems.append(Problem(f"status must be one of {', '.join(STATUSES)}.", "status"))
    if problems:
        raise InvalidInput.of(problems)
    row = Module.objects.select_for_update().get(pk=module.pk)
    if "default_version" in changes:
        wanted = row.versions.filter(version=str(changes["default_version"])).first()
        if wanted is None or wanted.status == DISABLED:
            message = f"{row.name} has no version {changes['default_version']!r} that is enabled."
            raise InvalidInput.field("default_version", message, code="unknown_version")
        if row.default_version != wanted.version:
            _audit(row, actor, "default_changed", before=row.default_version, now=wanted.version)
            _show(row, wanted)
    if "status" in changes and row.status != changes["status"]:
        _audit(row, actor, "status_changed", before=row.status, now=changes["status"])
        row.status = changes["status"]
        row.save(update_fields=["status"])
    return row


@transaction.atomic
def change_module_version(
    *, row: ModuleVersion, actor: Actor, changes: Mapping[str, Any]
) -> ModuleVersion:
    """Set the `status` of one version. The default one can't be disabled."""
    problems = _unknown(changes, ("status",))
    if changes.get("status") not in STATUSES:
        problems.append(Problem(f"status must be one of {', '.join(STATUSES)}.", "status"))
    if problems:
        raise InvalidInput.of(problems)
    module = Module.objects.select_for_update().get(pk=row.module_id)
    if changes["status"] == DISABLED and module.default_version == row.version:
        message = f"Version {row.version} is the default of {module.name}: set another one first."
        raise Conflict(message, code="is_default")
    if row.status != changes["status"]:
        row.status = changes["status"]
        row.save(update_fields=["status"])
        _audit(module, actor, "version_changed", version=row.version, status=row.status)
    return row


def _read_body(
    workspace: Workspace, body: Mapping[str, Any], known: tuple[str, ...]
) -> tuple[dict[str, Any], Snapshot]:
    problems = _unknown(body, known)
    uid = body.get("snapshot")
    rows = Snapshot.objects.filter(workspace=workspace, uid=uid) if isinstance(uid, str) else None
    snapshot = rows.first() if rows is not None else None
    if snapshot is None:
        message = f"The workspace has no snapshot {uid!r}. Send the module's files first."
        problems.append(Problem(message, "snapshot", code="unknown_snapshot"))
    paths = None if snapshot is None else [file["path"] for file in snapshot.files]
    raw = body.get("spec")
    wrong: list[Problem] = []
    if isinstance(raw, str):
        raw, wrong = parse_spec_text(raw)
    spec, faults = ({}, []) if wrong else read_spec(raw, paths=paths)
    problems += [*wrong, *faults]
    if isinstance(spec.get("environment"), Mapping):
        problems += [
            Problem(message, f"spec.environment.{field}")
            for field, message in environment_faults(spec["environment"])
        ]
    if "key" in spec:
        problems.append(Problem("key is for the studio's own modules.", "spec.key"))
    version = _version_text(body, spec)
    if not isinstance(version, str) or len(version) > VERSION_LIMIT or "/" in version:
        message = f"version must be a text of at most {VERSION_LIMIT} characters without /."
        problems.append(Problem(message, "version"))
    if problems or snapshot is None:
        raise InvalidInput.of(problems)
    return spec, snapshot


def _read_changes(body: Mapping[str, Any]) -> str:
    changes = body.get("changes") or ""
    if not isinstance(changes, str) or len(changes) > TEXT_LIMIT:
        message = f"changes must be a text of at most {TEXT_LIMIT:,} characters."
        raise InvalidInput.field("changes", message)
    return changes


def _version_text(body: Mapping[str, Any], spec: Mapping[str, Any]) -> Any:
    version = body.get("version") or spec.get("version") or ""
    return str(version) if type(version) is int else version  # `version: 2` of a YAML file


def _unknown(body: Mapping[str, Any], known: tuple[str, ...]) -> list[Problem]:
    return [
        Problem(f"There is no field {name!r} here; there are: {', '.join(known)}.", str(name))
        for name in body
        if name not in known
    ]


def _store_version(
    module: Module, actor: Actor, spec: dict[str, Any], snapshot: Snapshot, version: str
) -> ModuleVersion:
    return ModuleVersion.objects.create(
        module=module,
        version=version,
        spec={**spec, "version": version},
        environment=spec.get("environment"),
        snapshot=snapshot,
        digest=digest_of([spec, snapshot.digest]),
        status=ACTIVE,
        changes=spec.get("changes") or "",
        created_by=actor.user,
    )


def _show(module: Module, version: ModuleVersion) -> None:
    """The module looks as this version of it. An own module keeps its name: it is found by it."""
    module.default_version = version.version
    module.group = version.spec["group"]
    module.description = version.spec["description"]
    module.save(update_fields=["default_version", "group", "description"])


def _audit(module: Module, actor: Actor, done: str, **detail: Any) -> None:
    record_audit(
        actor=actor,
        workspace=module.workspace,
        action=f"module.{done}",
        kind="module",
        uid=module.uid,
        name=module.name,
        detail=detail,
    )
