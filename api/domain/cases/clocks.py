"""The clocks of cases: which milestones begin, stand still and end with what happens to a case, and their timer.

There is one timer for each case; it is set to the next instant at which one of its milestones warns or is violated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.domain.business_hours import Calendar, calendars_of, round_the_clock
from api.domain.kernel import Work, among, assign, new_id, wire
from api.domain.kernel.jobs import schedule_many, unschedule_many

from .events import CaseMilestoneViolated, CaseMilestoneWarned
from .level_states import FROM_THE_START, PAUSABLE, MilestoneStatus, MilestoneType
from .levels import Milestone, SlaTarget, SlaVersion
from .milestones import RUNNING, aim, cancel, complete, go_on, hold, is_over, next_at, take_back
from .models import Case
from .states import FINISHED, CasePriority, CaseStatus, EscalationTrigger

CLOCK = "case.clock"  # the timer's kind of job
PREFIX = "cmi"
ALWAYS = round_the_clock()
ANSWERS = frozenset({MilestoneType.FIRST_RESPONSE, MilestoneType.NEXT_RESPONSE})  # of these one is owed at a time


@dataclass(frozen=True)
class Terms:
    """A version of a policy."""

    version: SlaVersion
    targets: Mapping[tuple[CasePriority, MilestoneType], SlaTarget]

    def pauses(self, status: CaseStatus) -> bool:
        if status is CaseStatus.WAITING_CUSTOMER:
            return self.version.pauses_for_customer
        return status is CaseStatus.WAITING_THIRD_PARTY and self.version.pauses_for_third_party


@dataclass
class Clocks:
    """The milestones of the cases of one command."""

    work: Work
    terms: Mapping[UUID, Terms] = field(default_factory=dict)
    calendars: Mapping[UUID, Calendar] = field(default_factory=dict)
    milestones: dict[UUID, list[Milestone]] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    told: list[tuple[Case, EscalationTrigger, MilestoneType]] = field(default_factory=list)  # by the timer

    def begin(self, case: Case) -> None:
        """Start what is promised for a new case."""
        for type in FROM_THE_START:
            self.start(case, type)

    def entered(self, case: Case, before: CaseStatus) -> None:
        """What a step from another state does."""
        if case.status in FINISHED:
            for one in self.open(case):
                cancel(one)
        elif case.status is CaseStatus.RESOLVED:
            for one in self.open(case):
                if one.type is MilestoneType.RESOLUTION or is_over(one, self.work.now):
                    self.complete(case, one)
                else:
                    cancel(one)  # nobody waits for an answer any more
        elif before is CaseStatus.RESOLVED:
            self.reopened(case)
        else:
            self.wait_or_go_on(case)

    def reopened(self, case: Case) -> None:
        resolutions = [one for one in self.milestones.get(case.id, []) if one.type is MilestoneType.RESOLUTION]
        for one in resolutions[-1:]:
            if one.completed_at is not None:
                take_back(one, self.calendar(one), self.work.now, self.warns(case))
        self.start(case, MilestoneType.UPDATE)

    def wait_or_go_on(self, case: Case) -> None:
        terms = self.terms_of(case)
        for one in self.open(case):
            if terms and one.type in PAUSABLE and terms.pauses(case.status):
                hold(one, self.work.now)
            elif terms:
                go_on(one, self.calendar(one), self.work.now, terms.version.warn_percent)

    def responded(self, case: Case) -> None:
        """A person of ours told the customer something."""
        for one in self.open(case):
            if one.type is not MilestoneType.RESOLUTION:
                self.complete(case, one)
        if case.status is not CaseStatus.RESOLVED:
            self.start(case, MilestoneType.UPDATE)
            self.wait_or_go_on(case)

    def asked(self, case: Case) -> None:
        """The customer said something that wants an answer; while one is owed, it is that one."""
        if not ANSWERS & {one.type for one in self.open(case)}:
            self.start(case, MilestoneType.NEXT_RESPONSE)

    def prioritised(self, case: Case) -> None:
        """Targets are those of the present priority, from the same start and with the same pauses."""
        terms = self.terms_of(case)
        for one in self.open(case):
            if terms is None or one.status not in RUNNING:
                continue
            target = terms.targets.get((case.priority, one.type))
            if target is None:
                cancel(one)
            else:
                aim(one, self.calendar(one), target.minutes, terms.version.warn_percent)

    def lacking(self, case: Case) -> set[MilestoneType]:
        """What its priority promises without a milestone that runs, if it can be owed."""
        terms = self.terms_of(case)
        runs = {one.type for one in self.open(case)}
        if terms is None:
            return set()
        promised = {type for priority, type in terms.targets if priority is case.priority}
        return promised - runs - (ANSWERS if runs & ANSWERS else set())

    def start(self, case: Case, type: MilestoneType, at: datetime | None = None) -> Milestone | None:
        """The new milestone, from now on or from `at`; None if nothing of the kind is promised."""
        terms = self.terms_of(case)
        target = terms.targets.get((case.priority, type)) if terms else None
        if terms is None or target is None:
            return None
        begun = at or self.work.now
        hours = target.business_hours_id or terms.version.business_hours_id or case.business_hours_id
        made = Milestone(
            id=new_id(),
            case_id=case.id,
            type=type,
            status=MilestoneStatus.IN_PROGRESS,
            minutes=target.minutes,
            business_hours_id=hours,
            start_at=begun,
            warn_at=begun,
            target_at=begun,
        )
        aim(made, self.calendar(made), target.minutes, terms.version.warn_percent)
        self.milestones.setdefault(case.id, []).append(self.work.add(made))
        return made

    def tick(self, case: Case) -> None:
        """What the timer finds: each warning and each violation is told once."""
        now = self.work.now
        for one in self.milestones.get(case.id, []):
            if one.status is not MilestoneStatus.IN_PROGRESS:
                continue
            known = facts_of(case, one)
            if now > one.target_at:
                assign(one, {"status": MilestoneStatus.MISSED, "violated_at": now, "warned_at": one.warned_at or now})
                self.work.emit(CaseMilestoneViolated(*known))
                self.told.append((case, EscalationTrigger.MILESTONE_VIOLATED, one.type))
            elif one.warned_at is None and now >= one.warn_at:
                one.warned_at = now
                self.work.emit(CaseMilestoneWarned(*known))
                self.told.append((case, EscalationTrigger.MILESTONE_WARNED, one.type))

    async def settle(self) -> None:
        """Tell the cases when they are due next, and set their timers."""
        timers: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        idle: list[str] = []
        for case in self.cases.values():
            if case.sla_version_id is None:
                continue
            due = [one.target_at for one in self.open(case) if one.status is not MilestoneStatus.PAUSED]
            assign(case, {"next_due_at": min(due, default=None)})
            instants = [at for one in self.open(case) if (at := next_at(one)) is not None]
            if instants:
                timers[case.id.hex] = (min(instants), {"case": wire("cas", case.id)})
            else:
                idle.append(case.id.hex)
        await schedule_many(self.work, CLOCK, timers)
        await unschedule_many(self.work, CLOCK, idle)

    def open(self, case: Case) -> list[Milestone]:
        """Those not yet reached; missed ones too, until they are."""
        known = self.milestones.get(case.id, [])
        return [one for one in known if one.completed_at is None and one.status is not MilestoneStatus.CANCELLED]

    def complete(self, case: Case, one: Milestone) -> None:
        complete(one, self.calendar(one), self.work.now, self.warns(case))
        if one.status is MilestoneStatus.MISSED and one.violated_at is None:  # the timer did not come in between
            one.violated_at = self.work.now
            self.work.emit(CaseMilestoneViolated(*facts_of(case, one)))

    def terms_of(self, case: Case) -> Terms | None:
        return self.terms.get(case.sla_version_id) if case.sla_version_id else None

    def calendar(self, milestone: Milestone) -> Calendar:
        return self.calendars[milestone.business_hours_id] if milestone.business_hours_id else ALWAYS

    def warns(self, case: Case) -> int:
        return self.terms[case.sla_version_id].version.warn_percent if case.sla_version_id else 0


def facts_of(case: Case, one: Milestone) -> tuple[UUID, str, str, datetime]:
    """What an event tells of a milestone."""
    return case.id, wire(PREFIX, one.id), one.type.value, one.target_at


async def open_clocks(work: Work, cases: Iterable[Case]) -> Clocks:
    """The clocks of these cases; no statement for those without a policy."""
    all_cases = {case.id: case for case in cases}
    versions = {case.sla_version_id for case in all_cases.values() if case.sla_version_id is not None}
    if not versions:
        return Clocks(work, cases=all_cases)
    await work.flush()
    tenant, session = work.tenant, work.session
    query = select(Milestone).where(Milestone.tenant_id == tenant, among(Milestone.case_id, all_cases))
    milestones: dict[UUID, list[Milestone]] = {}
    for one in await session.scalars(query.order_by(Milestone.start_at, Milestone.id)):
        milestones.setdefault(one.case_id, []).append(one)
    of_version = select(SlaVersion).where(SlaVersion.tenant_id == tenant, among(SlaVersion.id, versions))
    terms = {version.id: Terms(version, {}) for version in await session.scalars(of_version)}
    found: dict[UUID, dict[Any, SlaTarget]] = {}
    targets = select(SlaTarget).where(SlaTarget.tenant_id == tenant, among(SlaTarget.version_id, versions))
    for target in await session.scalars(targets):
        found.setdefault(target.version_id, {})[target.priority, target.milestone] = target
    terms = {id: Terms(one.version, found.get(id, {})) for id, one in terms.items()}
    return Clocks(
        work, terms, await calendars_of(work, hours_of(all_cases.values(), terms, milestones)), milestones, all_cases
    )


def hours_of(
    cases: Iterable[Case], terms: Mapping[UUID, Terms], milestones: Mapping[UUID, Sequence[Milestone]]
) -> set[UUID]:
    """The business hours that may be needed."""
    found = {case.business_hours_id for case in cases}
    found |= {one.version.business_hours_id for one in terms.values()}
    found |= {target.business_hours_id for one in terms.values() for target in one.targets.values()}
    found |= {one.business_hours_id for several in milestones.values() for one in several}
    return {id for id in found if id is not None}
