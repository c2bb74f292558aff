"""How long a case took, in business time: what figures are made of.

It is measured once, when the thing happens, so that hours changed later do not change what was.
"""

from sqlalchemy import select

from api.domain.business_hours import between, calendars_of
from api.domain.kernel import Work

from .clocks import ALWAYS
from .level_states import MilestoneType
from .levels import Milestone
from .milestones import microseconds
from .models import Case


async def taken(work: Work, case: Case, type: MilestoneType) -> int:
    """Microseconds of business time from the beginning of the case until now, without its pauses.

    By the clock of the newest such milestone; of a case to which nothing is promised by its own business hours, else
    round the clock, and then nothing pauses it.
    """
    hours, held = case.business_hours_id, 0
    if case.sla_version_id is not None:
        await work.flush()
        query = (
            select(Milestone)
            .where(Milestone.tenant_id == work.tenant, Milestone.case_id == case.id, Milestone.type == type)
            .order_by(Milestone.start_at.desc(), Milestone.id.desc())
            .limit(1)
        )
        if (milestone := (await work.session.scalars(query)).first()) is not None:
            hours, held = milestone.business_hours_id, milestone.paused_us
    calendar = (await calendars_of(work, {hours}))[hours] if hours is not None else ALWAYS
    return microseconds(between(calendar, case.created_at, work.now)) - held
