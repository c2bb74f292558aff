"""Queues: where cases wait for an agent, who works on them, how the next one is chosen."""

from typing import Annotated, Any

import strawberry

from api.domain import queues as domain
from api.domain.kernel import fold

from .aggregates import Aggregate, column_key
from .binding import Natural, described, listed, readable, to_one
from .commands import Service, Writes
from .connections import Connection, many, one
from .enums import described_enum
from .inputs import Extra, Ids
from .interfaces import Node, Record
from .records import complete
from .references import Asked, given
from .users import User

described_enum(
    domain.QueueRouting,
    "QueueRouting",
    "How a queue finds an agent for a case.",
    MANUAL="Agents take cases themselves.",
    ROUND_ROBIN="Whose turn is longest ago.",
    LEAST_LOADED="Who has the fewest unsettled cases of the queue.",
    SKILL="Who has the fewest of them, among those who know all that the case asks for.",
)
described_enum(
    domain.AgentStanding,
    "AgentStanding",
    "Why a member of a queue got a case, or why not.",
    CHOSEN="It got the case.",
    NEXT_LATER="It could have had it; by the routing of the queue another one came first.",
    RELEASED="It has released this case before.",
    PAUSED="It takes no cases for now.",
    INACTIVE="The user is not active.",
    NO_SKILLS="It lacks a skill that the case asks for.",
    FULL="It has as many unsettled cases of the queue as an agent may have.",
)


@readable(domain.QueueMember, description="An agent who works on the cases of a queue.")
class QueueMember:
    user: User = to_one("user_id", "users.User", "The agent.")
    skills: list[str] = described("What it knows, lower case.")
    is_paused: bool = described("Whether it takes no cases for now.")


@readable(
    domain.Queue,
    description="Where cases wait for somebody of a group of agents.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class Queue(Record, Node):
    name: str = described("Unique among live queues.")
    description: str | None = described("What it is for.")
    routing: domain.QueueRouting = described("How it finds an agent for a case.")
    capacity_per_agent: int | None = described(
        "How many unsettled cases of it an agent has at most when it chooses or he takes; null for any number."
    )
    members: list[QueueMember] = listed("queue_id", "Who works on its cases.", order=("user_id",))


complete(Queue)


@strawberry.input(description="An agent who works on the cases of a queue.")
class QueueMemberInput:
    user: Annotated["UserRef", strawberry.lazy("api.schema.users")] = strawberry.field(description="The agent.")  # type: ignore[name-defined] # noqa: F821
    skills: list[str] = strawberry.field(description="What it knows, at most 50.", default_factory=list)
    is_paused: bool = strawberry.field(description="Whether it takes no cases for now.", default=False)


def member_references(members: list[QueueMemberInput]) -> list[Asked]:
    return [Asked(member.user, ("members", str(at), "user")) for at, member in enumerate(members)]


def members_of(members: list[QueueMemberInput] | None, ids: Ids) -> list[dict[str, Any]] | None:
    if members is None:
        return None
    found = []
    for at, member in enumerate(members):
        values = given(member)
        values["user_id"] = ids.of(values.pop("user"), "members", str(at), "user")
        found.append(values)
    return found


QUEUES = Writes(
    Queue,
    "queue",
    Service(domain.create, domain.upsert_many, domain.QueueRow, domain.archive, domain.restore),
    fields=("name", "description", "routing", "capacity_per_agent"),
    required=("name",),
    natural={"name": lambda name: {"name": name}},
    extras={"members": Extra(list[QueueMemberInput], "All who work on its cases.", members_of, member_references)},
)
AGGREGATE = Aggregate(Queue, {"ROUTING": column_key("routing", None, "By the way they find agents.")})


@strawberry.type
class Query:
    queue: Queue | None = one(Queue, "One queue; null if there is none.")
    queues: Connection[Queue] = many(Queue, "Queues.")
    queues_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    queue_create = QUEUES.create("Make a queue.")
    queue_update = QUEUES.update("Change a queue; cases that agents have stay theirs.")
    queue_upsert = QUEUES.upsert("Change the queue that a key names, or make it.")
    queue_bulk_upsert = QUEUES.bulk_upsert("Upsert up to 250 queues.")
    queue_archive = QUEUES.archive("Archive a queue; cases in it stay.")
    queue_restore = QUEUES.restore("Make an archived queue live again.")
