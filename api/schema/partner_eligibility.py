"""Which tiers a member could be in, and what it still lacks for each.

Revenue is what the partner sourced: won opportunities of the last twelve months with it as the originator, in the
currency of the requirement; what was sold in another currency is not added. Certifications are those that are valid:
awarded, not expired, not revoked. Days begin in the tenant's zone.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from api.compiler import Scope
from api.domain import partner_programs as domain
from api.domain.kernel import Context
from api.domain.opportunities import Opportunity, Status

from .binding import composed, computed, described, listed, readable, to_one
from .certifications import Certification
from .connections import extend_listed, extend_through
from .enums import described_enum
from .interfaces import Money
from .partner_programs import PartnerMembership, PartnerTier
from .wire import money_text


class PartnerRequirementKind(StrEnum):
    REVENUE = "REVENUE"
    CERTIFICATION = "CERTIFICATION"


described_enum(
    PartnerRequirementKind,
    "PartnerRequirementKind",
    "What a tier takes.",
    REVENUE="Won sales that the partner sourced in the last twelve months.",
    CERTIFICATION="Valid certifications of a kind.",
)
IS_REVENUE = literal_column(f"'{PartnerRequirementKind.REVENUE.value}'", Text())
IS_CERTIFICATION = literal_column(f"'{PartnerRequirementKind.CERTIFICATION.value}'", Text())
NOTHING: ColumnElement[int] = literal_column("0", BigInteger())


def text_of(value: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{value.value}'", Text())


def pairs() -> tuple[Any, Any, ColumnElement[bool], tuple[Any, ...]]:
    """Each membership that has not ended with each live tier of its program, and the columns that tell them."""
    tiers = domain.PartnerTier.__table__.alias("of_tier")
    members = domain.PartnerMembership.__table__.alias("of_member")
    fits = and_(
        members.c.tenant_id == tiers.c.tenant_id,
        members.c.program_id == tiers.c.program_id,
        members.c.archived_at.is_(None),
        members.c.status != text_of(domain.MembershipStatus.TERMINATED),
        tiers.c.archived_at.is_(None),
    )
    key = func.concat(members.c.id, literal_column("'-'"), tiers.c.id)
    columns = (
        tiers.c.tenant_id,
        members.c.id.label("membership_id"),
        members.c.owner_id,
        members.c.account_id,
        tiers.c.id.label("tier_id"),
        tiers.c.rank,
        key.label("pair"),
    )
    return tiers, members, fits, columns


def tiers_of_members() -> Any:
    tiers, members, fits, columns = pairs()
    return select(*columns).select_from(tiers.join(members, fits)).subquery("eligibility")


def requirements() -> Any:
    """One row for each of these pairs and each thing that the tier takes."""
    tiers, members, fits, columns = pairs()
    money = select(
        *columns,
        IS_REVENUE.label("kind"),
        cast(null(), Uuid()).label("certification_id"),
        tiers.c.min_revenue_minor.label("least"),
        tiers.c.currency.label("currency"),
        func.concat(columns[-1].element, literal_column("'-'"), IS_REVENUE).label("id"),
    ).select_from(tiers.join(members, and_(fits, tiers.c.min_revenue_minor.is_not(None))))
    tiers, members, fits, columns = pairs()
    wanted = domain.PartnerTierCertification.__table__.alias("wanted")
    same = and_(wanted.c.tenant_id == tiers.c.tenant_id, wanted.c.tier_id == tiers.c.id)
    proofs = select(
        *columns,
        IS_CERTIFICATION.label("kind"),
        wanted.c.certification_id,
        wanted.c.least,
        cast(null(), Text()).label("currency"),
        func.concat(columns[-1].element, literal_column("'-'"), wanted.c.certification_id).label("id"),
    ).select_from(tiers.join(members, fits).join(wanted, same))
    return union_all(money, proofs).subquery("requirement")


ELIGIBILITY, REQUIREMENTS = tiers_of_members(), requirements()


def may_read(t: Any, context: Context) -> ColumnElement[bool]:
    """As the membership, for colleagues: outsiders may not see all that revenue is made of."""
    if context.outside is not None:
        return false()
    return context.reach(context.capability.on("partner_membership").read, t.owner_id)


def sourced(row: Any, scope: Scope) -> ColumnElement[Any]:
    sales, parts = Opportunity.__table__.alias("sale"), domain.OpportunityPartner.__table__.alias("part")
    today = scope.day_of(scope.now)
    same = and_(parts.c.tenant_id == sales.c.tenant_id, parts.c.opportunity_id == sales.c.id)
    found = select(func.coalesce(func.sum(sales.c.amount_minor), NOTHING)).select_from(sales.join(parts, same))
    return (
        found.where(
            scope.visible("Opportunity", sales),
            parts.c.account_id == row.account_id,
            parts.c.role == text_of(domain.PartnerRole.ORIGINATOR),
            sales.c.status == text_of(Status.WON),
            sales.c.archived_at.is_(None),
            sales.c.currency == row.currency,
            sales.c.closed_on > today - func.make_interval(literal_column("1")),
            sales.c.closed_on <= today,
        )
        .correlate_except(sales, parts)
        .scalar_subquery()
    )


def proved(row: Any, scope: Scope) -> ColumnElement[Any]:
    held = domain.PartnerCertification.__table__.alias("held")
    today = scope.day_of(scope.now)
    return (
        select(func.count())
        .select_from(held)
        .where(
            scope.visible("PartnerCertification", held),
            held.c.account_id == row.account_id,
            held.c.certification_id == row.certification_id,
            held.c.archived_at.is_(None),
            held.c.awarded_on <= today,
            or_(held.c.expires_on.is_(None), held.c.expires_on >= today),
            held.c.revoked_on.is_(None),
        )
        .correlate_except(held)
        .scalar_subquery()
    )


def actual(row: Any, scope: Scope) -> ColumnElement[Any]:
    return case((row.kind == IS_REVENUE, sourced(row, scope)), else_=proved(row, scope))


def is_met(row: Any, scope: Scope) -> ColumnElement[bool]:
    return actual(row, scope) >= row.least  # type: ignore[no-any-return]


def lacking(row: Any, scope: Scope) -> Any:
    """SELECT of the ids of what the member lacks for the tier of the row."""
    one = REQUIREMENTS.alias("lacking")
    return (
        select(one.c.id)
        .where(one.c.tenant_id == scope.tenant, one.c.pair == row.pair, ~is_met(one.c, scope))
        .correlate_except(one)
    )


def number(of: Any) -> Any:
    """A number of certifications; null for revenue."""
    return lambda row, scope: case((row.kind == IS_CERTIFICATION, of(row, scope)))


def amount(of: Any, description: str) -> Any:
    """An amount of revenue; null for certifications."""
    return composed(
        {
            "amount": lambda row, scope: money_text(of(row, scope), row.currency),
            "currency": lambda row, _scope: row.currency,
        },
        description,
        absent=lambda row, _scope: row.kind == IS_CERTIFICATION,
    )


def least(row: Any, _scope: Scope) -> Any:
    return row.least


@readable(REQUIREMENTS, description="A thing that a tier takes, and what a member has of it.", visible=may_read)
class PartnerTierRequirement:
    kind: PartnerRequirementKind = described("What it is.")
    certification: Certification | None = to_one(
        "certification_id", "certifications.Certification", "The certification, if it is that."
    )
    required_count: int | None = computed(number(least), "How many of it the tier takes.")
    actual_count: int | None = computed(number(proved), "How many the partner and its people have, valid today.")
    required_revenue: Money | None = amount(least, "The revenue that the tier takes, if it is that.")
    actual_revenue: Money | None = amount(sourced, "The revenue that the partner sourced in the last twelve months.")
    is_met: bool = computed(is_met, "Whether the member has what the tier takes.")


@readable(ELIGIBILITY, description="A tier that a member could be in.", visible=may_read)
class PartnerTierEligibility:
    tier: PartnerTier | None = to_one("tier_id", "partner_programs.PartnerTier", "The tier.")
    is_eligible: bool = computed(
        lambda row, scope: ~exists(lacking(row, scope)), "Whether the member has all that the tier takes."
    )
    requirements: list[PartnerTierRequirement] = listed(
        "pair", "All that the tier takes.", order=("kind", "id"), key="pair"
    )


@readable(domain.PartnerTierCertification, description="How many valid certifications of a kind a tier takes.")
class PartnerTierCertification:
    certification: Certification | None = to_one(
        "certification_id", "certifications.Certification", "The certification; null if you may not see it."
    )
    least: int = described("How many.")


extend_through(
    PartnerTierEligibility,
    "missing",
    PartnerTierRequirement,
    lambda row, scope: any_(func.array(lacking(row, scope).scalar_subquery(), type_=ARRAY(Text()))),
    "What of it the member lacks; empty if it is eligible.",
    order=("kind", "id"),
)
extend_listed(
    PartnerMembership,
    "tier_eligibility",
    PartnerTierEligibility,
    "membership_id",
    "Which tiers of its program it could be in, the lowest first, and what it lacks for each.",
    order=("rank",),
)
extend_listed(
    PartnerTier,
    "certifications",
    PartnerTierCertification,
    "tier_id",
    "The certifications that it takes.",
    order=("certification_id",),
)
