"""Commands for teams."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from api.domain.kernel import (
    ExternalKey,
    Matching,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked_references,
    checked_texts,
    fold,
    load_references,
    load_tree,
    require,
    write_rows,
)

from .models import Team, User

TEXTS = {"name": TextField(255, required=True, folded="name_sort")}
REFERENCES = {"parent_id": Team, "manager_id": User}


class TeamValues(TypedDict, total=False):
    """What is known of a team; a missing key leaves the value alone, None clears it."""

    name: str
    parent_id: UUID | None
    manager_id: UUID | None


TeamRow = Row[TeamValues]


async def create_team(work: Work, values: TeamValues, *, external_ids: Sequence[ExternalKey] = ()) -> Team:
    row = TeamRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update_team(work: Work, id: UUID, values: TeamValues, *, if_version: int | None = None) -> Team:
    """Raises Invalid if the new parent is below the team, or the tree gets more than ten levels."""
    return (await upsert_teams(work, [TeamRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_teams(work: Work, rows: Sequence[TeamRow]) -> list[Written[Team]]:
    """Create or update teams; a row means the team with its id, external id or name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive_team(work: Work, id: UUID, *, if_version: int | None = None) -> Team:
    team = await work.edit(Team, id, if_version=if_version, archived=True)
    team.archived_at = team.archived_at or work.now
    return team


async def restore_team(work: Work, id: UUID, *, if_version: int | None = None) -> Team:
    """Raises RestoreConflict if a live team has the name."""
    team = await work.edit(Team, id, if_version=if_version, archived=True)
    if team.archived_at is not None:
        for holder in (await MATCHING.holders(work, [team.name_sort])).values():
            raise RestoreConflict("team", holder, ("name",))
    team.archived_at = None
    return team


async def prepare(work: Work, rows: Sequence[TeamRow], records: Mapping[UUID, Team]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    parents = {parent for row in rows if (parent := row.values.get("parent_id"))}
    tree = await load_tree(work, Team, records, parents)

    def write(row: TeamRow, team: Team | None) -> tuple[Team, bool]:
        values = row.values
        if team is None:
            require(values, "name")
        columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, team)
        if parent := columns.get("parent_id"):
            tree.check(team.id if team else None, parent)
        changed = team is None or assign(team, columns)
        team = team or work.add(Team(**columns))
        if "parent_id" in columns:
            tree.move(team.id, team.parent_id)
        return team, changed

    return write


def names(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["name"])] if values.get("name") else []


MATCHING = Matching(Team, "name", names, by_column(Team, "name_sort"))
