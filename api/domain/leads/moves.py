"""The verbs that change the status of a lead, but for its conversion."""

from uuid import UUID

from api.domain.kernel import Event, Work, checked, next_state
from api.domain.partner_programs import edit_seen

from .events import LeadDisqualified, LeadNurtured, LeadQualified, LeadReopened, LeadStarted
from .models import Lead
from .states import TRANSITIONS, UnqualifiedReason

DETAIL = 500


async def start(work: Work, id: UUID, *, if_version: int | None = None) -> Lead:
    """Begin to work on a new lead."""
    return await move(work, id, "start", LeadStarted(id), if_version)


async def qualify(work: Work, id: UUID, *, if_version: int | None = None) -> Lead:
    """Say that a sale is possible; a qualified lead can be converted."""
    return await move(work, id, "qualify", LeadQualified(id), if_version)


async def nurture(work: Work, id: UUID, *, if_version: int | None = None) -> Lead:
    """Put a lead aside that may buy later."""
    return await move(work, id, "nurture", LeadNurtured(id), if_version)


async def disqualify(
    work: Work, id: UUID, reason: UnqualifiedReason, *, detail: str | None = None, if_version: int | None = None
) -> Lead:
    """Give a lead up, for a reason; `detail` says more in at most 500 characters.

    Raises:
        IllegalTransition: it is given up or converted already.
        TooLong, Invalid: about the detail.
    """
    said = checked(detail or "", "detail", limit=DETAIL, required=False) or None
    lead = await move(work, id, "disqualify", LeadDisqualified(id, reason.value, said), if_version)
    lead.unqualified_reason, lead.unqualified_detail = reason, said
    return lead


async def reopen(work: Work, id: UUID, *, if_version: int | None = None) -> Lead:
    """Work again on a lead that was put aside or given up; the reason for that goes."""
    lead = await edit_seen(work, Lead, id, if_version=if_version)
    await move(work, id, "reopen", LeadReopened(id, lead.status.value), if_version)
    lead.unqualified_reason = lead.unqualified_detail = None
    return lead


async def move(work: Work, id: UUID, verb: str, event: Event, if_version: int | None) -> Lead:
    """Raises IllegalTransition if the machine has no such step from the lead's status."""
    lead = await edit_seen(work, Lead, id, if_version=if_version)
    lead.status = next_state(TRANSITIONS, lead.status, verb)
    work.emit(event)
    return lead
