"""Commands for queues."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import (
    ExternalKey,
    Invalid,
    LimitExceeded,
    Matching,
    Outcome,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    among,
    assign,
    by_column,
    checked,
    checked_number,
    checked_texts,
    fold,
    refuse_null,
    require,
    under,
    wire,
    write_rows,
)
from api.domain.kernel.jobs import schedule_many
from api.domain.users import User

from .models import Queue, QueueMember
from .states import QueueRouting

TEXTS = {"name": TextField(100, required=True, folded="name_sort"), "description": TextField(2_000)}
WAITING = "queue.waiting"  # kind of the jobs that give out what waits
MOST_MEMBERS, MOST_SKILLS, SKILL, MOST_CASES = 200, 50, 60, 10_000


class MemberValues(TypedDict):
    """An agent. `skills` are compared without regard to case and accents."""

    user_id: UUID
    skills: NotRequired[Sequence[str]]
    is_paused: NotRequired[bool]


class QueueValues(TypedDict, total=False):
    """What is known of a queue; a missing key leaves the value alone. `members` are all it has then."""

    name: str
    description: str | None
    routing: QueueRouting
    capacity_per_agent: int | None
    members: Sequence[MemberValues]


QueueRow = Row[QueueValues]


async def create(work: Work, values: QueueValues, *, external_ids: Sequence[ExternalKey] = ()) -> Queue:
    """A new queue, whose agents take the cases themselves unless the values say otherwise."""
    row = QueueRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: QueueValues, *, if_version: int | None = None) -> Queue:
    """Cases that agents have stay theirs, also those of agents who leave."""
    return (await upsert_many(work, [QueueRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[QueueRow]) -> list[Written[Queue]]:
    """Create or update queues; a row means the one with its id, external id or name."""
    written = await write_rows(work, MATCHING, rows, prepare)
    await look_again(work, [one.unwrap().id for one in written if one.outcome is Outcome.UPDATED])
    return written


async def look_again(work: Work, queues: Iterable[UUID]) -> None:
    """Let the worker see whether cases that wait in these queues can be given to somebody now."""
    await schedule_many(work, WAITING, {id.hex: (work.now, {"queue": wire("que", id)}) for id in queues})


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Queue:
    """No more cases are put into it; those in it stay."""
    queue = await work.edit(Queue, id, if_version=if_version, archived=True)
    queue.archived_at = queue.archived_at or work.now
    return queue


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Queue:
    """Raises RestoreConflict if a live queue has the name."""
    queue = await work.edit(Queue, id, if_version=if_version, archived=True)
    if queue.archived_at is not None:
        for holder in (await MATCHING.holders(work, [queue.name_sort])).values():
            raise RestoreConflict("queue", holder, ("name",))
    queue.archived_at = None
    return queue


async def members_of(work: Work, queues: Iterable[UUID]) -> dict[UUID, dict[UUID, QueueMember]]:
    """The members of these queues by user; one statement."""
    found: dict[UUID, dict[UUID, QueueMember]] = {}
    wanted = list(queues)
    if not wanted:
        return found
    await work.flush()
    query = select(QueueMember).where(QueueMember.tenant_id == work.tenant, among(QueueMember.queue_id, wanted))
    for one in await work.session.scalars(query):
        found.setdefault(one.queue_id, {})[one.user_id] = one
    return found


async def prepare(work: Work, rows: Sequence[QueueRow], records: Mapping[UUID, Queue]) -> Any:
    given = [member for row in rows for member in row.values.get("members") or ()]
    await work.load(User, [member["user_id"] for member in given])
    known = await members_of(work, [id for id in records if given or any("members" in row.values for row in rows)])

    def write(row: QueueRow, queue: Queue | None) -> tuple[Queue, bool]:
        values = row.values
        if queue is None:
            require(values, "name")
        refuse_null(values, "members", "routing")
        columns: dict[str, Any] = checked_texts(values, TEXTS)
        if "routing" in values:
            columns["routing"] = values["routing"]
        if "capacity_per_agent" in values:
            columns["capacity_per_agent"] = checked_number(
                values["capacity_per_agent"], "capacity_per_agent", 1, MOST_CASES
            )
        members = checked_members(work, values["members"]) if "members" in values else None
        changed = queue is None or assign(queue, columns)
        queue = queue or work.add(Queue(**{"routing": QueueRouting.MANUAL, **columns}))
        if members is not None and put(work, queue, known.setdefault(queue.id, {}), members):
            changed = True
        return queue, changed

    return write


def checked_members(work: Work, given: Sequence[MemberValues]) -> dict[UUID, dict[str, Any]]:
    """User → columns.

    Raises:
        NotFound, Archived, Invalid: about a user, or one that is named twice.
        LimitExceeded: more than 200 members, or 50 skills of one.
    """
    if len(given) > MOST_MEMBERS:
        raise LimitExceeded(("members",), MOST_MEMBERS, "members of a queue")
    found: dict[UUID, dict[str, Any]] = {}
    for index, one in enumerate(given):
        with under("members", str(index)):
            user = work.loaded(User, one["user_id"], "user")
            if user.id in found:
                raise Invalid(("user",), "a user is a member once; leave one out", "unique")
            found[user.id] = {
                "skills": skill_names(one.get("skills") or (), "skills"),
                "is_paused": bool(one.get("is_paused", False)),
            }
    return found


def skill_names(given: Sequence[str], path: str) -> list[str]:
    """Names of skills, folded and sorted.

    Raises:
        LimitExceeded: more than 50.
        Required, TooLong, Invalid: one is blank, too long or no text.
    """
    if len(given) > MOST_SKILLS:
        raise LimitExceeded((path,), MOST_SKILLS, "skills")
    return sorted({fold(checked(name, path, limit=SKILL)) for name in given})


def put(work: Work, queue: Queue, known: dict[UUID, QueueMember], members: Mapping[UUID, Mapping[str, Any]]) -> bool:
    """Make these the members. True if they were not."""
    changed = False
    for user in [user for user in known if user not in members]:
        work.remove(known.pop(user))
        changed = True
    for user, columns in members.items():
        if user in known:
            changed |= assign(known[user], columns)
        else:
            known[user] = work.add(QueueMember(queue_id=queue.id, user_id=user, **columns))
            changed = True
    return changed


def names(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["name"])] if values.get("name") else []


MATCHING = Matching(Queue, "name", names, by_column(Queue, "name_sort"))
