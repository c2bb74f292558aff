"""When memberships are to be reviewed: a timer says so on the day, once."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from api.domain.kernel import Work

from .events import MembershipReviewDue
from .models import PartnerMembership
from .states import MembershipStatus

REVIEW = "partner_membership.review"  # kind of jobs


async def plan_review(work: Work, membership: PartnerMembership, day: date) -> None:
    """Let a membership be reviewed on a day; the timer comes when it begins where the tenant is."""
    membership.review_on, membership.is_review_due = day, False
    await set_timer(work, membership)


async def set_timer(work: Work, membership: PartnerMembership) -> None:
    """For an active membership that has a day of review, and of which nobody has been told that it is due."""
    if membership.review_on is not None and not membership.is_review_due:
        due_at = (await work.tenant_settings()).start_of(membership.review_on)
        await work.schedule(REVIEW, key=str(membership.id), due_at=due_at, payload={"id": str(membership.id)})


async def drop_timer(work: Work, membership: PartnerMembership) -> None:
    await work.unschedule(REVIEW, key=str(membership.id))


async def review_due(work: Work, payload: Mapping[str, Any]) -> None:
    """The timer: it looks whether there is still anything to say."""
    id = UUID(payload["id"])
    membership = (await work.load(PartnerMembership, [id], lock=True)).get(id)
    if membership is None or membership.status is not MembershipStatus.ACTIVE or membership.is_review_due:
        return
    day = membership.review_on
    if day is not None and (await work.tenant_settings()).start_of(day) <= work.now:
        membership.is_review_due = True
        work.emit(MembershipReviewDue(id, day))
