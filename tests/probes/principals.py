"""Who asks, and what each of them may see: worked out here from the roles' cells, without the product's policies."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from api.domain import access, tokens
from api.domain.access import UserRole
from api.domain.access.capabilities import objects, owners
from api.domain.kernel import FieldAccess, Level, Part, Record
from api.domain.kernel.policy import as_its_record
from api.domain.tokens import Token, TokenKind
from tests.probes.values import canary, instant
from tests.probes.world import BOSS, REP, Row, World, pairs, shared_id

ADMIN, AGENT, MARKETER = 4, 5, 6  # places among the users, beside those of the world
STAFF = {"sales_manager": BOSS, "sales_rep": REP, "admin": ADMIN, "support_agent": AGENT, "marketer": MARKETER}
ORDER = (Level.NONE, Level.OWN, Level.TEAM, Level.ALL)
PROGRAMS = ("read_only", "integration", "admin")
DECIDED_BY = {"lead": "contact"}  # whose rights on sets of fields count
LEDGERS = {"exchange_rates": "exchange_rate", "stored_documents": "document"}


@dataclass(eq=False)
class Principal:
    """`scope`: the role a staff token is narrowed to; `name` is unique among all.

    `itself`: the token that a program is, whose id and name its `viewer` tells.
    """

    letter: str
    role: str
    kind: TokenKind
    user: UUID | None
    team: frozenset[UUID]
    token: str = field(repr=False)
    scope: str | None = None
    itself: UUID | None = field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        return f"{self.letter} {self.kind.value.lower()} {self.role}" + (f" as {self.scope}" if self.scope else "")

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}

    @cached_property
    def levels(self) -> dict[str, tuple[Level, bool]]:
        """By kind of object how far reading reaches, and whether new ones may be made."""
        roles = [self.role] if self.scope is None else [self.role, self.scope]
        found: dict[str, tuple[Level, bool]] = {}
        for object in objects():
            each = []
            for role in roles:
                rights = access.SHIPPED[role].rights
                given = [rights[name] for name in (object, "*") if name in rights]
                reach = max((ORDER.index(right.read) for right in given), default=0)
                each.append((reach, any(right.create for right in given)))
            found[object] = ORDER[min(reach for reach, _ in each)], all(create for _, create in each)
        return found

    def field(self, object: str, field_set: str) -> bool:
        """Whether a set of fields is shown."""
        if field_set == "default":
            return True
        roles = [self.role] if self.scope is None else [self.role, self.scope]
        decides = DECIDED_BY.get(object, object)
        return all(
            any(
                named in {decides, "*"} and of_set in {field_set, "*"} and given is not FieldAccess.HIDDEN
                for named, of_set, given in access.SHIPPED[role].fields
            )
            for role in roles
        )

    def sees(self, world: World, row: Row) -> bool:
        """Whether the row is to be seen: of the tenant, of a kind and an owner that the roles reach."""
        if row.letter != self.letter:
            return False
        return all(self.reads(record) for record in judged_by(world, row)) and self.reads(row)

    def reads(self, row: Row) -> bool:
        model = row.model
        if not issubclass(model, Record):
            object = LEDGERS.get(row.table)
            return object is None or self.levels[object][0] is not Level.NONE
        level, create = self.levels[model.object]
        if model is Token:
            return create
        if level is Level.ALL:
            return True
        owner = row.values[model.owner] if model.owner else None
        if owner is None or level is Level.NONE:
            return False
        return owner == self.user or (level is Level.TEAM and owner in self.team)

    def changes(self, world: World, row: Row) -> bool:
        """Whether the row may be another one after a write by this principal."""
        return self.sees(world, row)

    def hides(self, row: Row, column: str) -> bool:
        """Whether the column of a row that may be seen is not for this principal."""
        declared = row.model.__table__.c[column]
        if declared.info["internal"] and not folded(row, column):
            return True
        return not all(self.field(object, declared.info["field_set"]) for object in owners(row.model))


def folded(row: Row, column: str) -> bool:
    """Whether an internal column repeats the text of one that is not."""
    text = row.values[column]
    return any(row.values[other.name] == text for other in row.model.__table__.columns
               if other.name in row.values and not other.info["internal"] and other.name != column)  # fmt: skip


def judged_by(world: World, row: Row) -> Iterable[Row]:
    """The records whose visibility is that of a row which is none itself."""
    model, table = row.model, row.model.__table__
    if issubclass(model, Record) or row.table == "tenants":
        return []
    shared, pair = shared_id(table), pairs(table)  # type: ignore[arg-type]
    if shared is not None:
        return judged_by(world, next(one for one in world.of(row.letter, shared) if one.id == row.id))
    if pair is not None:
        return [world.by_id[row.values[pair[1]]]]
    if issubclass(model, Part) and model.visible is as_its_record:
        return [world.by_id[row.values[model.whole]]]
    ids = [row.values[one.name] for one in table.columns if one.info["references"] and row.values.get(one.name)]
    return [world.by_id[id] for id in ids]


async def add_principals(connection: AsyncConnection, world: World, letter: str, secret: bytes) -> list[Principal]:
    """Staff, a narrowed token of an administrator, and programs of one tenant, with the rows of their rights."""
    tenant, users = world.tenant(letter), [row.id for row in world.of(letter, "users")]
    found: list[tuple[str, TokenKind, UUID | None, str | None]] = []
    for role, place in STAFF.items():
        cell = {"tenant_id": tenant, "user_id": users[place], "role_id": world.roles[letter, role]}
        await connection.execute(insert(UserRole), cell)
        found.append((role, TokenKind.STAFF, users[place], None))
    found.append(("admin", TokenKind.STAFF, users[ADMIN], "sales_rep"))
    found += [(role, TokenKind.INTEGRATION, None, None) for role in PROGRAMS]
    made = []
    for n, (role, kind, user, scope) in enumerate(found):
        named = role if kind is TokenKind.INTEGRATION else scope
        text = await add_token(connection, world, letter, n, kind, user, named, secret)
        itself = world.place(letter, "tokens", 100 + n) if user is None else None
        made.append(Principal(letter, role, kind, user, team_of(world, letter, user), text, scope, itself=itself))
    return made


async def add_token(
    connection: AsyncConnection,
    world: World,
    letter: str,
    n: int,
    kind: TokenKind,
    user: UUID | None,
    role: str | None,
    secret: bytes,
    **columns: Any,
) -> str:
    credential = tokens.new_credential(kind)
    values = {
        "tenant_id": world.tenant(letter),
        "id": world.place(letter, "tokens", 100 + n),
        "name": canary(letter, "tokens", "name", 100 + n),
        "key": credential.key,
        "digest": credential.digest(tokens.pepper(secret)),
        "pepper_version": tokens.UNNUMBERED,
        "kind": kind,
        "role_id": None if role is None else world.roles[letter, role],
        "documents": tokens.DocumentMode.OPEN,
        "user_id": user,
        "version": 1,
        "created_at": instant(letter, n),
        "updated_at": instant(letter, n),
        **columns,
    }
    await connection.execute(insert(Token), values)
    world.add(Row(letter, Token, 100 + n, values))
    return credential.text


def team_of(world: World, letter: str, user: UUID | None) -> frozenset[UUID]:
    """The user, and everybody in its team, in teams it leads, and in those below them; archived teams do not count."""
    if user is None:
        return frozenset()
    teams = [row.values for row in world.of(letter, "teams") if row.values["archived_at"] is None]
    own = world.by_id[user].values["team_id"]
    reached = {team["id"] for team in teams if team["id"] == own or team["manager_id"] == user}
    while more := {team["id"] for team in teams if team["parent_id"] in reached} - reached:
        reached |= more
    people = world.of(letter, "users")
    return frozenset({user, *(row.id for row in people if row.values["team_id"] in reached)})
