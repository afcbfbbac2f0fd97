"""Making datasets and giving them names and versions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from data.domain.definition import definition_digest, parse_definition
from data.models import Dataset, DatasetVersion
from data.selectors import dataset_files, get_datastore
from workspaces.domain.errors import Conflict, InvalidInput, NotFound, Problem
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.audit import record_audit

MAX_NAME, MAX_DESCRIPTION, MAX_TAGS = 255, 10_000, 100
NAME_FAULT = re.compile(r"[/\\\x00-\x1f\x7f]")
TRIES = 20  # of a version number that others took first


def create_dataset(
    *, workspace: Workspace, actor: Actor, kind: object, definition: object, validate: bool
) -> DatasetVersion:
    """An unregistered dataset; an equal definition answers the row made before.

    Raises InvalidInput for a wrong definition, an unknown datastore and, with `validate`, a
    path where no file is.
    """
    parsed = parse_definition(kind, definition)
    problems = []
    for index, entry in enumerate(parsed["paths"]):
        try:
            get_datastore(workspace, entry["datastore"])
        except NotFound as error:
            problems.append(
                Problem(
                    error.detail, f"definition.paths.{index}.datastore", code="unknown_datastore"
                )
            )
    if problems:
        raise InvalidInput.of(problems)
    row = DatasetVersion(
        workspace=workspace,
        kind=str(kind),
        definition=parsed,
        digest=definition_digest(str(kind), parsed),
        created_by=actor.user,
    )
    if validate:
        dataset_files(row)
    with transaction.atomic():
        same = DatasetVersion.objects.filter(
            workspace=workspace, dataset__isnull=True, kind=row.kind, digest=row.digest
        ).first()
        if same:
            return same
        row.save()
    return row


def register_dataset(
    *,
    workspace: Workspace,
    actor: Actor,
    version: DatasetVersion,
    name: object,
    description: object = "",
    tags: object = None,
    create_new_version: bool = False,
) -> DatasetVersion:
    """Give a dataset a name, as its first or its next version.

    A definition equal to the latest version's answers that version unchanged. Raises Conflict
    `exists` when the name has another definition and no new version was asked for.
    """
    clean_name, clean_text, clean_tags = _check(name, description, tags)
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _register(
                    workspace,
                    actor,
                    version,
                    clean_name,
                    clean_text,
                    clean_tags,
                    create_new_version,
                )
        except IntegrityError:  # another registration of this name was first: look again
            version.refresh_from_db()
    raise Conflict(
        f"Others keep registering versions of {clean_name!r} at this moment. Try again.",
        code="busy",
    )


def _register(
    workspace: Workspace,
    actor: Actor,
    version: DatasetVersion,
    name: str,
    description: str,
    tags: dict[str, str],
    create_new_version: bool,
) -> DatasetVersion:
    dataset, _ = Dataset.objects.select_for_update().get_or_create(workspace=workspace, name=name)
    latest = dataset.versions.select_related("dataset").order_by("-version").first()
    if latest and (latest.kind, latest.digest) == (version.kind, version.digest):
        return latest
    if latest and not create_new_version:
        raise Conflict(
            f"A dataset {name!r} is registered already with another definition. "
            "Pass create_new_version=True to register the next version, or choose another name.",
            code="exists",
        )
    made = DatasetVersion.objects.create(
        workspace=workspace,
        dataset=dataset,
        version=(latest.version or 0) + 1 if latest else 1,
        kind=version.kind,
        definition=version.definition,
        digest=version.digest,
        description=description,
        tags=tags,
        created_by=actor.user,
    )
    record_audit(
        actor=actor,
        workspace=workspace,
        action="dataset.registered",
        kind="dataset",
        uid=made.uid,
        name=name,
        detail={"version": made.version},
    )
    return made


def _check(name: object, description: object, tags: object) -> tuple[str, str, dict[str, str]]:
    problems = []
    if not isinstance(name, str) or not name.strip() or name != name.strip():
        problems.append(Problem("'name' must be a text without spaces at its ends.", "name"))
    elif len(name) > MAX_NAME or NAME_FAULT.search(name):
        problems.append(
            Problem(f"'name' has at most {MAX_NAME} characters and no /, \\ or line feed.", "name")
        )
    if description is None:
        description = ""
    if not isinstance(description, str) or len(description) > MAX_DESCRIPTION:
        problems.append(
            Problem(
                f"'description' must be a text of at most {MAX_DESCRIPTION:,} characters.",
                "description",
            )
        )
    tags = {} if tags is None else tags
    if not isinstance(tags, Mapping) or len(tags) > MAX_TAGS:
        problems.append(Problem(f"'tags' must be an object with at most {MAX_TAGS} names.", "tags"))
    if problems:
        raise InvalidInput.of(problems)
    assert isinstance(tags, Mapping)
    return str(name), str(description), {str(key): str(value) for key, value in tags.items()}
