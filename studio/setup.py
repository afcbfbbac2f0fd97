"""Making a studio usable: an administrator, a workspace with datastores, compute, modules."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from compute.services.environments import ensure_default
from compute.services.targets import create_default_target
from data.services.datastores import create_default_datastores
from pipelines.services.library import ensure_library
from workspaces.domain.roles import Role
from workspaces.models import Workspace
from workspaces.services.access import Actor
from workspaces.services.sign_in import create_sign_in_link
from workspaces.services.workspaces import create_workspace, set_member

ADMIN = "admin"


@dataclass(frozen=True)
class Studio:
    """What set-up leaves behind."""

    admin: User
    workspace: Workspace


def set_up_studio(name: str) -> Studio:
    """Makes what is missing; run again, it changes nothing."""
    admin = User.objects.filter(username=ADMIN).first()
    if admin is None:
        # No password until one is set: people get in by sign-in link.
        admin = User.objects.create_superuser(username=ADMIN, password=None)
    workspace = Workspace.objects.filter(name=name).first()
    if workspace is None:
        workspace = create_workspace(name=name, owner=admin)
    elif not workspace.members.filter(role=Role.OWNER.value).exists():
        set_member(workspace=workspace, user=admin, role=Role.OWNER)
    equip_workspace(workspace, owner=admin)
    ensure_default(workspace=workspace)  # the runner builds it while people still look around
    return Studio(admin, workspace)


def ensure_studio(name: str) -> Studio:
    """Sets up an empty studio; one that is in use is taken as its people left it."""
    workspace = Workspace.objects.filter(name=name).first() or Workspace.objects.first()
    admin = User.objects.filter(username=ADMIN).first()
    if workspace is None or admin is None:
        return set_up_studio(name)
    for one in Workspace.objects.all():  # what a newer studio brings, before a page asks for it
        ensure_library(workspace=one, actor=Actor(user=admin))
    return Studio(admin, workspace)


def equip_workspace(workspace: Workspace, *, owner: User) -> Workspace:
    """Gives a workspace what everybody expects: datastores, a compute target, modules."""
    actor = Actor(user=owner)
    create_default_datastores(workspace)
    create_default_target(workspace, actor)
    ensure_library(workspace=workspace, actor=actor)
    return workspace


def new_sign_in_url(user: User) -> str:
    """The address of a fresh one-time link for the user."""
    raw = create_sign_in_link(user=user, now=timezone.now())
    return f"{settings.FOREBAY_URL}/sign-in/{raw}"
