"""A new CRM_SECRET_KEY beside the one before it: what was made with either works, what is new needs the new one."""

from uuid import UUID

import pytest

from api.domain import tokens
from api.domain.webhooks import CannotOpen, Sealer
from api.settings import SecretKey, every_key

OLD, NEW = b"o" * 32, b"n" * 32
IDS = {"tenant": UUID(int=1), "endpoint": UUID(int=2), "id": UUID(int=3)}


def rotated() -> SecretKey:
    key = SecretKey(NEW)
    key.previous = (OLD,)
    return key


def test_a_token_made_with_a_previous_key_opens_and_one_of_another_key_does_not():
    credential = tokens.new_credential("STAFF")
    peppers = tokens.peppers(rotated())
    for secret, opens in ((OLD, True), (NEW, True), (b"x" * 32, False)):
        made_with = tokens.pepper(secret)
        digest = credential.digest(made_with)
        known = peppers.get(tokens.number_of(made_with), ())
        assert tokens.matches(credential, digest, *known) is opens
        assert tokens.matches(credential, digest, *peppers[tokens.UNNUMBERED]) is opens


def test_the_number_of_a_row_tells_which_key_it_was_made_with():
    assert tokens.number_of(tokens.pepper(rotated())) == tokens.number_of(tokens.pepper(NEW))
    assert tokens.number_of(tokens.pepper(OLD)) != tokens.number_of(tokens.pepper(NEW))
    assert Sealer(rotated()).number == Sealer(NEW).number != Sealer(OLD).number


def test_a_webhook_secret_sealed_with_a_previous_key_opens_and_a_new_one_is_sealed_with_the_new():
    sealed = Sealer(OLD).seal(b"secret", **IDS)
    assert Sealer(rotated()).open(sealed, **IDS) == b"secret"
    fresh = Sealer(rotated()).seal(b"secret", **IDS)
    assert Sealer(NEW).open(fresh, **IDS) == b"secret"
    for sealer, text in ((Sealer(NEW), sealed), (Sealer(OLD), fresh)):
        with pytest.raises(CannotOpen):
            sealer.open(text, **IDS)


def test_a_key_alone_has_none_before_it():
    assert every_key(NEW) == every_key(SecretKey(NEW)) == (NEW,)
    assert every_key(rotated()) == (NEW, OLD)
