"""Who may see programs, tiers, memberships and partner users.

A partner user sees the memberships of the accounts that he acts for, their programs, and programs that he may apply to:
nothing leads from there to another partner.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Uuid,
    and_,
    any_,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from api.domain.kernel import Context, Outside

MEMBERSHIPS = table(
    "partner_memberships",
    *(column(name, Uuid()) for name in ("tenant_id", "program_id", "account_id")),
    column("archived_at", DateTime(timezone=True)),
)
PROGRAMS = table(
    "partner_programs",
    *(column(name, Uuid()) for name in ("tenant_id", "id")),
    column("accepts_applications", Boolean()),
    column("archived_at", DateTime(timezone=True)),
)


def visible_programs(t: Any, context: Context) -> ColumnElement[bool]:
    outside = context.outside
    if outside is None:
        return context.reads("partner_program")
    return and_(t.archived_at.is_(None), or_(joined(outside, t.id), open_to(outside, t.accepts_applications)))


def visible_tiers(t: Any, context: Context) -> ColumnElement[bool]:
    """The tiers of a program are seen by whoever sees the program."""
    outside = context.outside
    if outside is None:
        return context.reads("partner_tier")
    programs = PROGRAMS.alias("of_tier")
    offered = select(programs.c.id).where(
        programs.c.tenant_id == outside.tenant,
        programs.c.archived_at.is_(None),
        open_to(outside, programs.c.accepts_applications),
    )
    return and_(t.archived_at.is_(None), or_(joined(outside, t.program_id), t.program_id.in_(offered)))


def visible_memberships(t: Any, context: Context) -> ColumnElement[bool]:
    outside = context.outside
    if outside is None:
        return context.reads("partner_membership", t, "owner_id")
    return and_(t.archived_at.is_(None), outside.acts_for(t.account_id))


def visible_certifications(t: Any, context: Context) -> ColumnElement[bool]:
    """Every partner user may know what there is to learn."""
    outside = context.outside
    if outside is None:
        return context.reads("certification")
    return and_(t.archived_at.is_(None), is_partner_user(outside))


def visible_partner_certifications(t: Any, context: Context) -> ColumnElement[bool]:
    outside = context.outside
    if outside is None:
        return context.reads("partner_certification")
    return and_(t.archived_at.is_(None), outside.acts_for(t.account_id))


def visible_users(t: Any, context: Context) -> ColumnElement[bool]:
    """A partner user sees himself."""
    outside = context.outside
    if outside is None:
        return context.reads("partner_user")
    return and_(t.archived_at.is_(None), t.contact_id == outside.contact, is_partner_user(outside))


def joined(outside: Outside, program_id: Any) -> ColumnElement[bool]:
    """Whether an account that it acts for is or was in the program, or has applied."""
    memberships = MEMBERSHIPS.alias("of_program")
    ids = select(memberships.c.program_id).where(
        memberships.c.tenant_id == outside.tenant,
        memberships.c.archived_at.is_(None),
        outside.acts_for(memberships.c.account_id),
    )
    return program_id == any_(func.array(ids.scalar_subquery(), type_=ARRAY(Uuid())))  # type: ignore[no-any-return]


def open_to(outside: Outside, accepts_applications: Any) -> ColumnElement[bool]:
    return and_(accepts_applications, is_partner_user(outside))


def is_partner_user(outside: Outside) -> ColumnElement[bool]:
    reach = outside.reach(true()).subquery("any_reach")
    return exists(select(literal_column("1")).select_from(reach))
