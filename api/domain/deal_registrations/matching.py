"""Who the end customer of a registration is, and what stands against it.

The customer is an account if one is named or found by domain, tax id or name and country. Registrations for the same
customer share one `account_key`, that of the first, also while no account is known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, exists, false, literal_column, or_, select

from api.domain.accounts import Account, AccountAddress, holders_of_domains
from api.domain.kernel import Work, among
from api.domain.opportunities import Opportunity, OpportunityLine, Status
from api.domain.products import Product

from .models import DealRegistration
from .states import CLAIMING, UNDECIDED, ConflictKind, MatchedBy, RegistrationStatus

RECENT = timedelta(days=30)  # a direct deal that nobody has touched for longer is in nobody's way
ANY_PRODUCT = "*"
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('deal_registrations ' || $1::text, 0))"


async def one_at_a_time(work: Work) -> None:
    """Wait for others of the tenant who submit or approve: each is to see what those before have done."""
    await work.driven.fetch(TURN, [str(work.tenant)])


@dataclass(frozen=True)
class Claim:
    """What a registration says about the customer, in normal forms. `named` is an account that somebody has named."""

    id: UUID
    named: UUID | None
    domain: str | None
    tax_id: str | None
    country: str | None
    name: str
    product: str
    at: datetime

    @classmethod
    def of(cls, registration: DealRegistration, at: datetime) -> "Claim":
        return cls(
            registration.id,
            registration.customer_account_id if registration.matched_by is MatchedBy.ACCOUNT else None,
            registration.customer_domain,
            registration.customer_tax_id_norm,
            registration.customer_country,
            registration.name_sort,
            registration.product_family_sort or ANY_PRODUCT,
            registration.submitted_at or at,
        )


async def look(work: Work, registration: DealRegistration) -> dict[str, Any]:
    """Who the customer is and what stands against the registration, as of now: the columns that say so."""
    claim = Claim.of(registration, work.now)
    account, by = await account_of(work, claim)
    conflict = await conflict_of(work, claim, account)
    return {
        "customer_account_id": account,
        "matched_by": by,
        "product_key": claim.product,
        "account_key": await key_of(work, claim, account),
        "conflict": conflict,
        "has_conflict": conflict is not None,
    }


async def account_of(work: Work, claim: Claim) -> tuple[UUID | None, MatchedBy | None]:
    if claim.named is not None:
        return claim.named, MatchedBy.ACCOUNT
    if claim.domain:
        holders = await holders_of_domains(work, [claim.domain])
        if holders:
            return next(iter(holders.values())), MatchedBy.DOMAIN
    live = (Account.tenant_id == work.tenant, Account.archived_at.is_(None))
    if claim.tax_id:
        taxed = select(Account.id).where(*live, Account.tax_id_norm == claim.tax_id)
        if (found := await only_one(work, taxed)) is not None:
            return found, MatchedBy.TAX_ID
    if claim.country:
        place = and_(AccountAddress.tenant_id == Account.tenant_id, AccountAddress.account_id == Account.id)
        there = AccountAddress.country == claim.country
        named = select(Account.id).join(AccountAddress, place).where(*live, there).distinct()
        if (found := await only_one(work, named.where(Account.name_sort == claim.name))) is not None:
            return found, MatchedBy.NAME
    return None, None


async def only_one(work: Work, query: Select[UUID]) -> UUID | None:
    """The only row; None for none, and for several, which tell nothing."""
    found = (await work.session.scalars(query.limit(2))).all()
    return found[0] if len(found) == 1 else None


async def key_of(work: Work, claim: Claim, account: UUID | None) -> str:
    """The key of the first registration that claims this customer, else one of its own."""
    t = DealRegistration
    first = select(t.account_key).where(*rivals_of(work, claim, account)).order_by(t.submitted_at, t.id).limit(1)
    if known := (await work.session.scalars(first)).one_or_none():
        return known
    if account is not None:
        return f"account {account}"
    if claim.domain:
        return f"domain {claim.domain}"
    return f"tax {claim.tax_id}" if claim.tax_id else f"name {claim.country} {claim.name}"


def rivals_of(work: Work, claim: Claim, account: UUID | None) -> tuple[ColumnElement[bool], ...]:
    """SQL: the other registrations that claim the same customer."""
    t: Any = DealRegistration
    return (
        t.tenant_id == work.tenant,
        t.id != claim.id,
        t.archived_at.is_(None),
        among(t.status, [one.value for one in CLAIMING], Text()),
        same_customer(t, claim, account),
    )


def same_customer(t: Any, claim: Claim, account: UUID | None) -> ColumnElement[bool]:
    """One thing that names a company is the same; the same name counts if nothing else says that it is another."""
    said = ((t.customer_account_id, account), (t.customer_domain, claim.domain), (t.customer_tax_id_norm, claim.tax_id))
    known = [(column, value) for column, value in said if value is not None]
    alike = [column == value for column, value in known]
    not_other = [or_(column.is_(None), column == value) for column, value in known]
    country = t.customer_country.is_not_distinct_from(claim.country)
    return or_(false(), *alike, and_(t.name_sort == claim.name, country, *not_other))


async def conflict_of(work: Work, claim: Claim, account: UUID | None) -> ConflictKind | None:
    """What stands against a claim now, the gravest first."""
    t = DealRegistration
    either = or_(t.product_key == ANY_PRODUCT, t.product_key == claim.product)
    rivals: Any = select(literal_column("1")).where(*rivals_of(work, claim, account))
    rivals = rivals if claim.product == ANY_PRODUCT else rivals.where(either)
    protected = and_(t.status == RegistrationStatus.APPROVED, t.expires_at > work.now)
    earlier = or_(t.submitted_at < claim.at, and_(t.submitted_at == claim.at, t.id < claim.id))
    pending = and_(among(t.status, [one.value for one in UNDECIDED], Text()), earlier)
    found: list[tuple[ConflictKind, Any]] = [
        (ConflictKind.REGISTERED, exists(rivals.where(protected))),
        (ConflictKind.EARLIER, exists(rivals.where(pending))),
    ]
    if account is not None:
        found.append((ConflictKind.DIRECT, direct_deal(work, account)))
        found.append((ConflictKind.INSTALLED_BASE, installed(work, claim, account)))
    await work.flush()
    row = (await work.session.execute(select(*(condition for _, condition in found)))).one()
    return next((kind for (kind, _), stands in zip(found, row, strict=True) if stands), None)


def direct_deal(work: Work, account: UUID) -> Any:
    """SQL: an open deal with the account that came through no registration, and that somebody works on."""
    deals, through = Opportunity.__table__.alias("deal"), DealRegistration.__table__.alias("through")
    registered = exists(
        select(literal_column("1"))
        .where(through.c.tenant_id == deals.c.tenant_id, through.c.opportunity_id == deals.c.id)
        .correlate(deals)
    )
    return exists(
        select(literal_column("1")).where(
            deals.c.tenant_id == work.tenant,
            deals.c.account_id == account,
            deals.c.status == Status.OPEN,
            deals.c.archived_at.is_(None),
            deals.c.updated_at >= work.now - RECENT,
            ~registered,
        )
    )


def installed(work: Work, claim: Claim, account: UUID) -> Any:
    """SQL: the account has bought of this product family, or anything if the claim is for any."""
    deals, lines = Opportunity.__table__.alias("won"), OpportunityLine.__table__.alias("line")
    sold = Product.__table__.alias("sold")
    won = (
        deals.c.tenant_id == work.tenant,
        deals.c.account_id == account,
        deals.c.status == Status.WON,
        deals.c.archived_at.is_(None),
    )
    if claim.product == ANY_PRODUCT:
        return exists(select(literal_column("1")).where(*won))
    of_deal = and_(lines.c.tenant_id == deals.c.tenant_id, lines.c.opportunity_id == deals.c.id)
    of_line = and_(sold.c.tenant_id == lines.c.tenant_id, sold.c.id == lines.c.product_id)
    rows = deals.join(lines, of_deal).join(sold, of_line)
    return exists(select(literal_column("1")).select_from(rows).where(*won, sold.c.family_sort == claim.product))
