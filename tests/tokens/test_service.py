from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from api.domain import access, tokens
from api.domain.kernel import (
    ChangeEvent,
    ChangeValues,
    DomainError,
    Invalid,
    NotAllowed,
    NotFound,
    Required,
    Work,
    columns_of,
)
from api.domain.tokens import Token, TokenKind
from api.domain.users import User
from tests.conftest import AsRole
from tests.people import NOW

PEPPER = tokens.pepper(b"k" * 32)


async def rows(work: Work) -> int:
    return (await work.session.execute(select(func.count()).select_from(Token))).scalar_one()


async def test_a_token_of_a_person_is_shown_once_and_stored_as_a_keyed_hash(work: Work, admin: User):
    token, secret = await tokens.create(work, "sales_rep", " Laptop ", pepper=PEPPER, user_id=admin.id)
    await work.finish()
    assert (token.name, token.kind, token.user_id) == ("Laptop", TokenKind.STAFF, admin.id)
    assert (await work.get(access.Role, token.role_id)).name == "sales_rep"  # type: ignore[arg-type]
    assert secret.startswith(f"crm_pat_{token.key}_")
    assert len(secret) == 74
    credential = tokens.parse_credential(secret)
    assert credential is not None
    assert tokens.matches(credential, token.digest, PEPPER)
    assert not tokens.matches(credential, token.digest, tokens.pepper(b"x" * 32))
    stored = (await work.session.execute(text("SELECT tokens::text FROM tokens"))).scalar_one()
    assert credential.secret not in stored


async def test_a_token_without_a_user_is_an_integrations(work: Work):
    token, secret = await tokens.create(work, "admin", "Shop", pepper=PEPPER, expires_in=timedelta(days=1))
    assert (token.kind, token.user_id, token.expires_at) == (TokenKind.INTEGRATION, None, NOW + timedelta(days=1))
    assert secret.startswith("crm_int_")


async def test_two_tokens_have_nothing_in_common(work: Work):
    made = [await tokens.create(work, "admin", "Shop", pepper=PEPPER) for _ in range(2)]
    assert made[0][0].key != made[1][0].key
    assert made[0][0].digest != made[1][0].digest


async def test_neither_history_nor_event_holds_the_digest(work: Work):
    token, secret = await tokens.create(work, "admin", "Shop", pepper=PEPPER)
    await work.finish()
    fact = (await work.session.execute(select(ChangeEvent))).scalar_one()
    values = (await work.session.execute(select(ChangeValues))).scalar_one()
    assert fact.object_type == "token"
    assert not {"digest", "pepperVersion"} & (set(fact.changed) | set(values.after))
    outbox = (await work.session.execute(text("SELECT outbox::text FROM outbox"))).scalar_one()
    assert token.digest.hex() not in outbox + str(values.after)
    assert secret[-40:] not in outbox


def test_the_digest_is_never_for_the_api():
    columns = columns_of(Token)
    secret = {name for name, found in columns.items() if found.info["field_set"] == "secret"}
    assert secret == {"digest", "pepper_version"}
    assert all(columns[name].info["internal"] for name in secret)


@pytest.mark.parametrize(
    ("arguments", "refusal", "path"),
    [
        ({"role": "owner"}, Invalid, ("role",)),
        ({"role": ""}, Invalid, ("role",)),
        ({"name": "  "}, Required, ("name",)),
        ({"expires_in": timedelta(0)}, Invalid, ("expires_in",)),
        ({"expires_in": timedelta(days=-1)}, Invalid, ("expires_in",)),
        ({"expires_in": timedelta(days=3651)}, Invalid, ("expires_in",)),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    work: Work, arguments: dict[str, Any], refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as caught:
        await tokens.create(work, **{"role": "admin", "name": "Shop", "pepper": PEPPER, **arguments})
    assert caught.value.path == path
    assert await rows(work) == 0


async def test_a_token_of_an_unknown_person_is_refused(work: Work):
    with pytest.raises(NotFound) as caught:
        await tokens.create(work, "admin", "Shop", pepper=PEPPER, user_id=work.tenant)
    assert caught.value.path == ("user_id",)
    assert await rows(work) == 0


@pytest.mark.parametrize("role", ["sales_rep", "read_only"])
async def test_only_who_may_make_tokens_sees_or_changes_them(work: Work, as_role: AsRole, role: str):
    token, _ = await tokens.create(work, "admin", "Shop", pepper=PEPPER)
    await work.finish()
    other = await as_role(role)
    with pytest.raises(NotAllowed):
        await tokens.create(other, "read_only", "Mine", pepper=PEPPER)
    with pytest.raises(NotAllowed):
        await tokens.tokens(other)
    with pytest.raises(NotFound):
        await tokens.revoke(other, token.id)
    assert token.revoked_at is None
    assert await rows(work) == 1


async def test_a_revoked_token_stays_revoked_at_the_same_instant(work: Work):
    token, _ = await tokens.create(work, "admin", "Shop", pepper=PEPPER)
    await work.finish()
    assert token.is_usable(NOW)
    await tokens.revoke(work, token.id)
    await work.finish()
    assert (token.revoked_at, token.version, token.is_usable(NOW)) == (NOW, 2, False)
    await tokens.revoke(work, token.id)
    assert await work.finish() == []


async def test_tokens_are_listed_newest_first(work: Work):
    first, _ = await tokens.create(work, "admin", "First", pepper=PEPPER)
    second, _ = await tokens.create(work, "admin", "Second", pepper=PEPPER, expires_in=timedelta(hours=1))
    await work.finish()
    assert [token.name for token in await tokens.tokens(work)] == ["Second", "First"]
    assert not second.is_usable(NOW + timedelta(hours=1))
    assert first.is_usable(NOW + timedelta(hours=1))
