"""Random worlds: two tenants with everything in them that has ever made a list wrong.

Empty values, duplicates in every sortable column, archived rows, accents, currencies with and without rates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.domain import (
    accounts,
    business_hours,
    cases,
    contacts,
    deal_registrations,
    knowledge,
    lead_distribution,
    leads,
    market_development_funds,
    opportunities,
    partner_programs,
    products,
    queues,
    satisfaction,
    users,
)
from api.domain.kernel import ChangeEvent, ChangeValues, ExternalId, PrincipalKind, Tenant
from api.domain.kernel.model import Model
from tests.oracle import desk, funds, parties, partners, selling, service
from tests.oracle.maker import CURRENCIES, NAMES, ZONES, Maker
from tests.oracle.seeing import Asker

SLICES = (
    parties.people,
    selling.catalog,
    selling.pipelines,
    parties.all_accounts,
    parties.all_contacts,
    selling.all_opportunities,
    selling.roles,
    selling.rates,
    service.hours,
    service.all_queues,
    service.policies,
    service.entitlements,
    service.escalation_rules,
    desk.all_cases,
    service.numbers,
    desk.articles,
    desk.requests,
    partners.all_leads,
    partners.programs,
    partners.memberships,
    partners.people_of_partners,
    partners.parts_in_sales,
    partners.registrations,
    funds.budgets,
    funds.distribution,
)
RECORDS: tuple[Any, ...] = (
    users.User,
    users.Team,
    accounts.Account,
    contacts.Contact,
    products.Product,
    opportunities.Pipeline,
    opportunities.Stage,
    opportunities.Opportunity,
    business_hours.HolidayCalendar,
    business_hours.BusinessHours,
    queues.Queue,
    cases.SlaPolicy,
    cases.Entitlement,
    cases.EscalationRule,
    cases.Case,
    knowledge.KnowledgeArticle,
    leads.Lead,
    partner_programs.PartnerProgram,
    partner_programs.PartnerTier,
    partner_programs.Certification,
    deal_registrations.DealRegistration,
    market_development_funds.PartnerMarketingBudget,
)
OURS: tuple[Any, ...] = (  # no other system has keys for them
    satisfaction.SatisfactionRequest,
    partner_programs.PartnerMembership,
    partner_programs.PartnerUser,
    partner_programs.PartnerCertification,
    market_development_funds.PartnerFundAllocation,
    market_development_funds.PartnerFundRequest,
    market_development_funds.PartnerFundClaim,
    lead_distribution.PartnerLeadProfile,
    lead_distribution.PartnerLeadOffer,
)
SOURCES = ("shop", "SHOP", "erp ü")


@dataclass
class Made:
    """A world as it was made."""

    now: datetime
    tenants: list[UUID]
    askers: list[Asker]
    rows: dict[type[Model], list[dict[str, Any]]]


def bookkeeping(maker: Maker, model: Any, sources: Sequence[str] = SOURCES) -> None:
    """External ids and history of some records."""
    for at, row in enumerate(one for one in maker.rows.get(model, []) if one["tenant_id"] == maker.tenant):
        if maker.chance(0.5):
            continue
        for source in maker.random.sample(sources, min(maker.random.choice([0, 1, 3]), len(sources))):
            value = f"Ä {at}" if at < 5 else str(maker.random.randrange(2**63))  # the first ones on every type
            maker.add(ExternalId, type=model.object, source=source, value=value, record_id=row["id"])
        for version in range(1, maker.random.choice([1, 2, 5])):
            change(maker, model.object, row["id"], version)
            row["version"] = max(row["version"], version)  # else its next change would have the number of an old one


def change(maker: Maker, object_type: str, record: UUID, version: int) -> None:
    values: list[Any] = [None, "text", 'Ünïcode "q"', 12, True, "1.50", ["a", "ü"], ""]
    after = {name: maker.random.choice(values) for name in maker.random.sample(NAMES[:6], 3)}
    event = maker.add(
        ChangeEvent,
        id=maker.id(),
        object_type=object_type,
        object_id=record,
        version=version,
        at=maker.instant(),
        actor_kind=maker.random.choice(list(PrincipalKind)),
        actor_id=maker.id(),
        actor_name=maker.name(),
        token_id=None,
        request_id=f"req-{version}",
        operation="accountUpdate",
        changed=sorted(after),
    )
    if maker.chance(0.9):
        before = {name: maker.random.choice(values) for name in after if maker.chance(0.7)}
        maker.add(ChangeValues, id=event["id"], before=before, after=after)


def world_of(seed: int) -> Made:
    """The world of a seed; each has its own ids, so that many fit into one database."""
    random = Random(f"world {seed}")
    now = datetime(2025, 12, 20, tzinfo=UTC) + timedelta(microseconds=random.randrange(400 * 86_400 * 10**6))
    made = Made(now, [], [], {})
    for _ in range(2):
        tenant = UUID(int=random.getrandbits(128), version=4)
        made.tenants.append(tenant)
        values = {
            "id": tenant,
            "name": f"Tenant {tenant.hex}",
            "currency": random.choice(CURRENCIES),
            "zone": random.choice(ZONES),
            "fiscal_year_start": random.randrange(1, 13),
            "created_at": now,
            "archived_at": None,
        }
        made.rows.setdefault(Tenant, []).append(values)
        maker = Maker(random, now, tenant, made.rows)
        for make in SLICES:
            make(maker)
        for record in RECORDS:
            bookkeeping(maker, record)
        for record in OURS:
            bookkeeping(maker, record, sources=())
    made.askers = list(askers(made, random))
    return made


def askers(made: Made, random: Random) -> Iterable[Asker]:
    """For each tenant: an administrator, two who see their own, one who only reads, two programs without a user."""
    for tenant in made.tenants:
        people = [row["id"] for row in made.rows[users.User] if row["tenant_id"] == tenant]
        for role in ("admin", "sales_rep", "sales_rep", "read_only"):
            user = random.choice(people)
            yield Asker(tenant, user, user, "STAFF", "Ada Ä.", role)
        for role in ("admin", "sales_rep"):
            yield Asker(tenant, UUID(int=random.getrandbits(128), version=4), None, "INTEGRATION", "shop", role)


async def store(connection: AsyncConnection, made: Made) -> None:
    """Insert the rows as a superuser, foreign keys unchecked, so that the order does not matter."""
    await connection.execute(text("SET LOCAL session_replication_role = replica"))
    for model, rows in made.rows.items():
        await connection.execute(insert(model.__table__), rows)  # type: ignore[arg-type] # a table
