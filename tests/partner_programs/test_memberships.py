"""The life of a membership by the commands: states, the history of its tiers, what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

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
