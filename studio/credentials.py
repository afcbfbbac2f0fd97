"""Where programs on this machine find their token: the SDK's credentials and config.json."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management import CommandError
from django.utils import timezone

from workspaces.models import Workspace
from workspaces.selectors import live_personal_tokens
from workspaces.services.access import create_token, digest_of


def credentials_path() -> Path:
    """`~/.config/forebay/credentials`, or below XDG_CONFIG_HOME."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return config / "forebay" / "credentials"


def ensure_credentials(*, user: User, server: str) -> bool:
    """Keeps a working token of the user for this server; True when a new one was made."""
    path = credentials_path()
    known = _read(path)
    entry = known.get(server)
    raw = entry.get("token", "") if isinstance(entry, dict) else ""
    live = live_personal_tokens(user, now=timezone.now())
    if raw and live.filter(digest=digest_of(raw)).exists():
        return False
    _, fresh = create_token(user=user, name=f"this machine ({os.uname().nodename})"[:100])
    known[server] = {"token": fresh}
    write_private(path, json.dumps(known, indent=2) + "\n")
    return True


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(
            f"{path} can't be read as JSON ({error}). Mend it or move it away."
        ) from None
    if not isinstance(known, dict):
        raise CommandError(f"{path} must hold a JSON object. Mend it or move it away.")
    return known


def write_private(path: Path, text: str) -> None:
    """Replaces the file in one move; only its owner may read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=".credentials-")
        with os.fdopen(descriptor, "w") as file:  # mkstemp made it 0600
            file.write(text)
        Path(fresh).replace(path)
    except OSError as error:
        raise CommandError(f"{path} can't be written ({error.strerror}).") from None


def write_config(path: Path, *, workspace: Workspace, server: str) -> None:
    """The `config.json` that `Workspace.from_config()` looks for; it holds no secret."""
    config = {
        "subscription_id": workspace.subscription_id,
        "resource_group": workspace.resource_group,
        "workspace_name": workspace.name,
        "forebay_server": server,
    }
    text = json.dumps(config, indent=2) + "\n"
    try:
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    except OSError as error:
        raise CommandError(f"{path} can't be written ({error.strerror}).") from None
