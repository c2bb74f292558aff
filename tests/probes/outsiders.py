"""Outsiders: partners of two accounts and a customer of each tenant, what is shared with them, and what they may see.

What may be seen is worked out here from the rows of the shares, without the product's policies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from api.domain.cases import Case, CaseComment
from api.domain.contacts import Contact
from api.domain.kernel import FieldAccess, Model, Record, ShareLevel
from api.domain.knowledge import ArticleStatus, ArticleVisibility
from api.domain.partner_programs import PartnerScope, PartnerTierCertification
from api.domain.sharing import FieldProfile, FieldProfileSet, RecordShare
from api.domain.tokens import TokenKind
from tests.probes.principals import Principal, add_token
from tests.probes.world import Row, World, draft

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)  # the clock of the application, before that of the machine
ENDED, ENDING = NOW - timedelta(days=1), datetime(2199, 1, 1, tzinfo=UTC)
FIRST = 1_000  # the places of rows that are made here
PARTNERS, CUSTOMER = (0, 1, 2, 3), 4  # places among the contacts; two partners at a time are of one account
PROFILES = {"pii": FIRST, "commercial": FIRST + 1, "both": FIRST + 2}
SETS = {"pii": ("contact", "pii"), "commercial": ("opportunity", "commercial")}
COMMON = frozenset({"id", "version", "created_at", "updated_at", "archived_at", "tenant_id"})


@dataclass(frozen=True)
class Grant:
    """A share of the n-th record of each kind. `to`: the place of a contact, or "account n" for that of its account."""

    n: int
    to: int
    account: bool = False
    level: ShareLevel = ShareLevel.VIEW
    profile: str | None = None
    expires: datetime | None = None
    revoked: datetime | None = None


VIEW, COMMENT, EDIT = ShareLevel.VIEW, ShareLevel.COMMENT, ShareLevel.EDIT
GRANTS = (
    Grant(2, 0, account=True),
    Grant(3, 0, account=True, level=EDIT, profile="both"),
    Grant(4, 0, level=COMMENT, profile="commercial", expires=ENDING),
    Grant(5, 0, account=True, level=EDIT, profile="both", expires=ENDED),
    Grant(6, 0, account=True, level=EDIT, profile="both", revoked=ENDED),
    Grant(7, 0, account=True, level=EDIT, profile="both"),  # archived
    Grant(7, 0, level=EDIT),
    Grant(2, 1, profile="pii"),  # the same as of its account, but with a profile
    Grant(6, 1, level=EDIT),
    Grant(0, 2, account=True, level=EDIT),
    Grant(2, 2, account=True, profile="both"),
    Grant(1, 3, profile="pii", expires=ENDING),
    Grant(4, 3, level=EDIT, profile="commercial"),
    Grant(4, 3, level=EDIT, profile="both", revoked=ENDED),
    Grant(3, 4),
    Grant(5, 4, level=COMMENT, profile="both"),
    Grant(6, 4, level=EDIT),
    Grant(2, 4, level=EDIT, expires=ENDED, profile="pii"),
)


# What partner users work on if they see it: they withdraw, submit, accept, decline, go on with it.
WORKED_ON = frozenset(
    {"partner_fund_requests", "partner_fund_claims", "leads", "partner_lead_offers", "deal_registrations"}
)
# By whom rows were made of which the scope OWN sees its own only.
MAKERS = {
    "partner_fund_requests": "contact_id",
    "partner_fund_claims": "contact_id",
    "deal_registrations": "registered_by_id",
}


def shareable(model: type[Model]) -> bool:
    """Whether a column of its own is declared to be for outsiders."""
    own = (column for column in model.__table__.columns if column.name not in COMMON)
    return issubclass(model, Record) and any(one.info["partner"] is not FieldAccess.HIDDEN for one in own)


def reached(model: type[Model]) -> bool:
    """Whether outsiders see rows by the scope of partner users, and not by shares."""
    return getattr(model, "reached", False) or model in {PartnerTierCertification, CaseComment}


@dataclass(eq=False)
class Outsider(Principal):
    """`account`: that of a partner; a customer acts for none."""

    world: World | None = None
    contact: UUID | None = None
    account: UUID | None = None

    @cached_property
    def grantees(self) -> frozenset[UUID]:
        """The accounts whose shares count for it."""
        below = self.firms if self.seat is not PartnerScope.OWN else frozenset()
        return below if self.account is None else below | {self.account}

    @cached_property
    def shares(self) -> list[dict[str, Any]]:
        """The rows of the shares that count for it."""
        assert self.world is not None
        found = []
        for row in self.world.of(self.letter, "record_shares"):
            one = row.values
            mine = one["contact_id"] == self.contact or one["account_id"] in self.grantees
            if mine and one["revoked_at"] is None and (one["expires_at"] is None or one["expires_at"] > NOW):
                found.append(one)
        return found

    def asks(self, row: Row) -> bool:
        """Whether it is a customer whose case that is."""
        return self.account is None and row.values["contact_id"] == self.contact

    @cached_property
    def shared(self) -> frozenset[tuple[str, UUID]]:
        assert self.world is not None
        own = (
            *(("contact", self.contact), ("account", self.account), *(("account", id) for id in self.firms)),
            *((Case.object, row.id) for row in self.world.of(self.letter, "cases") if self.asks(row)),
        )
        return frozenset(
            {(one["object_type"], one["object_id"]) for one in self.shares}
            | {(object, id) for object, id in own if id is not None}
        )

    @cached_property
    def ids(self) -> frozenset[UUID]:
        return frozenset(id for _, id in self.shared)

    @cached_property
    def shown(self) -> frozenset[tuple[UUID, str]]:
        """Records and the sets of fields besides the default ones that are shown of them."""
        assert self.world is not None
        sets = [row.values for row in self.world.of(self.letter, "field_profile_sets")]
        return frozenset(
            (one["object_id"], each["field_set"])
            for one in self.shares
            for each in sets
            if each["profile_id"] == one["field_profile_id"] and each["object"] == one["object_type"]
        )

    @cached_property
    def seat(self) -> PartnerScope | None:
        """How far it sees as a partner user; None for whom is none."""
        assert self.world is not None
        for row in self.world.of(self.letter, "partner_users"):
            if row.values["contact_id"] == self.contact and row.values["archived_at"] is None:
                return PartnerScope(row.values["scope"])
        return None

    @cached_property
    def firms(self) -> frozenset[UUID]:
        """The accounts that it acts for."""
        assert self.world is not None
        accounts = [row.values for row in self.world.of(self.letter, "accounts") if row.values["archived_at"] is None]
        found = {one["id"] for one in accounts if one["id"] == self.account and self.seat is not None}
        if self.seat is PartnerScope.SUBTREE:
            while more := {one["id"] for one in accounts if one["parent_id"] in found} - found:
                found |= more
        return frozenset(found)

    def reaches(self, world: World, row: Row) -> bool:  # noqa: PLR0911 - one for each kind of row
        """Whether a row that is seen by the scope of partner users is to be seen."""
        values = row.values
        if row.table == "case_comments":
            return bool(values["is_public"]) and self.reads(world.by_id[values["case_id"]])
        if row.table == "knowledge_articles":
            readers = {ArticleVisibility.PUBLIC, *([ArticleVisibility.PARTNER] if self.account else [])}
            is_live = values["archived_at"] is None and values["status"] is ArticleStatus.PUBLISHED
            return is_live and values["visibility"] in readers
        if values.get("archived_at") is not None or not self.firms:
            return False
        if row.table == "partner_tier_certifications":
            return all(self.reaches(world, world.by_id[values[name]]) for name in ("tier_id", "certification_id"))
        if row.table == "certifications":
            return True
        if row.table == "partner_users":
            return bool(values["contact_id"] == self.contact)
        if row.table == "partner_programs":
            return row.id in self.programs or bool(values["accepts_applications"])
        if row.table == "partner_tiers":
            program = world.by_id[values["program_id"]].values
            is_open = program["archived_at"] is None and program["accepts_applications"]
            return bool(values["program_id"] in self.programs or is_open)
        maker = MAKERS.get(row.table)
        own = maker is None or values[maker] == self.contact or self.seat is not PartnerScope.OWN
        return own and values["partner_id" if "partner_id" in values else "account_id"] in self.firms

    @cached_property
    def programs(self) -> frozenset[UUID]:
        """The programs that its accounts are or were in."""
        assert self.world is not None
        members = [row.values for row in self.world.of(self.letter, "partner_memberships")]
        return frozenset(
            one["program_id"] for one in members if one["archived_at"] is None and one["account_id"] in self.firms
        )

    def field(self, object: str, field_set: str) -> bool:
        return field_set == "default" or (object, field_set) in SETS.values()

    def sees(self, world: World, row: Row) -> bool:
        if row.letter != self.letter:
            return False
        if reached(row.model):
            return self.reaches(world, row)
        return row.table == "tenants" or (shareable(row.model) and self.reads(row))

    def changes(self, world: World, row: Row) -> bool:
        """What is shared for editing, and the contact itself."""
        if row.table in WORKED_ON:
            return self.reaches(world, row)
        if row.table == "cases":
            return False  # outsiders comment on cases and open new ones
        edits = any(one["object_id"] == row.values.get("id") and one["level"] is EDIT for one in self.shares)
        return row.table != "tenants" and self.sees(world, row) and (edits or row.id == self.contact)

    def reads(self, row: Row) -> bool:
        return row.values["archived_at"] is None and (row.model.object, row.id) in self.shared  # type: ignore[attr-defined]

    def hides(self, row: Row, column: str) -> bool:
        """A companion for filters and sorts is hidden like the column that it serves."""
        table: Any = row.model.__table__
        about = next((one for one in table.columns if one.info["folded_in"] == column), table.c[column])
        if about.info["partner"] is FieldAccess.HIDDEN:
            return True
        if reached(row.model):
            return False
        own = row.id in {self.contact, self.account, *self.firms}
        return not own and about.info["field_set"] != "default" and (row.id, about.info["field_set"]) not in self.shown


async def add_outsiders(connection: AsyncConnection, world: World, letter: str, secret: bytes) -> list[Outsider]:
    """Five contacts with tokens, and all that is shared with them."""
    contacts = world.of(letter, "contacts")
    for first, second in ((0, 1), (2, 3)):
        company = contacts[first].values["account_id"]
        contacts[second].values["account_id"] = company
        await connection.execute(update(Contact).where(Contact.id == contacts[second].id).values(account_id=company))
    await add_profiles(connection, world, letter)
    await add_shares(connection, world, letter)
    found = []
    for n in (*PARTNERS, CUSTOMER):
        kind = TokenKind.CUSTOMER if n == CUSTOMER else TokenKind.PARTNER
        contact = contacts[n].id
        company = contacts[n].values["account_id"] if kind is TokenKind.PARTNER else None
        acting = {"contact_id": contact, "account_id": company}
        text = await add_token(connection, world, letter, 20 + n, kind, None, None, secret, **acting)
        found.append(Outsider(letter, str(n), kind, None, frozenset(), text, None, world, contact, company))
    return found


async def add_profiles(connection: AsyncConnection, world: World, letter: str) -> None:
    for name, n in PROFILES.items():
        await add(connection, world, letter, FieldProfile, n, {"archived_at": None})
        for at, (key, (object, field_set)) in enumerate(SETS.items()):
            if name in {key, "both"}:
                cell = {"profile_id": world.place(letter, "field_profiles", n), "object": object}
                await add(connection, world, letter, FieldProfileSet, n + at, {**cell, "field_set": field_set})


async def add_shares(connection: AsyncConnection, world: World, letter: str) -> None:
    contacts = world.of(letter, "contacts")
    for n, (row, grant) in enumerate(shares(world, letter)):
        contact = contacts[grant.to]
        profile = None if grant.profile is None else world.place(letter, "field_profiles", PROFILES[grant.profile])
        values = {
            "object_type": row.model.object,  # type: ignore[attr-defined] # a record
            "object_id": row.id,
            "account_id": contact.values["account_id"] if grant.account else None,
            "contact_id": None if grant.account else contact.id,
            "level": grant.level,
            "field_profile_id": profile,
            "expires_at": grant.expires,
            "revoked_at": grant.revoked,
            "archived_at": None,
        }
        await add(connection, world, letter, RecordShare, FIRST + n, values)


def shares(world: World, letter: str) -> Iterator[tuple[Row, Grant]]:
    for table, model in world.models.items():
        if shareable(model) and not reached(model):
            rows = world.of(letter, table)
            yield from ((rows[grant.n], grant) for grant in GRANTS)


async def add(
    connection: AsyncConnection, world: World, letter: str, model: type[Model], n: int, given: dict[str, Any]
) -> None:
    table: Any = model.__table__
    values = draft(world, letter, table, n, {"id": world.place(letter, table.name, n), **given})
    await connection.execute(insert(model), values)
    world.add(Row(letter, model, n, values))
