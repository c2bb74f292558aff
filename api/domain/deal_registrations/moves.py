"""The verbs of a deal registration, and what its timers do."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.domain import business_hours
from api.domain.business_hours import BusinessHours, Calendar
from api.domain.kernel import (
    Duplicate,
    Invalid,
    LimitExceeded,
    Required,
    Work,
    assign,
    checked,
    checked_number,
    next_state,
)
from api.domain.partner_programs import check_active_member, edit_seen

from .errors import RegistrationConflict
from .events import (
    DecisionOverdue,
    RegistrationApproved,
    RegistrationExpired,
    RegistrationExtended,
    RegistrationOverridden,
    RegistrationRejected,
    RegistrationReviewed,
    RegistrationSubmitted,
    RegistrationWithdrawn,
)
from .matching import look, one_at_a_time
from .models import DealRegistration
from .states import TRANSITIONS, UNDECIDED, ConflictKind, RegistrationStatus, RejectionReason

WINDOW, SHORTEST_WINDOW, LONGEST_WINDOW = 90, 1, 365  # days of protection
DECISION = timedelta(hours=48)  # of business time
MOST_EXTENSIONS = 3
REASON, TEXT = 500, 5_000
DECIDE, EXPIRE = "deal_registration.decision", "deal_registration.expiry"  # kinds of jobs


async def submit(work: Work, id: UUID, *, if_version: int | None = None) -> DealRegistration:
    """Claim the customer: of several claims the first counts, by the clock of the server.

    A conflict does not stand against the submission: whoever decides sees it, the partner is told that there is one.

    Raises:
        IllegalTransition: it is submitted already.
        Required: it has no evidence, or nothing but a name to find the customer by.
        Invalid: the partner is no active member of a program.
    """
    registration = await edit_seen(work, DealRegistration, id, if_version=if_version)
    status = next_state(TRANSITIONS, registration.status, "submit")
    if registration.evidence is None:
        raise Required(("evidence",), "say what you have done to find this deal")
    if not (registration.customer_domain or registration.customer_tax_id_norm or registration.customer_country):
        raise Required(("customer_domain",), "give the customer's internet domain, tax id or country besides its name")
    await check_active_member(work, registration.partner_id, "partner")
    await one_at_a_time(work)
    due = business_hours.add(await calendar_of_decisions(work), work.now, DECISION)
    found = await look(work, registration)
    assign(registration, {**found, "status": status, "submitted_at": work.now, "decision_due_at": due})
    await work.schedule(DECIDE, key=str(id), due_at=due, payload={"id": str(id)})
    work.emit(RegistrationSubmitted(id, registration.has_conflict))
    return registration


async def review(work: Work, id: UUID, *, if_version: int | None = None) -> DealRegistration:
    """Begin to look at a submitted registration; it becomes the viewer's if it is nobody's."""
    registration = await stepped(work, id, "review", if_version)
    registration.owner_id = registration.owner_id or work.viewer.user
    await one_at_a_time(work)
    assign(registration, await look(work, registration))
    work.emit(RegistrationReviewed(id))
    return registration


async def override(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> DealRegistration:
    """Say why a registration may be approved in spite of its conflict. What is protected already stays so.

    Raises:
        IllegalTransition: nobody reviews it.
        Required, TooLong: about the reason.
        Invalid: there is no conflict.
        RegistrationConflict: another registration protects the customer.
    """
    registration = await stepped(work, id, "override", if_version)
    reason = checked(reason, "reason", limit=REASON)
    await one_at_a_time(work)
    assign(registration, await look(work, registration))
    if registration.conflict is None:
        raise Invalid(("where",), "nothing stands against this registration; approve it", "no_conflict")
    if registration.conflict is ConflictKind.REGISTERED:
        raise RegistrationConflict(DealRegistration.object, "approve")
    registration.override_reason = reason
    work.emit(RegistrationOverridden(id))
    return registration


async def approve(work: Work, id: UUID, *, days: int | None = None, if_version: int | None = None) -> DealRegistration:
    """Protect the customer for this partner, by default for 90 days.

    Raises:
        IllegalTransition: nobody reviews it.
        Invalid: the days are not from 1 to 365, or the partner is no active member any more.
        RegistrationConflict: something stands against it, and nobody has overridden that.
    """
    window = checked_number(WINDOW if days is None else days, "days", SHORTEST_WINDOW, LONGEST_WINDOW) or WINDOW
    registration = await work.edit(DealRegistration, id, if_version=if_version)
    status = next_state(TRANSITIONS, registration.status, "approve")
    await check_active_member(work, registration.partner_id, "where")
    await one_at_a_time(work)
    found = await look(work, registration)
    conflict = found["conflict"]
    if conflict is ConflictKind.REGISTERED or (conflict is not None and registration.override_reason is None):
        raise RegistrationConflict(DealRegistration.object, "approve", (), conflict)
    assign(registration, {**found, "status": status})
    registration.approved_at = registration.decided_at = work.now
    registration.expires_at = work.now + timedelta(days=window)
    await work.unschedule(DECIDE, key=str(id))
    await work.schedule(EXPIRE, key=str(id), due_at=registration.expires_at, payload={"id": str(id)})
    work.emit(RegistrationApproved(id, registration.expires_at))
    try:
        await work.flush()
    except Duplicate as error:  # the database says no to a second protection, whatever was looked at before
        raise RegistrationConflict(DealRegistration.object, "approve") from error
    return registration


async def reject(
    work: Work, id: UUID, reason: RejectionReason, *, detail: str | None = None, if_version: int | None = None
) -> DealRegistration:
    """Decline a registration. The partner reads reason and detail.

    Raises:
        IllegalTransition: it is decided already, or was never submitted.
        TooLong, Invalid: about the detail.
    """
    said = checked(detail or "", "detail", limit=REASON, required=False) or None
    registration = await stepped(work, id, "reject", if_version)
    registration.rejection_reason, registration.rejection_detail = reason, said
    registration.decided_at = work.now
    await work.unschedule(DECIDE, key=str(id))
    work.emit(RegistrationRejected(id, reason.value))
    return registration


async def extend(
    work: Work, id: UUID, progress: str, *, days: int | None = None, if_version: int | None = None
) -> DealRegistration:
    """Protect the customer longer, by default for 90 more days, because the partner shows progress.

    Raises:
        IllegalTransition: it is not approved.
        Required, TooLong: about the progress.
        Invalid: the protection has ended, or the days are not from 1 to 365.
        LimitExceeded: it was extended three times.
    """
    more = checked_number(WINDOW if days is None else days, "days", SHORTEST_WINDOW, LONGEST_WINDOW) or WINDOW
    shown = checked(progress, "progress", limit=TEXT)
    registration = await stepped(work, id, "extend", if_version)
    if registration.expires_at is None or registration.expires_at <= work.now:
        raise Invalid(("where",), "the protection has ended; the partner may register the deal anew", "expired")
    if registration.extensions >= MOST_EXTENSIONS:
        raise LimitExceeded(("where",), MOST_EXTENSIONS, "extensions of one registration")
    registration.expires_at += timedelta(days=more)
    registration.extensions += 1
    registration.progress = shown
    await work.schedule(EXPIRE, key=str(id), due_at=registration.expires_at, payload={"id": str(id)})
    work.emit(RegistrationExtended(id, registration.expires_at))
    return registration


async def withdraw(work: Work, id: UUID, *, if_version: int | None = None) -> DealRegistration:
    """Take a registration back, protection and all."""
    before = (await edit_seen(work, DealRegistration, id, if_version=if_version)).status
    registration = await stepped(work, id, "withdraw", if_version)
    for kind in (DECIDE, EXPIRE):
        await work.unschedule(kind, key=str(id))
    work.emit(RegistrationWithdrawn(id, before.value))
    return registration


# Parts of the commands


async def stepped(work: Work, id: UUID, verb: str, if_version: int | None) -> DealRegistration:
    """The registration, in the status that the verb leads to."""
    registration = await edit_seen(work, DealRegistration, id, if_version=if_version)
    registration.status = next_state(TRANSITIONS, registration.status, verb)
    return registration


async def calendar_of_decisions(work: Work) -> Calendar:
    """The tenant's oldest business hours; without any, decisions are due by the clock on the wall."""
    own = (BusinessHours.tenant_id == work.tenant, BusinessHours.archived_at.is_(None))
    oldest = select(BusinessHours.id).where(*own).order_by(BusinessHours.created_at, BusinessHours.id).limit(1)
    await work.flush()
    id = (await work.session.scalars(oldest)).one_or_none()
    if id is None:
        return business_hours.round_the_clock((await work.tenant_settings()).zone)
    return await business_hours.calendar_of(work, id)


# Timers; each looks whether there is still anything to do


async def note_overdue(work: Work, payload: Mapping[str, Any]) -> None:
    """Nobody has decided in time."""
    registration = await timed(work, payload)
    due = registration and registration.decision_due_at
    if registration and due and registration.status in UNDECIDED and due <= work.now and not registration.is_overdue:
        registration.is_overdue = True
        work.emit(DecisionOverdue(registration.id))


async def expire(work: Work, payload: Mapping[str, Any]) -> None:
    """The protection has ended. By itself it ends at its instant, also while no worker runs."""
    registration = await timed(work, payload)
    if registration is None or registration.status is not RegistrationStatus.APPROVED:
        return
    if registration.expires_at is not None and registration.expires_at <= work.now:
        registration.status = next_state(TRANSITIONS, registration.status, "expire")
        work.emit(RegistrationExpired(registration.id))


async def timed(work: Work, payload: Mapping[str, Any]) -> DealRegistration | None:
    id = UUID(payload["id"])
    return (await work.load(DealRegistration, [id], lock=True)).get(id)
