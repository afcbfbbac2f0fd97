"""Secrets that must be given out again are readable with the key file only."""

from __future__ import annotations

from typing import Any

import pytest

from workspaces.domain.errors import Conflict
from workspaces.services.secrets import reseal, seal, unseal


def test_a_secret_comes_back_and_is_not_in_what_is_stored():
    sealed = seal("whsec_täst", purpose="webhook")
    assert "whsec" not in sealed
    assert unseal(sealed, purpose="webhook") == "whsec_täst"
    assert seal("whsec_täst", purpose="webhook") != sealed


def test_a_secret_of_one_purpose_does_not_open_as_another():
    with pytest.raises(Conflict, match="key file"):
        unseal(seal("x", purpose="webhook"), purpose="address")


def test_an_older_key_still_reads_and_sealing_anew_lets_it_go(settings: Any):
    settings.SECRET_KEY = "old"
    sealed = seal("x", purpose="webhook")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert unseal(sealed, purpose="webhook") == "x"
    fresh = reseal(sealed, purpose="webhook")
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(fresh, purpose="webhook") == "x"
    with pytest.raises(Conflict, match="FOREBAY_KEY_FILE"):
        unseal(sealed, purpose="webhook")


def test_the_signing_key_itself_encrypts_nothing(settings: Any):
    import base64

    from cryptography.fernet import Fernet, InvalidToken

    settings.SECRET_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
    with pytest.raises(InvalidToken):
        Fernet(settings.SECRET_KEY.encode()).decrypt(seal("x", purpose="webhook").encode())
