"""What happens to one milestone: a pure function of its row, a calendar and an instant."""

from datetime import datetime, timedelta

from api.domain.business_hours import Calendar, add, between
from api.domain.kernel import assign

from .level_states import MilestoneStatus
from .levels import Milestone

RUNNING = frozenset({MilestoneStatus.IN_PROGRESS, MilestoneStatus.PAUSED})
PERCENT = 100


def aim(milestone: Milestone, calendar: Calendar, minutes: int, warn_percent: int) -> None:
    """Set both due instants: the target and what was paused, counted from the start, whatever the target was before."""
    target, held = timedelta(minutes=minutes), timedelta(microseconds=milestone.paused_us)
    early = timedelta(minutes=minutes * warn_percent) / PERCENT
    due = {
        "warn_at": add(calendar, milestone.start_at, early + held),
        "target_at": add(calendar, milestone.start_at, target + held),
    }
    assign(milestone, {"minutes": minutes, **due})


def hold(milestone: Milestone, now: datetime) -> None:
    """Let the clock stand still from now on."""
    if milestone.status is MilestoneStatus.IN_PROGRESS and now < milestone.target_at:
        assign(milestone, {"status": MilestoneStatus.PAUSED, "paused_at": now})


def go_on(milestone: Milestone, calendar: Calendar, now: datetime, warn_percent: int) -> None:
    """Let it run again. Only the part of the pause that was business time moves the target."""
    if milestone.status is MilestoneStatus.PAUSED and milestone.paused_at is not None:
        held = milestone.paused_us + microseconds(between(calendar, milestone.paused_at, now))
        assign(milestone, {"status": MilestoneStatus.IN_PROGRESS, "paused_at": None, "paused_us": held})
        aim(milestone, calendar, milestone.minutes, warn_percent)


def complete(milestone: Milestone, calendar: Calendar, now: datetime, warn_percent: int) -> None:
    """Reached; missed if that is later than the target."""
    go_on(milestone, calendar, now, warn_percent)
    missed = milestone.status is MilestoneStatus.MISSED or now > milestone.target_at
    status = MilestoneStatus.MISSED if missed else MilestoneStatus.MET
    assign(milestone, {"status": status, "completed_at": now})


def take_back(milestone: Milestone, calendar: Calendar, now: datetime, warn_percent: int) -> None:
    """Not reached after all: what has passed since counts as a pause. What was missed stays so."""
    held = milestone.paused_us + microseconds(between(calendar, milestone.completed_at or now, now))
    missed = milestone.status is MilestoneStatus.MISSED
    status = MilestoneStatus.MISSED if missed else MilestoneStatus.IN_PROGRESS
    assign(milestone, {"status": status, "completed_at": None, "paused_us": held})
    if not missed:
        aim(milestone, calendar, milestone.minutes, warn_percent)


def is_over(milestone: Milestone, now: datetime) -> bool:
    """Whether its target has passed without a pause."""
    if milestone.status is MilestoneStatus.MISSED:
        return True
    return milestone.status is MilestoneStatus.IN_PROGRESS and now > milestone.target_at


def cancel(milestone: Milestone) -> None:
    """Nobody waits for it any more; it counts in no figure, even if its target has passed."""
    if milestone.completed_at is None and milestone.status is not MilestoneStatus.CANCELLED:
        assign(milestone, {"status": MilestoneStatus.CANCELLED, "paused_at": None})


def next_at(milestone: Milestone) -> datetime | None:
    """When the timer has something to say about it; None for never, as it is now."""
    if milestone.status is not MilestoneStatus.IN_PROGRESS:
        return None
    return milestone.target_at if milestone.warned_at is not None else milestone.warn_at


def microseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)
