"""One unit of work: versions, history, outbox, rights, tenants."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.domain import accounts, opportunities, users
from api.domain.accounts import Account
from api.domain.kernel import (
    Archived,
    ChangeEvent,
    ChangeValues,
    DomainError,
    Event,
    Money,
    NotAllowed,
    NotFound,
    OutboxEntry,
    StaleVersion,
    Work,
    instant_text,
    new_id,
    open_work,
)
from api.domain.users import User
from tests.conftest import AsRole, Committed
from tests.factories import a_team, a_user, an_account, an_opportunity
from tests.people import NOW, OpenAs, Sessions, a_tenant, opener, viewer_of
from tests.people import a_user as a_person


@dataclass(frozen=True)
class Greeted(Event):
    type: ClassVar[str] = "user.greeted"
    by: str


async def history(work: Work, id: Any) -> list[tuple[Any, Any]]:
    """Fact and values of each change of a record, oldest first."""
    query = (
        select(ChangeEvent, ChangeValues)
        .join(ChangeValues, ChangeValues.id == ChangeEvent.id)
        .where(ChangeEvent.object_id == id)
        .order_by(ChangeEvent.version)
    )
    return [(fact, values) for fact, values in (await work.session.execute(query)).all()]


async def outbox(work: Work, id: Any) -> list[OutboxEntry]:
    query = select(OutboxEntry).where(OutboxEntry.aggregate_id == id).order_by(OutboxEntry.version)
    return list((await work.session.scalars(query)).all())


async def test_every_change_leaves_one_fact_its_values_and_one_event(work: Work):
    grace = await a_user(work, "Grace", email="grace@example.com")
    await work.finish()
    await users.update(work, grace.id, {"name": "Grace Hopper", "email": None})
    await work.finish()

    (created, _), (updated, values) = await history(work, grace.id)
    assert (created.version, created.changed) == (1, ["email", "isActive", "name"])
    assert (updated.version, updated.changed, updated.object_type) == (2, ["email", "name"], "user")
    assert (values.before, values.after) == (
        {"name": "Grace", "email": "grace@example.com"},
        {"name": "Grace Hopper", "email": None},
    )
    assert (updated.at, updated.actor_id, updated.actor_name) == (work.now, work.actor, "Ada Admin")
    assert (updated.request_id, updated.operation, updated.actor_kind) == ("req-test", "test", "STAFF")
    first, second = await outbox(work, grace.id)
    assert (first.types, second.types, second.version) == (["user.created"], ["user.updated"], 2)
    assert second.payload["previous"] == {"name": "Grace", "email": "grace@example.com"}
    assert (second.position, second.occurred_at, second.event_id) == (None, work.now, updated.id)


async def test_several_changes_in_one_work_are_one_version(work: Work):
    grace = await a_user(work, "Grace")
    await work.finish()
    for title in ("Captain", "Commodore", "Admiral"):
        await users.update(work, grace.id, {"title": title})
        await work.flush()
    (change,) = await work.finish()

    assert (grace.version, change.before, change.after) == (2, {"title": None}, {"title": "Admiral"})


async def test_a_change_taken_back_is_no_change(work: Work):
    grace = await a_user(work, "Grace", title="Captain")
    await work.finish()
    await users.update(work, grace.id, {"title": "Admiral"})
    await work.flush()
    await users.update(work, grace.id, {"title": "Captain"})

    assert await work.finish() == []
    assert len(await history(work, grace.id)) == 1


async def test_archiving_and_restoring_have_names_of_their_own(work: Work):
    grace = await a_user(work)
    await work.finish()
    await users.archive(work, grace.id)
    await work.finish()
    await users.restore(work, grace.id)
    await work.finish()

    assert [entry.types for entry in await outbox(work, grace.id)] == [
        ["user.created"],
        ["user.archived"],
        ["user.restored"],
    ]


async def test_events_travel_with_the_change_of_their_record(work: Work):
    grace, alan = await a_user(work, "Grace"), await a_user(work, "Alan")
    work.emit(Greeted(grace.id, "Ada"))
    work.emit(Greeted(grace.id, "Bob"))
    await work.finish()

    (entry,), (other,) = await outbox(work, grace.id), await outbox(work, alan.id)
    assert entry.types == ["user.greeted", "user.greeted", "user.created"]
    assert entry.payload["events"] == [{"type": "user.greeted", "by": "Ada"}, {"type": "user.greeted", "by": "Bob"}]
    assert other.types == ["user.created"]


async def test_an_event_is_sent_once_although_the_work_goes_on(work: Work):
    grace = await a_user(work, "Grace")
    work.emit(Greeted(grace.id, "Ada"))
    await work.finish()
    await users.update(work, grace.id, {"title": "Admiral"})
    await work.finish()

    assert [entry.types for entry in await outbox(work, grace.id)] == [
        ["user.greeted", "user.created"],
        ["user.updated"],
    ]


async def test_money_in_the_history_has_the_digits_of_its_own_currency(work: Work):
    roof = await an_opportunity(work, amount=105_400)
    await work.finish()

    await opportunities.update(work, roof.id, {"amount": Money(1_000, "JPY")})
    (change,) = await work.finish()

    assert change.before == {"amount": "1054.00", "currency": "USD"}
    assert change.after == {"amount": "1000", "currency": "JPY"}


async def test_a_change_is_noted_although_another_query_runs_before_the_flush(work: Work):
    grace = await a_user(work)
    await work.finish()
    (await work.edit(User, grace.id)).title = "Admiral"

    await work.session.execute(select(User))  # an automatic flush would lose the history here

    (change,) = await work.finish()
    assert change.after == {"title": "Admiral"}


async def test_a_lock_taken_later_does_not_lose_what_is_pending(work: Work):
    acme = await an_account(work)
    roof = await an_opportunity(work, account_id=acme.id)
    await work.finish()

    async with asyncio.timeout(5):
        await opportunities.win(work, roof.id)
        await accounts.archive(work, acme.id)
    changes = {change.record.id: change for change in await work.finish()}

    assert changes[acme.id].after == {"type": "CUSTOMER", "archivedAt": instant_text(work.now)}


async def test_parts_without_their_record_are_a_programming_error(work: Work):
    work.add(accounts.AccountDomain(account_id=new_id(), domain="acme.com"))

    with pytest.raises(LookupError, match="load the record first"):
        await work.flush()


async def test_a_row_with_an_unknown_column_is_a_programming_error():
    with pytest.raises(TypeError, match="User has no column nmae"):
        User(nmae="Grace")


@pytest.mark.parametrize("role", ["read_only", "sales_rep"])
async def test_a_change_without_the_right_to_it_does_not_reach_the_database(work: Work, as_role: AsRole, role: str):
    grace = await a_user(work)
    other = await as_role(role)
    (await other.get(User, grace.id)).title = "Admiral"

    with pytest.raises(NotAllowed):
        await other.finish()

    await work.session.refresh(grace)
    assert grace.title is None


async def test_a_rep_cannot_give_an_own_account_away(work: Work, as_role: AsRole):
    moses, other = await a_user(work, "Moses"), await a_user(work, "Other")
    acme = await an_account(work, owner_id=moses.id)
    rep = await as_role("sales_rep", moses)

    with pytest.raises(NotAllowed) as refused:
        await accounts.update(rep, acme.id, {"owner_id": other.id})

    assert refused.value.path == ("owner",)
    assert await rep.finish() == []
    assert acme.owner_id == moses.id


async def test_a_row_of_another_tenant_does_not_exist(work: Work, sessions: Sessions):
    other = await a_tenant(sessions, "Globex")
    person = await a_person(sessions, other.id, "Hank Scorpio")
    async with opener(sessions, person)() as foreign:
        secret = await an_account(foreign, "Secret")

    for forbidden in (
        work.get(Account, secret.id),
        accounts.update(work, secret.id, {"name": "Mine"}),
        accounts.archive(work, secret.id),
        accounts.create(work, {"name": "Child", "parent_id": secret.id}),
        accounts.create(work, {"name": "Owned", "owner_id": person.id}),
    ):
        with pytest.raises(NotFound):
            await forbidden
    assert await work.finish() == []


async def test_no_key_points_at_another_tenant(work: Work, sessions: Sessions):
    """Foreign keys are not subject to row-level security; the tenant in every key is what holds."""
    other = await a_tenant(sessions, "Globex")
    person = await a_person(sessions, other.id, "Hank Scorpio")
    acme = await an_account(work)
    acme.owner_id = person.id

    with pytest.raises(IntegrityError, match="fk_accounts_tenant_id_owner_id"):
        await work.flush()


async def test_a_dry_run_leaves_nothing(committed: Committed):
    viewer = viewer_of(committed.admin, "admin")
    async with open_work(committed.sessions, viewer, now=NOW, request_id="req", operation="test", dry_run=True) as work:
        id = (await a_team(work)).id

    async with committed.open_as() as work:
        with pytest.raises(NotFound):
            await work.get(users.Team, id)


async def test_a_refusal_rolls_everything_back(committed: Committed):
    async def refused() -> None:
        async with committed.open_as() as work:
            await a_team(work, "Central")
            await users.create(work, {"name": ""})

    with pytest.raises(DomainError):
        await refused()

    async with committed.open_as() as work:
        assert (await work.session.scalars(select(users.Team))).all() == []
        assert (await work.session.scalars(select(OutboxEntry))).all() == []


async def test_the_second_of_two_writers_of_one_version_is_refused(committed: Committed):
    async with committed.open_as() as work:
        grace = await a_user(work)

    async def rename(name: str) -> None:
        async with committed.open_as() as work:
            await users.update(work, grace.id, {"title": name}, if_version=1)
            await asyncio.sleep(0.1)

    results = await asyncio.gather(rename("Admiral"), rename("Captain"), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "StaleVersion"]
    (refused,) = [result for result in results if isinstance(result, StaleVersion)]
    assert (refused.expected_version, refused.current_version) == (1, 2)


async def test_without_if_version_two_writers_both_write(committed: Committed):
    async with committed.open_as() as work:
        grace = await a_user(work)

    async def change(values: users.UserValues) -> None:
        async with committed.open_as() as work:
            await users.update(work, grace.id, values)
            await asyncio.sleep(0.05)

    await asyncio.gather(change({"title": "Admiral"}), change({"zone": "America/New_York"}))

    async with committed.open_as() as work:
        found = await work.get(User, grace.id)
        assert (found.title, found.zone, found.version) == ("Admiral", "America/New_York", 3)


async def test_an_archived_row_is_not_pointed_at(open_as: OpenAs):
    async with open_as() as work:
        team = await a_team(work)
        await users.archive_team(work, team.id)

        with pytest.raises(Archived) as refused:
            await users.create(work, {"name": "Grace", "team_id": team.id})

    assert (refused.value.path, refused.value.existing) == (("team",), team.id)
