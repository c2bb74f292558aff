"""Commands for memberships: from the application to the end, the tier and its history."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import and_, or_, select

from api.domain.kernel import (
    Duplicate,
    IllegalTransition,
    Invalid,
    TextField,
    Work,
    among,
    assign,
    checked,
    checked_day,
    checked_references,
    checked_texts,
    load_references,
    new_id,
    refuse_null,
    wire,
)
from api.domain.users import User

from .days import months_after, today
from .events import (
    MembershipActivated,
    MembershipApplied,
    MembershipApproved,
    MembershipResumed,
    MembershipReviewed,
    MembershipSuspended,
    MembershipTerminated,
    TierChanged,
)
from .models import MEMBER_ALREADY, PartnerMembership, PartnerProgram, PartnerTier, PartnerTierHistory
from .reach import acted_for, add_as_either
from .reviews import drop_timer, plan_review, set_timer
from .states import TRANSITIONS, MembershipStatus

REASON, TEXT = 500, 5_000
TEXTS = {"notes": TextField(TEXT)}
REFERENCES = {"owner_id": User}


class MembershipValues(TypedDict, total=False):
    """What can be changed of a membership without a verb; a missing key leaves the value alone, None clears it."""

    owner_id: UUID | None
    review_on: date
    notes: str | None


async def apply(
    work: Work, program_id: UUID, *, account_id: UUID | None = None, application: str | None = None
) -> PartnerMembership:
    """Apply for membership in a program; an outsider does it for an account that he acts for, by default his own.

    Raises:
        NotFound, Archived: about the program or the account.
        Required: no account is named, by somebody of the tenant.
        Invalid: an outsider applies to a program that accepts no applications.
        Duplicate: the account is a member, or has applied.
    """
    program = await work.reference(PartnerProgram, program_id, "program")
    account = await acted_for(work, account_id)
    if program is None:
        raise Invalid(("program",), "name a program", "program")
    if work.viewer.outside and not program.accepts_applications:
        raise Invalid(("program",), "this program accepts no applications; ask your contact person", "closed")
    text = checked(application or "", "application", limit=TEXT, required=False) or None
    if (member := await current_membership(work, program_id, account)) is not None:
        raise Duplicate(("account",), PartnerMembership.object, member.id, MEMBER_ALREADY)
    membership = PartnerMembership(
        program_id=program_id,
        account_id=account,
        owner_id=None if work.viewer.outside else work.viewer.user,
        status=MembershipStatus.APPLIED,
        application=text,
        applied_on=await today(work),
    )
    made = add_as_either(work, membership)
    work.emit(MembershipApplied(made.id, wire("prg", program_id), wire("acc", account)))
    return made


async def update(work: Work, id: UUID, values: MembershipValues, *, if_version: int | None = None) -> PartnerMembership:
    """Change who looks after a membership, when it is reviewed, or its notes.

    Raises:
        NotFound, Archived: about the membership or the owner.
        Invalid: the day is none, or the membership is not active.
    """
    membership = await work.edit(PartnerMembership, id, if_version=if_version)
    await load_references(work, [values], REFERENCES)
    refuse_null(values, "review_on")
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, membership)
    if "review_on" in values:
        if membership.status is not MembershipStatus.ACTIVE:
            raise Invalid(("review_on",), "only an active membership has a day of review", "active")
        day = checked_day(values["review_on"], "review_on")
        if day is not None and day != membership.review_on:
            await plan_review(work, membership, day)
    assign(membership, columns)
    return membership


async def approve(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerMembership:
    """Raises IllegalTransition unless it is an application."""
    membership, status = await stepping(work, id, "approve", if_version)
    membership.status = status
    work.emit(MembershipApproved(id))
    return membership


async def activate(
    work: Work, id: UUID, tier_id: UUID, *, review_on: date | None = None, if_version: int | None = None
) -> PartnerMembership:
    """Begin an approved membership in a tier; without a day it is reviewed after the months of its program.

    Raises:
        IllegalTransition: it is not approved.
        NotFound, Archived: about the tier.
        Invalid: the tier is of another program, or the day is not in the future.
    """
    membership, status = await stepping(work, id, "activate", if_version)
    tier = await tier_of_program(work, membership, tier_id)
    due = await next_review(work, membership, review_on)
    membership.status, membership.tier_id, membership.started_on = status, tier.id, await today(work)
    await plan_review(work, membership, due)
    enter(work, membership, None, None)
    work.emit(MembershipActivated(id, wire("pti", tier.id), due))
    return membership


async def change_tier(
    work: Work, id: UUID, tier_id: UUID, *, reason: str | None = None, if_version: int | None = None
) -> PartnerMembership:
    """Put an active membership into another tier of its program, from now on.

    Raises:
        IllegalTransition: it is not active.
        NotFound, Archived: about the tier.
        Invalid: the tier is of another program.
    """
    membership, _ = await stepping(work, id, "change_tier", if_version)
    tier = await tier_of_program(work, membership, tier_id)
    before, text = membership.tier_id, checked(reason or "", "reason", limit=REASON, required=False) or None
    if before is None or before == tier.id:
        return membership
    membership.tier_id = tier.id
    await leave(work, membership)
    enter(work, membership, before, text)
    work.emit(TierChanged(id, wire("pti", before), wire("pti", tier.id), text))
    return membership


async def review(
    work: Work, id: UUID, *, review_on: date | None = None, if_version: int | None = None
) -> PartnerMembership:
    """Say that a membership has been reviewed; without a day the next review is after the months of its program.

    Raises:
        IllegalTransition: it is not active.
        Invalid: the day is not in the future.
    """
    membership, _ = await stepping(work, id, "review", if_version)
    due = await next_review(work, membership, review_on)
    await plan_review(work, membership, due)
    work.emit(MembershipReviewed(id, due))
    return membership


async def suspend(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> PartnerMembership:
    """Raises IllegalTransition unless it is active, Required if the reason is blank."""
    membership, status = await stepping(work, id, "suspend", if_version)
    text = checked(reason, "reason", limit=REASON)
    membership.status, membership.status_reason = status, text
    await drop_timer(work, membership)
    work.emit(MembershipSuspended(id, text))
    return membership


async def resume(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerMembership:
    """Raises IllegalTransition unless it is suspended."""
    membership, status = await stepping(work, id, "resume", if_version)
    membership.status, membership.status_reason = status, None
    await set_timer(work, membership)
    work.emit(MembershipResumed(id))
    return membership


async def terminate(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> PartnerMembership:
    """End a membership for good, or decline an application; the account can apply anew.

    Raises IllegalTransition if it has ended, Required if the reason is blank.
    """
    membership, status = await stepping(work, id, "terminate", if_version)
    text = checked(reason, "reason", limit=REASON)
    membership.status, membership.status_reason = status, text
    # The tenant may have moved west since the membership began, to where that day is still to come.
    ended = max(await today(work), membership.started_on or date.min)
    membership.ended_on, membership.review_on, membership.is_review_due = ended, None, False
    await drop_timer(work, membership)
    if membership.tier_id is not None:
        await leave(work, membership)
    work.emit(MembershipTerminated(id, text))
    return membership


async def stepping(
    work: Work, id: UUID, verb: str, if_version: int | None
) -> tuple[PartnerMembership, MembershipStatus]:
    """The membership, and the status that the verb leads to."""
    membership = await work.edit(PartnerMembership, id, if_version=if_version)
    verbs = TRANSITIONS[membership.status]
    if verb not in verbs:
        raise IllegalTransition(membership.status.value, verb, tuple(verbs))
    return membership, verbs[verb]


# What others ask of memberships


async def current_membership(work: Work, program_id: UUID, account_id: UUID) -> PartnerMembership | None:
    """The membership of an account in a program that has not ended, whoever may see it."""
    await work.flush()
    query = select(PartnerMembership).where(
        PartnerMembership.tenant_id == work.tenant,
        PartnerMembership.program_id == program_id,
        PartnerMembership.account_id == account_id,
        PartnerMembership.status != MembershipStatus.TERMINATED,
        PartnerMembership.archived_at.is_(None),
    )
    return (await work.session.scalars(query)).one_or_none()


async def active_memberships(
    work: Work, *, accounts: Collection[UUID] | None = None, program_id: UUID | None = None
) -> list[tuple[PartnerMembership, PartnerTier]]:
    """Active memberships with their tiers, whoever may see them: of all partners, or of these accounts.

    Ordered by the ids of the accounts, then of the memberships.
    """
    await work.flush()
    own = and_(PartnerTier.tenant_id == PartnerMembership.tenant_id, PartnerTier.id == PartnerMembership.tier_id)
    conditions = [
        PartnerMembership.tenant_id == work.tenant,
        PartnerMembership.status == MembershipStatus.ACTIVE,
        PartnerMembership.archived_at.is_(None),
    ]
    if accounts is not None:
        conditions.append(among(PartnerMembership.account_id, accounts))
    if program_id is not None:
        conditions.append(PartnerMembership.program_id == program_id)
    query = select(PartnerMembership, PartnerTier).join(PartnerTier, own).where(*conditions)
    rows = await work.session.execute(query.order_by(PartnerMembership.account_id, PartnerMembership.id))
    return [(membership, tier) for membership, tier in rows]


async def tiers_at(work: Work, account_id: UUID, at: datetime) -> Mapping[UUID, PartnerTier]:
    """The tiers that an account was in at an instant, by program: what commissions are paid by."""
    await work.flush()
    stays, members = PartnerTierHistory, PartnerMembership
    query = (
        select(members.program_id, PartnerTier)
        .join(members, and_(members.tenant_id == stays.tenant_id, members.id == stays.membership_id))
        .join(PartnerTier, and_(PartnerTier.tenant_id == stays.tenant_id, PartnerTier.id == stays.tier_id))
        .where(
            stays.tenant_id == work.tenant,
            members.account_id == account_id,
            stays.entered_at <= at,
            or_(stays.left_at.is_(None), stays.left_at > at),
        )
        .select_from(stays)
    )
    return {program: tier for program, tier in await work.session.execute(query)}  # noqa: C416 - rows are not pairs


async def check_active_member(work: Work, account_id: UUID, path: str = "account") -> PartnerMembership:
    """The oldest active membership of an account that a command is about.

    Raises Invalid if there is none: whoever is suspended or has not begun does no business as a partner.
    """
    found = await active_memberships(work, accounts=[account_id])
    if not found:
        raise Invalid((path,), "this account has no active membership in a partner program", "active_member")
    return min((membership for membership, _ in found), key=lambda one: (one.created_at, one.id))


# Parts of the commands


async def next_review(work: Work, membership: PartnerMembership, asked: date | None) -> date:
    day = await today(work)
    if asked is None:
        own = (PartnerProgram.tenant_id == work.tenant, PartnerProgram.id == membership.program_id)
        return months_after(day, (await work.session.scalars(select(PartnerProgram.review_months).where(*own))).one())
    if asked <= day:
        raise Invalid(("review_on",), f"the day of the next review must be after today, {day}", "future")
    checked_day(asked, "review_on")
    return asked


async def tier_of_program(work: Work, membership: PartnerMembership, tier_id: UUID) -> PartnerTier:
    tier = await work.reference(PartnerTier, tier_id, "tier")
    if tier is None or tier.program_id != membership.program_id:
        raise Invalid(("tier",), "name a tier of the program of this membership", "program")
    return tier


def enter(work: Work, membership: PartnerMembership, from_tier: UUID | None, reason: str | None) -> None:
    """Begin the history of a membership's stay in its present tier."""
    stay: dict[str, Any] = {"from_tier_id": from_tier, "tier_id": membership.tier_id, "reason": reason}
    stay |= {"entered_at": work.now, "actor_id": work.actor}
    work.add(PartnerTierHistory(id=new_id(), membership_id=membership.id, **stay))


async def leave(work: Work, membership: PartnerMembership) -> None:
    """End the history of its stay, before another begins: the index sees each row by itself."""
    await work.flush()
    query = select(PartnerTierHistory).where(
        PartnerTierHistory.tenant_id == work.tenant,
        PartnerTierHistory.membership_id == membership.id,
        PartnerTierHistory.left_at.is_(None),
    )
    for stay in await work.session.scalars(query):
        stay.left_at = work.now
    await work.flush()
