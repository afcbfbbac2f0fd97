"""Own modules: a name with versions, each from a spec and a snapshot; the status of any module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from compute.domain.environments import environment_faults
from pipelines.domain.module_specs import (
    NAME_LIMIT,
    OWN_GROUP,
    TEXT_LIMIT,
    read_spec,
)
from pipelines.domain.module_versions import resolve_version
from pipelines.domain.reuse import digest_of
from pipelines.domain.spec_text import parse_spec_text, plain_fault
from pipelines.models import Module, ModuleVersion
from pipelines.models.modules import ACTIVE, DEPRECATED, DISABLED, STATUSES
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
    YAML file), snapshot (id), version; or name and description of one that gets its versions
    later.

    Raises InvalidInput with every fault of the spec, Conflict when the name is taken.
    """
    if "name" in body and not {"spec", "snapshot"} & set(body):
        return _create_empty(workspace, actor, body, note_stored)
    spec, snapshot = _read_body(workspace, body, ("spec", "snapshot", "version"))
    name = spec["name"].strip()
    with transaction.atomic():
        _claim_name(workspace, name)
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
def _create_empty(
    workspace: Workspace,
    actor: Actor,
    body: Mapping[str, Any],
    note_stored: Callable[[Module], None],
) -> Module:
    problems = _unknown(body, ("name", "description")) + _text_problems(body)
    if problems:
        raise InvalidInput.of(problems)
    name = body["name"].strip()
    _claim_name(workspace, name)
    module = Module.objects.create(
        workspace=workspace,
        name=name,
        group=OWN_GROUP,
        description=body.get("description") or "",
        default_version="",
        default_chosen=False,
    )
    _audit(module, actor, "created")
    note_stored(module)
    return module


def _claim_name(workspace: Workspace, name: str) -> None:
    """Own modules are found by their names. Holds the workspace until the transaction ends."""
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    if Module.objects.filter(workspace=workspace, key="", name=name).exists():
        raise Conflict(
            f"There is a module {name!r} already. Add a version to it, or choose another name.",
            code="name_taken",
        )


@transaction.atomic
def add_module_version(*, module: Module, actor: Actor, body: Mapping[str, Any]) -> ModuleVersion:
    """The next version of an own module. `body`: spec, snapshot, version, set_default (true) and
    `changes`, a sentence for people in place of the spec's.

    With `set_default` false the default stays, if one was chosen.
    """
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
        _show(row, made, chosen=True)
    else:
        _resolve(row)
    _audit(row, actor, "version_added", version=version)
    return made


@transaction.atomic
def change_module(*, module: Module, actor: Actor, changes: Mapping[str, Any]) -> Module:
    """Set `status` (Active, Deprecated, Disabled) or `default_version`; of an own module `name`
    and `description` too."""
    problems = _unknown(changes, ("status", "default_version", "name", "description"))
    problems += _text_problems(changes)
    if module.key and {"name", "description"} & set(changes):
        message = f"{module.name} comes with the studio: its name and description are the studio's."
        raise Conflict(message, code="built_in")
    if "status" in changes and changes["status"] not in STATUSES:
        problems.append(Problem(f"status must be one of {', '.join(STATUSES)}.", "status"))
    if problems:
        raise InvalidInput.of(problems)
    row = Module.objects.select_for_update().get(pk=module.pk)
    if "name" in changes and changes["name"].strip() != row.name:
        _claim_name(row.workspace, changes["name"].strip())
        _audit(row, actor, "renamed", before=row.name, now=changes["name"].strip())
        row.name = changes["name"].strip()
    if "description" in changes:
        row.description = changes["description"] or ""
    row.save(update_fields=["name", "description"])
    if "default_version" in changes:
        wanted = row.versions.filter(version=str(changes["default_version"])).first()
        if wanted is None or wanted.status == DISABLED:
            message = f"{row.name} has no version {changes['default_version']!r} that is enabled."
            raise InvalidInput.field("default_version", message, code="unknown_version")
        if row.default_version != wanted.version:
            _audit(row, actor, "default_changed", before=row.default_version, now=wanted.version)
        _show(row, wanted, chosen=True)
    if "status" in changes and row.status != changes["status"]:
        _audit(row, actor, "status_changed", before=row.status, now=changes["status"])
        row.status = changes["status"]
        row.save(update_fields=["status"])
    return row


@transaction.atomic
def change_module_version(
    *, row: ModuleVersion, actor: Actor, changes: Mapping[str, Any]
) -> ModuleVersion:
    """Set the `status` of one version, or `changes`, what is said of it. A default that somebody
    chose can't be disabled."""
    problems = _unknown(changes, ("status", "changes")) + _text_problems(changes)
    if changes.get("status", row.status) not in STATUSES:
        problems.append(Problem(f"status must be one of {', '.join(STATUSES)}.", "status"))
    if problems:
        raise InvalidInput.of(problems)
    module = Module.objects.select_for_update().get(pk=row.module_id)
    status = changes.get("status", row.status)
    is_default = module.default_chosen and module.default_version == row.version
    if status == DISABLED and is_default:
        message = f"Version {row.version} is the default of {module.name}: set another one first."
        raise Conflict(message, code="is_default")
    if row.status != status:
        row.status = status
        row.save(update_fields=["status"])
        _audit(module, actor, "version_changed", version=row.version, status=row.status)
        _resolve(module)
    if "changes" in changes and row.changes != (changes["changes"] or ""):
        row.changes = changes["changes"] or ""
        row.save(update_fields=["changes"])
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
    elif fault := plain_fault(raw):
        wrong = [Problem(fault, "spec")]
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


def _text_problems(body: Mapping[str, Any]) -> list[Problem]:
    problems = []
    name = body.get("name", "module")
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_LIMIT:
        message = f"The module needs a name of 1 to {NAME_LIMIT} characters."
        problems.append(Problem(message, "name"))
    for field in ("description", "changes"):
        value = body.get(field)
        if value is not None and (not isinstance(value, str) or len(value) > TEXT_LIMIT):
            message = f"{field} must be a text of at most {TEXT_LIMIT:,} characters."
            problems.append(Problem(message, field))
    return problems


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


def _show(module: Module, version: ModuleVersion, *, chosen: bool) -> None:
    """The module looks as this version of it. An own module keeps its name: it is found by it;
    and its description, where the version has none."""
    module.default_version, module.default_chosen = version.version, chosen
    module.group = version.spec["group"]
    module.description = version.spec["description"] or module.description
    module.save(update_fields=["default_version", "default_chosen", "group", "description"])


def _resolve(module: Module) -> None:
    """The default of a module for which nobody chose one: of its active versions, else of the
    deprecated ones."""
    if module.default_chosen:
        return
    rows = {row.version: row for row in module.versions.order_by("-id")}
    for status in (ACTIVE, DEPRECATED):
        wanted = resolve_version([row.version for row in rows.values() if row.status == status])
        if wanted:
            _show(module, rows[wanted], chosen=False)
            return
    module.default_version = ""
    module.save(update_fields=["default_version"])


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
