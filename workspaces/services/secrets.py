"""Secrets that the server has to give out again (a webhook's key): encrypted in the database.

What is only compared (tokens, sign-in links) is hashed instead and never comes here. The key comes
from the server's key file, which lies outside FOREBAY_DATA: a copy of the database alone opens
nothing. `purpose` is bound to the text, so one secret can't be put in the place of another.
"""

from __future__ import annotations

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from workspaces.domain.errors import Conflict


def seal(text: str, *, purpose: str) -> str:
    """The text encrypted with the present key, as ASCII."""
    return _fernet(purpose, _keys()).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """The text again, by whichever key of the file closed it.

    Raises Conflict when none did: another key file, or a database of another studio.
    """
    try:
        return _fernet(purpose, _keys()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict(
            "A stored secret can't be read with this server's key file. Put the right file back "
            "(FOREBAY_KEY_FILE), or set the secret again.",
            code="wrong_key",
        ) from None


def reseal(sealed: str, *, purpose: str) -> str:
    """The same text, encrypted with the present key."""
    return seal(unseal(sealed, purpose=purpose), purpose=purpose)


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@cache
def _fernet(purpose: str, keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([_derive(key, purpose) for key in keys])


def _derive(key: str, purpose: str) -> Fernet:
    """A key of its own for each purpose, so that the signing key itself encrypts nothing."""
    derived = HKDF(SHA256(), length=32, salt=None, info=f"forebay {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(key.encode())))
