"""Which partner is asked next. Pure: the same facts and the same seed give the same partner, on any machine."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from .states import Standing

SEPARATOR = "/"


@dataclass(frozen=True)
class Wanted:
    """What a lead asks of a partner, folded. A territory is a path: `emea/dach/de` lies in `emea/dach`."""

    territory: str
    skills: frozenset[str]


@dataclass(frozen=True)
class Member:
    """A member of the programs: the greatest weight of its tiers, what it takes, how many leads it has."""

    id: UUID
    weight: int
    open_leads: int = 0
    territories: tuple[str, ...] = ()
    skills: frozenset[str] = frozenset()
    capacity: int | None = None
    is_paused: bool = False


@dataclass(frozen=True)
class Choice:
    """Who is asked, if anybody, and how everybody stood. `draw` is from 0 to below `total`."""

    chosen: UUID | None
    level: str
    draw: int
    total: int
    standings: tuple[tuple[Member, Standing], ...]


def choose(
    wanted: Wanted, members: Sequence[Member], seed: str, *, declined: Collection[UUID], expired: Collection[UUID]
) -> Choice:
    """The territory widens step by step until somebody is left; among those the weights of their tiers decide.

    >>> from uuid import UUID
    >>> near = Member(UUID(int=1), 1, territories=("emea/dach/de",))
    >>> far = Member(UUID(int=2), 99, territories=("emea/uk",))
    >>> found = choose(Wanted("emea/dach/de", frozenset()), [far, near], "x", declined=(), expired=())
    >>> (found.chosen == near.id, found.level, [str(standing) for _, standing in found.standings])
    (True, 'emea/dach/de', ['CHOSEN', 'FARTHER'])
    """
    ordered = sorted(members, key=lambda member: member.id)
    out = {member.id: standing for member in ordered if (standing := hindrance(wanted, member, declined, expired))}
    able = [member for member in ordered if member.id not in out]
    for level in levels(wanted.territory):
        near = [member for member in able if covers(member, level)]
        if near:
            total = sum(member.weight for member in near)
            draw = drawn(seed, total)
            chosen = at(near, draw)
            stood = {member.id: Standing.NOT_DRAWN for member in near} | {chosen.id: Standing.CHOSEN}
            everybody = tuple((one, out.get(one.id) or stood.get(one.id, Standing.FARTHER)) for one in ordered)
            return Choice(chosen.id, level, draw, total, everybody)
    return Choice(None, "", 0, 0, tuple((one, out[one.id]) for one in ordered if one.id in out))


def hindrance(wanted: Wanted, member: Member, declined: Collection[UUID], expired: Collection[UUID]) -> Standing | None:
    """Why a member is not asked, wherever it is; None if it may be."""
    reasons = (
        (member.id in declined, Standing.DECLINED),
        (member.id in expired, Standing.EXPIRED),
        (member.is_paused, Standing.PAUSED),
        (member.weight <= 0, Standing.NO_WEIGHT),
        (not wanted.skills <= member.skills, Standing.NO_SKILLS),
        (member.capacity is not None and member.open_leads >= member.capacity, Standing.FULL),
    )
    return next((standing for hinders, standing in reasons if hinders), None)


def levels(territory: str) -> list[str]:
    """The territory and those around it, the last of which is anywhere.

    >>> levels("emea/dach/de")
    ['emea/dach/de', 'emea/dach', 'emea', '']
    """
    parts = [part for part in territory.split(SEPARATOR) if part]
    return [SEPARATOR.join(parts[:length]) for length in range(len(parts), -1, -1)]


def covers(member: Member, level: str) -> bool:
    """Whether a member works in this territory: whoever works in a part of it does, and anywhere is everybody's."""
    return not level or any(one == level or one.startswith(level + SEPARATOR) for one in member.territories)


def drawn(seed: str, total: int) -> int:
    """A number from 0 to below `total` that only the seed decides.

    >>> [drawn(seed, 10) for seed in ("a", "b", "a")]
    [9, 5, 9]
    """
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()) % total


def at(members: Sequence[Member], draw: int) -> Member:
    """The member in whose part of the weights, one after the other, the number lies."""
    for member in members:
        draw -= member.weight
        if draw < 0:
            return member
    raise ValueError("the number is beyond the weights")
