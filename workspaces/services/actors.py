"""Who does something."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from workspaces.models import AccessToken

ENTRA = "Entra ID"


@dataclass(frozen=True)
class Actor:
    """Who does something: a user, the token that spoke for them if there was one, from where.

    `address` is the client's IP address; empty when this server acts by itself or by a command.
    `through` names another way in than a session or one of our tokens.
    """

    user: User
    token: AccessToken | None = None
    address: str = ""
    through: str = ""

    @property
    def name(self) -> str:
        """What pages show: the full name, else the user name."""
        return self.user.get_full_name() or self.user.get_username()

    @property
    def is_run_token(self) -> bool:
        """Whether a step of a run asks, not a person or their program."""
        return self.token is not None and self.token.kind == AccessToken.RUN

    @property
    def step_run_uid(self) -> str:
        """The step run that a run token belongs to; empty for everyone else."""
        return self.token.step_run_uid if self.token is not None else ""

    @property
    def spoke(self) -> str:
        """How they spoke, for the audit log: by a session, by which token, as this server."""
        if self.through:
            return self.through
        if self.token is None:
            return "session" if self.address else "server"
        if self.token.kind == AccessToken.RUN:
            return "run token"
        return f"token {self.token.name}"
