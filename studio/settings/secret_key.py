"""The server's signing key: made once, readable by its owner only, kept outside FOREBAY_DATA."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from studio.settings.readers import SettingError, read_path


def load_secret_key(data: Path) -> str:
    """The key of this data folder; made on first use in ~/.config/forebay/keys (0600)."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    name = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    path = read_path("FOREBAY_KEY_FILE", config / "forebay" / "keys" / f"{name}.key")
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise SettingError(f"The key file {path} can't be read: {error.strerror}.") from None
    key = secrets.token_urlsafe(48)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()  # another process of this studio was first
    except OSError as error:
        raise SettingError(
            f"The key file {path} can't be written: {error.strerror}. "
            "Set FOREBAY_KEY_FILE to a place outside FOREBAY_DATA that can."
        ) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key
