"""Who takes part in an opportunity: contacts with roles, users who share the credit."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api.domain import contacts, opportunities
from api.domain.kernel import Archived, DomainError, IllegalTransition, Invalid, NotFound, Required, Work, new_id
from api.domain.opportunities import ContactRole, OpportunityContactRole, OpportunitySplit, SplitKind, Status
from tests.factories import a_contact, a_user, an_opportunity
from tests.people import Sessions, a_tenant
from tests.people import a_user as a_person

REVENUE, OVERLAY = SplitKind.REVENUE, SplitKind.OVERLAY


def share(user: UUID, percent: str, kind: SplitKind = REVENUE) -> opportunities.SplitValues:
    return {"user_id": user, "kind": kind, "percent": Decimal(percent)}


async def splits_of(work: Work) -> dict[tuple[UUID, SplitKind], Decimal]:
    await work.flush()
    return {(one.user_id, one.kind): one.percent for one in await work.session.scalars(select(OpportunitySplit))}


async def roles_of(work: Work) -> dict[UUID, tuple[ContactRole, bool]]:
    await work.flush()
    found = await work.session.scalars(select(OpportunityContactRole))
    return {one.contact_id: (one.role, one.is_primary) for one in found}


async def test_one_contact_of_an_opportunity_is_the_primary_one(work: Work):
    roof, ada, grace = await an_opportunity(work), await a_contact(work), await a_contact(work, "Hopper")
    await work.finish()

    await opportunities.set_contact_role(work, roof.id, ada.id, ContactRole.CHAMPION, is_primary=True)
    (change,) = await work.finish()
    assert change.after == {
        "contactRoles": [{"contact": f"con_{ada.id.hex}", "role": "CHAMPION", "isPrimary": True}],
    }

    await opportunities.set_contact_role(work, roof.id, grace.id, ContactRole.DECISION_MAKER, is_primary=True)
    await opportunities.set_contact_role(work, roof.id, ada.id, ContactRole.INFLUENCER)
    assert await roles_of(work) == {
        ada.id: (ContactRole.INFLUENCER, False),
        grace.id: (ContactRole.DECISION_MAKER, True),
    }

    await opportunities.remove_contact_role(work, roof.id, grace.id)
    assert await roles_of(work) == {ada.id: (ContactRole.INFLUENCER, False)}


async def test_a_contact_that_is_not_there_has_no_role(work: Work):
    roof, gone, known = await an_opportunity(work), await a_contact(work, "Gone"), await a_contact(work)
    await contacts.archive(work, gone.id)
    await work.finish()

    for contact, refusal in ((new_id(), NotFound), (gone.id, Archived)):
        with pytest.raises(DomainError) as refused:
            await opportunities.set_contact_role(work, roof.id, contact, ContactRole.USER)
        assert (type(refused.value), refused.value.path) == (refusal, ("contact",))
    with pytest.raises(NotFound):
        await opportunities.remove_contact_role(work, roof.id, known.id)

    assert await work.finish() == []


async def test_revenue_is_split_in_full_and_the_splits_are_set_as_a_whole(work: Work):
    roof, ada, grace, tom = await an_opportunity(work), *[await a_user(work, name) for name in ("Ada", "Grace", "Tom")]
    await work.finish()

    first = [share(ada.id, "33.33"), share(grace.id, "66.67"), share(ada.id, "80", OVERLAY)]
    await opportunities.set_splits(work, roof.id, first)
    assert len(await work.finish()) == 1
    await opportunities.set_splits(work, roof.id, first)
    assert await work.finish() == []

    await opportunities.set_splits(work, roof.id, [share(grace.id, "50"), share(tom.id, "50")])
    assert await splits_of(work) == {(grace.id, REVENUE): Decimal("50.00"), (tom.id, REVENUE): Decimal("50.00")}
    await opportunities.set_splits(work, roof.id, [])
    assert await splits_of(work) == {}


@pytest.mark.parametrize(
    ("splits", "refusal", "path"),
    [
        ([("a", "99.99", REVENUE)], Invalid, ("splits",)),
        ([("a", "50", REVENUE), ("b", "50.01", REVENUE)], Invalid, ("splits",)),
        ([("a", "100", REVENUE), ("b", "0", OVERLAY)], Invalid, ("splits", "1", "percent")),
        ([("a", "100.01", OVERLAY)], Invalid, ("splits", "0", "percent")),
        ([("a", "33.333", OVERLAY)], Invalid, ("splits", "0", "percent")),
        ([("a", "50", REVENUE), ("a", "50", REVENUE)], Invalid, ("splits", "1", "user")),
        ([("a", "100", REVENUE), ("nobody", "1", OVERLAY)], NotFound, ("splits", "1", "user")),
        ([(None, "100", REVENUE)], Required, ("splits", "0", "user")),
    ],
)
async def test_splits_that_are_not_the_whole_are_refused_and_change_nothing(
    work: Work, splits: list[tuple[str | None, str, SplitKind]], refusal: type[DomainError], path: tuple[str, ...]
):
    roof, ada, grace = await an_opportunity(work), await a_user(work, "Ada"), await a_user(work, "Grace")
    await opportunities.set_splits(work, roof.id, [share(grace.id, "100")])
    await work.finish()
    ids = {"a": ada.id, "b": grace.id, "nobody": new_id(), None: None}

    with pytest.raises(refusal) as refused:
        await opportunities.set_splits(work, roof.id, [share(ids[who], percent, kind) for who, percent, kind in splits])  # type: ignore[arg-type]

    assert refused.value.path == path
    assert await work.finish() == []
    assert await splits_of(work) == {(grace.id, REVENUE): Decimal(100)}


@pytest.mark.parametrize("status", [Status.WON, Status.LOST])
async def test_a_closed_opportunity_keeps_its_people(work: Work, status: Status):
    roof, ada = await an_opportunity(work, status=status), await a_contact(work)
    await work.finish()

    commands: list[Any] = [
        opportunities.set_contact_role(work, roof.id, ada.id, ContactRole.USER),
        opportunities.remove_contact_role(work, roof.id, ada.id),
        opportunities.set_splits(work, roof.id, [share(work.actor, "100")]),
    ]
    for command in commands:
        with pytest.raises(IllegalTransition):
            await command

    assert await work.finish() == []


async def test_the_database_keeps_people_in_their_tenant_and_one_of_them_primary(work: Work, sessions: Sessions):
    other = await a_tenant(sessions, "Globex")
    stranger = await a_person(sessions, other.id, "Hank Scorpio")
    roof = await an_opportunity(work)
    for contact in (await a_contact(work), await a_contact(work, "Hopper")):
        await opportunities.set_contact_role(work, roof.id, contact.id, ContactRole.USER)
    await opportunities.set_splits(work, roof.id, [share(work.actor, "100")])
    await work.flush()

    async def refused(statement: Any, constraint: str) -> None:
        with pytest.raises(IntegrityError, match=constraint):
            async with work.session.begin_nested():
                await work.session.execute(statement)

    await refused(update(OpportunityContactRole).values(is_primary=True), "uq_opportunity_contact_roles_primary")
    one = update(OpportunityContactRole).where(OpportunityContactRole.contact_id == contact.id)
    await refused(one.values(contact_id=stranger.id), "fk_opportunity_contact_roles_tenant_id_contact_id")
    await refused(update(OpportunitySplit).values(percent=Decimal("100.01")), "ck_opportunity_splits_percent")
