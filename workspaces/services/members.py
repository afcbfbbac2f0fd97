"""Letting people into a workspace, and out."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from workspaces.domain.errors import Conflict, Forbidden, InvalidInput
from workspaces.domain.roles import Role
from workspaces.models import Member, SignInLink, Workspace
from workspaces.selectors import find_people, sign_in_link
from workspaces.services.access import Actor, digest_of
from workspaces.services.audit import record_audit

INVITE_LIVES = timedelta(days=3)
ASK_AGAIN = "Ask the one who invited you for a new link."


def read_role(value: object) -> Role:
    """The role of this name. Raises InvalidInput with the names there are."""
    try:
        return Role(str(value))
    except ValueError:
        known = ", ".join(role.value for role in Role)
        raise InvalidInput.field("role", f"The role must be one of {known}.") from None


@transaction.atomic
def add_member(*, workspace: Workspace, actor: Actor, who: object, role: object) -> Member:
    """Gives a person known here a role. `who` is a user name or an e-mail address, exactly.

    Raises InvalidInput when nobody or more than one fits, Conflict for a member.
    """
    wanted = read_role(role)
    text = who.strip() if isinstance(who, str) else ""
    if not text or "\0" in text:
        raise InvalidInput.field("user", "Give a user name or an e-mail address.")
    people = find_people(text)
    if not people:
        raise InvalidInput.field(
            "user",
            f"Nobody here has the user name or e-mail address {text!r}. People of Entra ID are "
            "known after they signed in once; others can be invited.",
            code="unknown_user",
        )
    if len(people) > 1:
        raise InvalidInput.field(
            "user", f"More than one person has the e-mail address {text!r}: give a user name."
        )
    try:
        with transaction.atomic():
            member = Member.objects.create(workspace=workspace, user=people[0], role=wanted.value)
    except IntegrityError:
        raise Conflict(f"{text!r} is a member already. Change the role instead.") from None
    note_member(actor, member, "added", {"role": wanted.value})
    return member


@transaction.atomic
def change_role(*, member: Member, actor: Actor, role: object) -> Member:
    """Gives a member another role. Conflict when no Owner would be left."""
    wanted = read_role(role)
    row = _lock(member)
    if row.role == wanted.value:
        return row
    _keep_an_owner(row)
    was, row.role, row.from_entra = row.role, wanted.value, False
    row.save(update_fields=["role", "from_entra"])
    note_member(actor, row, "role_changed", {"was": was, "is": wanted.value})
    return row


@transaction.atomic
def remove_member(*, member: Member, actor: Actor) -> None:
    """Takes a person's role away, their own too. Conflict when no Owner would be left.

    Runs that they submitted stay and go on.
    """
    row = _lock(member)
    _keep_an_owner(row)
    note_member(actor, row, "removed", {"role": row.role})
    row.delete()


def note_member(actor: Actor, member: Member, done: str, detail: dict[str, str]) -> None:
    """The audit entry of a change of membership, in the caller's transaction."""
    record_audit(
        actor=actor,
        workspace=member.workspace,
        action=f"member.{done}",
        kind="member",
        uid=str(member.user_id),
        name=member.user.get_username(),
        detail=detail,
    )


def _lock(member: Member) -> Member:
    """The row as it is now. The workspace's row is locked first, so that of two Owners who
    remove each other at once one stays."""
    Workspace.objects.select_for_update().get(pk=member.workspace_id)
    row = Member.objects.filter(pk=member.pk).select_related("workspace", "user").first()
    if row is None:
        raise Conflict("They were removed a moment ago.", code="gone")
    return row


def _keep_an_owner(member: Member) -> None:
    others = Member.objects.filter(
        workspace_id=member.workspace_id,
        role=Role.OWNER.value,
        user__is_active=True,
        user__service_principal=None,
    ).exclude(pk=member.pk)
    if member.role == Role.OWNER.value and not others.exists():
        raise Conflict(
            "A workspace needs a person who owns it: make somebody else Owner first.",
            code="last_owner",
        )


@transaction.atomic
def invite_person(
    *,
    workspace: Workspace,
    actor: Actor,
    user_name: object,
    email: object,
    role: object,
    now: datetime,
) -> tuple[Member, str]:
    """A new person as a member, and the secret part of the link by which they choose a password.

    Raises InvalidInput for a name or address that can't be used or is taken.
    """
    wanted = read_role(role)
    name, address = _new_person(user_name, email)
    user = User.objects.create_user(name, email=address, password=None)
    member = Member.objects.create(workspace=workspace, user=user, role=wanted.value)
    note_member(actor, member, "invited", {"role": wanted.value, "email": address})
    return member, _new_link(user, now)


def _new_person(user_name: object, email: object) -> tuple[str, str]:
    name = user_name.strip() if isinstance(user_name, str) else ""
    address = email.strip() if isinstance(email, str) else ""
    try:
        UnicodeUsernameValidator()(name)
        if not 1 <= len(name) <= 150:
            raise ValidationError("too long")
    except ValidationError:
        raise InvalidInput.field(
            "user_name", "A user name has 1 to 150 letters, digits and the signs @ . + - _"
        ) from None
    if address:
        try:
            validate_email(address)
        except ValidationError:
            raise InvalidInput.field("email", "This is not an e-mail address.") from None
    taken = f"{name!r} is known here already: add them as a member instead."
    if User.objects.filter(username__iexact=name).exists():
        raise InvalidInput.field("user_name", taken, code="exists")
    return name, address


def _new_link(user: User, now: datetime) -> str:
    raw = secrets.token_urlsafe(24)
    SignInLink.objects.filter(user=user, purpose=SignInLink.INVITE, used_at=None).delete()
    SignInLink.objects.create(
        user=user,
        purpose=SignInLink.INVITE,
        digest=digest_of(raw),
        expires_at=now + INVITE_LIVES,
    )
    return raw


@transaction.atomic
def invite_again(*, member: Member, actor: Actor, now: datetime) -> str:
    """A fresh link for a person who never chose a password; the earlier one is void.

    Only in the workspace that has known them longest, which is the one that invited them: who has
    the link has the account, with its roles elsewhere too.
    """
    name = member.user.get_username()
    if not is_invited(member.user):
        raise Conflict(f"{name!r} has a way to sign in already.")
    if Member.objects.filter(user=member.user, pk__lt=member.pk).exists():
        raise Forbidden(
            f"{name!r} was invited to another workspace first: its Owners make the link.",
            code="invited_elsewhere",
        )
    note_member(actor, member, "invited", {"role": member.role})
    return _new_link(member.user, now)


def is_invited(user: User) -> bool:
    """Whether the person was invited and never came."""
    return (
        not user.has_usable_password()
        and user.last_login is None
        and SignInLink.objects.filter(user=user, purpose=SignInLink.INVITE).exists()
    )


def check_invite(*, raw: str, now: datetime) -> SignInLink:
    """The invitation, unused and in time. Raises Forbidden: invite_unknown, _used, _expired."""
    link = sign_in_link(digest_of(raw), purpose=SignInLink.INVITE)
    if link is None or not link.user.is_active:
        raise Forbidden(f"This invitation is not known here. {ASK_AGAIN}", code="invite_unknown")
    if link.used_at is not None:
        raise Forbidden(
            "This invitation was used already. Sign in with the password that was chosen.",
            code="invite_used",
        )
    if link.expires_at <= now:
        raise Forbidden(f"This invitation is older than 3 days. {ASK_AGAIN}", code="invite_expired")
    return link


@transaction.atomic
def accept_invite(*, raw: str, password: str, address: str, now: datetime) -> User:
    """The invited person, who has this password from now on. The link is used up."""
    link = check_invite(raw=raw, now=now)
    user = link.user
    set_password(user=user, password=password)
    if not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise Forbidden("This invitation was used already.", code="invite_used")
    record_audit(
        actor=Actor(user=user, address=address, through="invitation"),
        workspace=None,
        action="user.joined",
        kind="user",
        uid=str(user.pk),
        name=user.get_username(),
    )
    return user


def set_password(*, user: User, password: str) -> None:
    """Gives the user a password that is hard to guess. In the caller's transaction."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput.field("password", " ".join(error.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
