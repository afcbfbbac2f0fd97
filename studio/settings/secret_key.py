"""The server's key: made once, readable by its owner only, kept outside FOREBAY_DATA.

Its file holds one key a line. The first one signs and encrypts; those below it, left by a change
of the key that is under way, still read what they wrote (see `manage.py rotate_key`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from studio.settings.readers import SettingError, read_path


def key_file(data: Path) -> Path:
    """Where the keys of a data folder are: FOREBAY_KEY_FILE or ~/.config/forebay/keys."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    name = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return read_path("FOREBAY_KEY_FILE", config / "forebay" / "keys" / f"{name}.key")


def load_secret_keys(data: Path) -> list[str]:
    """The keys of this data folder, the present one first; made on first use (0600)."""
    path = key_file(data)
    try:
        return _keys(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise SettingError(f"The key file {path} can't be read: {error.strerror}.") from None
    key = new_key()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _keys(path)  # another process of this studio was first
    except OSError as error:
        raise SettingError(
            f"The key file {path} can't be written: {error.strerror}. "
            "Set FOREBAY_KEY_FILE to a place outside FOREBAY_DATA that can."
        ) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return [key]


def new_key() -> str:
    """A fresh key: 48 random bytes as URL-safe text."""
    return secrets.token_urlsafe(48)


def _keys(path: Path) -> list[str]:
    keys = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    if not keys:
        raise SettingError(f"The key file {path} is empty. Put a copy of it back.")
    return keys
