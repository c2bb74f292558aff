"""Commands for users."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from api.domain.kernel import (
    ExternalKey,
    Invalid,
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
    refuse_null,
    require,
    write_rows,
)

from .models import Team, User

TEXTS = {
    "name": TextField(255, required=True, folded="name_sort"),
    "email": TextField(254, folded="email_norm"),
    "title": TextField(255),
    "zone": TextField(64),
}
REFERENCES = {"team_id": Team, "reports_to_id": User}
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
ZONES = available_timezones()


class UserValues(TypedDict, total=False):
    """What is known of a user; a missing key leaves the value alone, None clears it. `zone` is an IANA time zone."""

    name: str
    email: str | None
    title: str | None
    team_id: UUID | None
    reports_to_id: UUID | None
    zone: str | None
    is_active: bool


UserRow = Row[UserValues]


async def create(work: Work, values: UserValues, *, external_ids: Sequence[ExternalKey] = ()) -> User:
    row = UserRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: UserValues, *, if_version: int | None = None) -> User:
    """Raises Invalid if the new superior is below the user, or the tree gets more than ten levels."""
    return (await upsert_many(work, [UserRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[UserRow]) -> list[Written[User]]:
    """Create or update users; a row means the user with its id, external id, e-mail address or (`by_name`) name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> User:
    user = await work.edit(User, id, if_version=if_version, archived=True)
    user.archived_at = user.archived_at or work.now
    return user


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> User:
    """Raises RestoreConflict if a live user has the e-mail address."""
    user = await work.edit(User, id, if_version=if_version, archived=True)
    if user.archived_at is not None and user.email_norm is not None:
        for holder in (await MATCHING.holders(work, [user.email_norm])).values():
            raise RestoreConflict("user", holder, ("email",))
    user.archived_at = None
    return user


async def prepare(work: Work, rows: Sequence[UserRow], records: Mapping[UUID, User]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    above = {one for row in rows if (one := row.values.get("reports_to_id"))}
    tree = await load_tree(work, User, records, above, "reports_to_id")

    def write(row: UserRow, user: User | None) -> tuple[User, bool]:
        columns = columns_of_values(work, row.values, user)
        if above := columns.get("reports_to_id"):
            tree.check(user.id if user else None, above)
        changed = user is None or assign(user, columns)
        user = user or work.add(User(**{"is_active": True, **columns}))
        if "reports_to_id" in columns:
            tree.move(user.id, user.reports_to_id)
        return user, changed

    return write


def columns_of_values(work: Work, values: UserValues, user: User | None) -> dict[str, Any]:
    if user is None:
        require(values, "name")
    refuse_null(values, "is_active")
    columns = checked_texts(values, TEXTS)
    if (email := columns.get("email")) and not EMAIL.fullmatch(email):
        raise Invalid(("email",), "this is not an e-mail address, such as ada@example.com", "email")
    if (zone := columns.get("zone")) and zone not in ZONES:
        raise Invalid(("zone",), "this is not an IANA time zone, such as Europe/Berlin", "zone")
    columns |= checked_references(work, values, REFERENCES, user)
    if "is_active" in values:
        columns["is_active"] = values["is_active"]
    return columns


def emails(values: Mapping[str, Any]) -> list[str]:
    return [fold(values["email"])] if values.get("email") else []


def folded_name(values: Mapping[str, Any]) -> str:
    return fold(values.get("name") or "")


MATCHING = Matching(User, "email", emails, by_column(User, "email_norm"), folded_name)
