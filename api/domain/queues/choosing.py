"""Which agent gets a case. Pure: the same facts give the same agent, on any machine."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from .states import AgentStanding, QueueRouting


@dataclass(frozen=True)
class Agent:
    """A member of a queue: what it knows, how many unsettled cases of the queue it has, when its last turn was."""

    id: UUID
    open_cases: int = 0
    last_turn: int = 0
    skills: frozenset[str] = frozenset()
    is_paused: bool = False
    is_active: bool = True


@dataclass(frozen=True)
class Choice:
    """Who gets it, if anybody, and how each member stood, in the order of their ids."""

    chosen: UUID | None
    standings: tuple[tuple[Agent, AgentStanding], ...]


def choose(
    routing: QueueRouting,
    agents: Sequence[Agent],
    *,
    skills: frozenset[str] = frozenset(),
    capacity: int | None = None,
    released: Collection[UUID] = (),
) -> Choice:
    """Whose turn is longest ago, with ROUND_ROBIN; else who has the fewest cases, then whose turn is longest ago.

    With MANUAL nobody. Only SKILL asks for `skills`, and then for all of them.

    >>> from uuid import UUID
    >>> idle, busy = Agent(UUID(int=1), open_cases=1, last_turn=8), Agent(UUID(int=2), open_cases=3, last_turn=7)
    >>> [choose(routing, [busy, idle]).chosen.int for routing in (QueueRouting.ROUND_ROBIN, QueueRouting.LEAST_LOADED)]
    [2, 1]
    >>> found = choose(QueueRouting.LEAST_LOADED, [busy, idle], capacity=1)
    >>> (found.chosen, [standing.value for _, standing in found.standings])
    (None, ['FULL', 'FULL'])
    """
    ordered = sorted(agents, key=lambda agent: agent.id)
    wanted = skills if routing is QueueRouting.SKILL else frozenset()
    out = {one.id: why for one in ordered if (why := hindrance(one, wanted, capacity, released))}
    able = [agent for agent in ordered if agent.id not in out]
    chosen: UUID | None = None
    if able and routing is not QueueRouting.MANUAL:
        in_turn = routing is QueueRouting.ROUND_ROBIN
        chosen = min(able, key=lambda one: (0 if in_turn else one.open_cases, one.last_turn, one.id)).id
    stood = {one.id: AgentStanding.CHOSEN if one.id == chosen else AgentStanding.NEXT_LATER for one in able}
    return Choice(chosen, tuple((one, out.get(one.id) or stood[one.id]) for one in ordered))


def hindrance(
    agent: Agent, wanted: frozenset[str], capacity: int | None, released: Collection[UUID]
) -> AgentStanding | None:
    """Why an agent gets no case; None if it may."""
    reasons = (
        (not agent.is_active, AgentStanding.INACTIVE),
        (agent.is_paused, AgentStanding.PAUSED),
        (agent.id in released, AgentStanding.RELEASED),
        (not wanted <= agent.skills, AgentStanding.NO_SKILLS),
        (capacity is not None and agent.open_cases >= capacity, AgentStanding.FULL),
    )
    return next((standing for hinders, standing in reasons if hinders), None)
