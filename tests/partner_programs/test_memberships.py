"""The life of a membership by the commands: states, the history of its tiers, what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from api.domain import partner_programs
from api.domain.kernel import IllegalTransition, Invalid, Work
from api.domain.partner_programs import MembershipStatus, PartnerTierHistory
from tests.factories import a_membership, a_program, a_tier, an_account
from tests.people import NOW


async def stays(work: Work, membership: Any) -> list[tuple[Any, Any, bool]]:
    await work.flush()
    query = select(PartnerTierHistory).where(PartnerTierHistory.membership_id == membership.id)
    rows = await work.session.scalars(query.order_by(PartnerTierHistory.entered_at, PartnerTierHistory.id))
    return [(row.from_tier_id, row.tier_id, row.left_at is None) for row in rows]


async def test_a_membership_goes_from_application_to_its_end(work: Work) -> None:
    program = await a_program(work, review_months=6)
    tier = await a_tier(work, program=program.id)
    account = await an_account(work)
    made = await partner_programs.apply(work, program.id, account_id=account.id, application=" We sell a lot ")
    assert (made.status, made.application, made.applied_on) == ("APPLIED", "We sell a lot", NOW.date())
    await partner_programs.approve(work, made.id)
    await partner_programs.activate(work, made.id, tier.id)
    assert (made.status, made.tier_id, made.started_on) == ("ACTIVE", tier.id, NOW.date())
    assert made.review_on == date(2026, 9, 2)
    await partner_programs.suspend(work, made.id, "Unpaid invoices")
    assert (made.status, made.status_reason, made.review_on) == ("SUSPENDED", "Unpaid invoices", date(2026, 9, 2))
    await partner_programs.resume(work, made.id)
    assert (made.status, made.status_reason) == ("ACTIVE", None)
    await partner_programs.review(work, made.id, review_on=date(2027, 1, 1))
    assert (made.status, made.review_on) == ("ACTIVE", date(2027, 1, 1))
    await partner_programs.terminate(work, made.id, "Sold to a competitor")
    assert [made.status, made.ended_on, made.review_on] == ["TERMINATED", NOW.date(), None]
    types = [event.type.removeprefix("partner_membership.") for event in work.events]
    assert types == ["applied", "approved", "activated", "suspended", "resumed", "reviewed", "terminated"]
    assert await stays(work, made) == [(None, tier.id, False)]
    again = await partner_programs.apply(work, program.id, account_id=account.id)
    assert again.status is MembershipStatus.APPLIED


async def test_a_change_of_tier_is_history_and_counts_from_then_on(work: Work) -> None:
    silver = await a_tier(work)
    gold = await a_tier(work, "Gold", silver.program_id, rank=2)
    made = await a_membership(work, tier=silver)
    work.now = NOW + timedelta(days=10)
    await partner_programs.change_tier(work, made.id, gold.id, reason="Sold enough")
    await partner_programs.change_tier(work, made.id, gold.id)
    assert await stays(work, made) == [(None, silver.id, False), (silver.id, gold.id, True)]
    at = {
        days: {
            tier.name
            for tier in (await partner_programs.tiers_at(work, made.account_id, NOW + timedelta(days=days))).values()
        }
        for days in (-1, 0, 9, 10)
    }
    assert at == {-1: set(), 0: {"Silver"}, 9: {"Silver"}, 10: {"Gold"}}
    ((membership, tier),) = await partner_programs.active_memberships(work, accounts=[made.account_id])
    assert (membership.id, tier.name) == (made.id, "Gold")


@pytest.mark.parametrize(
    ("status", "verb", "allowed"),
    [
        ("APPLIED", "activate", ("approve", "terminate")),
        ("APPROVED", "approve", ("activate", "terminate")),
        ("ACTIVE", "resume", ("change_tier", "review", "suspend", "terminate")),
        ("SUSPENDED", "change_tier", ("resume", "terminate")),
        ("SUSPENDED", "suspend", ("resume", "terminate")),
        ("TERMINATED", "terminate", ()),
    ],
)
async def test_what_the_machine_has_not_is_refused(
    work: Work, status: str, verb: str, allowed: tuple[str, ...]
) -> None:
    tier = await a_tier(work)
    made = await a_membership(work, tier=tier, status=status)
    argument = {"activate": (tier.id,), "change_tier": (tier.id,), "suspend": ("x",), "terminate": ("x",)}
    with pytest.raises(IllegalTransition) as refusal:
        await getattr(partner_programs, verb)(work, made.id, *argument.get(verb, ()))
    assert (refusal.value.current, refusal.value.requested, refusal.value.allowed) == (status, verb, allowed)


async def test_a_tier_of_another_program_is_refused(work: Work) -> None:
    made = await a_membership(work, status="APPROVED")
    other = await a_tier(work, program=(await a_program(work, "Others")).id)
    with pytest.raises(Invalid, match="a tier of the program of this membership"):
        await partner_programs.activate(work, made.id, other.id)


async def test_who_is_no_active_member_does_no_business(work: Work) -> None:
    made = await a_membership(work, status="SUSPENDED")
    with pytest.raises(Invalid, match="no active membership"):
        await partner_programs.check_active_member(work, made.account_id)
    await partner_programs.resume(work, made.id)
    assert (await partner_programs.check_active_member(work, made.account_id)).id == made.id


async def test_a_program_or_tier_with_members_is_not_archived(work: Work) -> None:
    made = await a_membership(work)
    assert made.tier_id is not None
    with pytest.raises(Invalid, match="partners are members"):
        await partner_programs.archive_program(work, made.program_id)
    with pytest.raises(Invalid, match="partners are members"):
        await partner_programs.archive_tier(work, made.tier_id)
    await partner_programs.terminate(work, made.id, "Over")
    assert (await partner_programs.archive_tier(work, made.tier_id)).archived_at == NOW
    assert (await partner_programs.archive_program(work, made.program_id)).archived_at == NOW


async def test_a_membership_ends_no_earlier_than_it_began_when_its_tenant_moves_west(work: Work) -> None:
    made = await a_membership(work)
    await work.finish()
    await work.session.execute(text("UPDATE tenants SET zone = 'Pacific/Pago_Pago'"))  # where it is still 1 March
    await partner_programs.terminate(work, made.id, "Over")
    await work.finish()
    assert (made.status, made.started_on, made.ended_on) == ("TERMINATED", NOW.date(), NOW.date())


# Reviews


async def timers(work: Work, membership: Any) -> list[tuple[str, Any]]:
    query = "SELECT state, due_at FROM jobs WHERE kind = $1 AND key = $2 ORDER BY created_at, id"
    rows = await work.driven.fetch(query, [partner_programs.REVIEW, str(membership.id)])
    return [(row["state"], row["due_at"]) for row in rows]


async def due(work: Work, membership: Any, at: datetime) -> list[str]:
    """The timer comes twice at an instant; the types of events that it leaves."""
    work.now = at
    before = len(work.events)
    for _ in range(2):
        await partner_programs.review_due(work, {"id": str(membership.id)})
    work.now = NOW
    return [event.type.removeprefix("partner_membership.") for event in work.events[before:]]


async def test_on_the_day_of_its_review_a_membership_says_so_once(work: Work) -> None:
    made = await a_membership(work)
    day = datetime(2027, 3, 2, tzinfo=UTC)
    assert (made.review_on, made.is_review_due) == (day.date(), False)
    assert await timers(work, made) == [("WAITING", day)]
    assert await due(work, made, day - timedelta(seconds=1)) == []
    assert (await due(work, made, day), made.is_review_due) == (["review_due"], True)
    assert await due(work, made, day + timedelta(days=30)) == []
    work.now = day
    await partner_programs.review(work, made.id, review_on=date(2027, 9, 1))
    assert (made.review_on, made.is_review_due) == (date(2027, 9, 1), False)
    assert await timers(work, made) == [("WAITING", datetime(2027, 9, 1, tzinfo=UTC))]
    assert await due(work, made, datetime(2027, 9, 1, 12, tzinfo=UTC)) == ["review_due"]


async def test_the_day_of_a_review_begins_where_the_tenant_is(work: Work) -> None:
    (await work.tenant_settings()).zone = "America/New_York"
    made = await a_membership(work)
    assert await timers(work, made) == [("WAITING", datetime(2027, 3, 2, 5, tzinfo=UTC))]
    assert await due(work, made, datetime(2027, 3, 2, 4, 59, tzinfo=UTC)) == []
    assert await due(work, made, datetime(2027, 3, 2, 5, tzinfo=UTC)) == ["review_due"]


async def test_another_day_moves_the_timer_and_the_same_day_does_not(work: Work) -> None:
    made = await a_membership(work)
    await due(work, made, datetime(2027, 3, 2, tzinfo=UTC))
    await partner_programs.update(work, made.id, {"review_on": date(2027, 3, 2)})
    seen = [made.is_review_due]
    await partner_programs.update(work, made.id, {"review_on": date(2027, 5, 1)})
    assert [*seen, made.is_review_due] == [True, False]
    assert await timers(work, made) == [("WAITING", datetime(2027, 5, 1, tzinfo=UTC))]


async def test_a_review_waits_while_the_membership_is_suspended_and_never_comes_after_its_end(work: Work) -> None:
    made = await a_membership(work)
    day = datetime(2027, 3, 2, tzinfo=UTC)
    await partner_programs.suspend(work, made.id, "Unpaid invoices")
    assert await timers(work, made) == [("DONE", day)]
    assert await due(work, made, day) == []
    await partner_programs.resume(work, made.id)
    assert await timers(work, made) == [("DONE", day), ("WAITING", day)]
    assert await due(work, made, day + timedelta(days=3)) == ["review_due"]
    await partner_programs.terminate(work, made.id, "Sold to a competitor")
    assert [state for state, _ in await timers(work, made)] == ["DONE", "DONE"]
    assert (made.is_review_due, await due(work, made, day)) == (False, [])
