"""Jobs: what is done in the background, and how far it is. A slice shows those of its records with `extend`."""

from datetime import datetime

import strawberry

from api.domain import kernel as domain
from api.domain.kernel import as_its_record
from api.domain.kernel.jobs import PREFIX as JOB

from .binding import computed, described, readable
from .enums import described_enum
from .wire import id_text

__all__ = ["JOB", "Job"]

described_enum(
    domain.JobState,
    "JobState",
    "How far a job is.",
    WAITING="It waits for its turn, or for its next one.",
    RUNNING="It is being done at this moment.",
    DONE="It is over; what was not possible is counted in `rejected`.",
    FAILED="It was given up; what was applied stays. Ask the operator, who can let it go on.",
    QUARANTINED="It was put aside, because it ended its worker three times. Ask the operator, who can let it go on.",
)


@readable(
    domain.Job,
    description="Something that is done in the background, part by part; it survives the end of any process.",
    visible=as_its_record,
    default_order=(("created_at", True), ("id", True)),
)
class Job:
    id: strawberry.ID = computed(lambda row, _scope: id_text(JOB, row.id), "Its id.")
    state: domain.JobState = described("How far it is.")
    total: int | None = described("How many things there are to do; null if they are not counted.")
    applied: int = described("How many are done.")
    skipped: int = described("With how many nothing was to be done.")
    rejected: int = described("How many could not be done.")
    created_at: datetime = described("When it was asked for.")
    finished_at: datetime | None = described("When it was over; null until then.")
