"""What a visibility rule is written with.

A slice's `policy.py` says `visible(t, ctx)`: a SQL condition over the table or alias `t`. The compiler and
`Work.get` render it with bind parameters, so that one rule serves reads and writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Text,
    True_,
    Uuid,
    and_,
    any_,
    cast,
    column,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from .viewer import NOBODY, Capability, Level

SHARES = table(
    "record_shares",
    *(column(name, Uuid()) for name in ("tenant_id", "object_id", "account_id", "contact_id", "field_profile_id")),
    column("object_type", Text()),
    column("level", Text()),
    column("expires_at", DateTime(timezone=True)),
    column("revoked_at", DateTime(timezone=True)),
)
PROFILE_SETS = table(
    "field_profile_sets",
    column("tenant_id", Uuid()),
    column("profile_id", Uuid()),
    column("object", Text()),
    column("field_set", Text()),
)
TENANT, PRINCIPAL, ACCOUNT = "crm.tenant", "crm.principal", "crm.account"


@dataclass(frozen=True)
class Outside:
    """An outsider as SQL expressions. Only live records that are shared with it, or are its own, exist for it.

    `by_index`: the ids of those are an index condition, for a list of all that there is. Anywhere else, and for
    row-level security, a row that was found otherwise is looked up among them, which takes no time.
    """

    tenant: ColumnElement[UUID]
    contact: ColumnElement[UUID]
    account: ColumnElement[UUID | None]  # null unless it acts for one
    now: ColumnElement[Any]
    by_index: bool = False

    def sees(self, object: str, t: Any) -> ColumnElement[bool]:
        ids = self.among(object)
        if self.by_index:
            return and_(t.archived_at.is_(None), t.id == any_(func.array(ids.scalar_subquery(), type_=ARRAY(Uuid()))))
        return and_(t.archived_at.is_(None), t.id.in_(ids).is_(true()))

    def among(self, object: str) -> Any:
        """SELECT of the ids of what is shared with it, or is its own."""
        shares = SHARES.alias("share")
        return self.with_own(object, select(shares.c.object_id).where(*self.live(shares, object)))

    def with_own(self, object: str, ids: Select[Any]) -> Any:
        """And what it is itself: the contact; its account, and for a partner user those that it acts for besides."""
        if object == "contact":
            return ids.union_all(select(self.contact))
        return ids.union_all(select(self.account), self.reach(true())) if object == "account" else ids

    def acts_for(self, account: Any) -> ColumnElement[bool]:
        """Whether it is a partner user who acts for this account: its own, or one below it if its scope says so."""
        return account == any_(func.array(self.reach(true()).scalar_subquery(), type_=ARRAY(Uuid())))  # type: ignore[no-any-return]

    def asks(self, contact: Any) -> ColumnElement[bool]:
        """Whether it is a customer, who acts for no account, and this contact."""
        return and_(cast(self.account, Uuid()).is_(None), contact == self.contact)

    def works_on(self, account: Any, by: Any) -> ColumnElement[bool]:
        """As `acts_for`, for what single people of a partner do: `by` is the contact who did.

        With the scope OWN that is what it did itself.
        """
        of_scope = account == any_(func.array(self.reach(false()).scalar_subquery(), type_=ARRAY(Uuid())))
        return or_(of_scope, and_(by == self.contact, self.acts_for(account)))

    def reach(self, whole: ColumnElement[bool]) -> Select[Any]:
        """SELECT of the accounts whose rows it sees as a partner user; `whole`: those it acts for, whatever its scope.

        The function reads the tree of accounts and the scope, which outsiders cannot.
        """
        found = func.crm_partner_reach(self.contact, self.account, whole)
        reach = found.table_valued(column("id", Uuid())).alias("reach")
        return select(reach.c.id)

    def live(self, shares: Any, object: str) -> tuple[ColumnElement[bool], ...]:
        """The shares of this kind of record that count for it now.

        What is shared with an account is for all who act for it, and for partner users above it with the scope SUBTREE.
        """
        return (
            shares.c.tenant_id == self.tenant,
            shares.c.object_type == literal_column(f"'{object}'", Text()),
            or_(
                shares.c.contact_id == self.contact,
                shares.c.account_id == self.account,
                shares.c.account_id == any_(func.array(self.reach(false()).scalar_subquery(), type_=ARRAY(Uuid()))),
            ),
            shares.c.revoked_at.is_(None),
            or_(shares.c.expires_at.is_(None), shares.c.expires_at > self.now),
        )

    def shown(self, object: str, field_set: str, t: Any) -> ColumnElement[bool]:
        """Whether the fields of a set are shared of a row: by the profile of a share, or because the row is its own."""
        shares, sets = SHARES.alias("share"), PROFILE_SETS.alias("shown")
        of_profile = and_(
            sets.c.tenant_id == shares.c.tenant_id,
            sets.c.profile_id == shares.c.field_profile_id,
            sets.c.object == literal_column(f"'{object}'", Text()),
            sets.c.field_set == literal_column(f"'{field_set}'", Text()),
        )
        ids = select(shares.c.object_id).select_from(shares.join(sets, of_profile)).where(*self.live(shares, object))
        found: ColumnElement[bool] = t.id.in_(self.with_own(object, ids))
        return found


def setting(name: str) -> ColumnElement[Any]:
    """SQL: the id that a setting of the session holds; null for none. A subquery: read once, and not for each row."""
    return select(cast(func.nullif(func.current_setting(name, true()), literal_column("''")), Uuid())).scalar_subquery()


# As row-level security for `crm_partner` has it.
BY_SETTINGS = Outside(setting(TENANT), setting(PRINCIPAL), setting(ACCOUNT), func.statement_timestamp())


@dataclass(frozen=True)
class Context:
    """The asking principal as SQL expressions, its rights as data. With `outside` there is nothing but shares."""

    capability: Capability
    user: ColumnElement[UUID | None]
    team: ColumnElement[Any]  # an array of users
    outside: Outside | None = None
    settings: tuple[tuple[str, ColumnElement[str]], ...] = ()  # what row-level security has to know besides the tenant

    def reads(self, object: str, t: Any = None, owner: str | None = None) -> ColumnElement[bool]:
        """Rows of this kind the principal may read; `owner` is the column that makes a row somebody's own.

        Only rows of a table `t` can be shared with outsiders.
        """
        if self.outside is not None:
            return false() if t is None else self.outside.sees(object, t)
        return self.reach(self.capability.on(object).read, None if owner is None else getattr(t, owner))

    def reach(self, level: Level, owner: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        """The rows that a right of this level covers, as `Viewer.reaches` says of one."""
        if level is Level.ALL:
            return true()
        if owner is None or level is Level.NONE:
            return false()
        return owner == self.user if level is Level.OWN else owner == any_(self.team)


def seen_through(**records: Any) -> "Visible":
    """The rule of a row that ties records together: seen by whoever sees all of them.

    Each argument is a column of the row and the kind of record it points at.
    """

    def visible(t: Any, context: Context) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = []
        for name, record in records.items():
            other = record.__table__.alias(f"seen_{record.__tablename__}")
            rule = record.visible(other.c, context)
            if isinstance(rule, True_):
                continue  # whoever sees all of them needs no look
            same = (other.c.tenant_id == t.tenant_id, other.c.id == getattr(t, name), rule)
            found: Any = select(literal_column("1")).select_from(other).where(*same).correlate_except(other)
            conditions.append(exists(found))
        return and_(*conditions) if conditions else true()

    return visible


def policy_text(visible: "Visible", of: Any) -> str:
    """The rule of a table as the text of a policy for `crm_partner`, where settings say who is asking."""
    rule = visible(of.c, Context(NOBODY, null(), null(), BY_SETTINGS))  # type: ignore[arg-type] # no user
    # As a SELECT from the table: by itself, a rule that looks up other rows would read the table anew for that.
    whole: Select[Any] = select(literal_column("1")).select_from(of).where(rule)
    text = whole.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    _, _, condition = " ".join(str(text).split()).partition(" WHERE ")
    return condition or "true"


Visible = Callable[[Any, Context], ColumnElement[bool]]


def as_its_record(_t: Any, context: Context) -> ColumnElement[bool]:
    """The rule of parts and entries that are reached only through their record. None of them is shared as yet."""
    return true() if context.outside is None else false()
