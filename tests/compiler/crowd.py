"""A tenant with many rows of every kind that share their sort values or have none, put there past the commands."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from api.domain.access import Role
from api.domain.accounts import Account, AccountType
from api.domain.business_hours import BusinessHours
from api.domain.cases import Case, Entitlement, EscalationRule, SlaPolicy
from api.domain.commissions import PartnerCommission, PartnerCommissionEntry, PartnerCommissionStatement
from api.domain.contacts import Contact
from api.domain.deal_registrations import DealRegistration
from api.domain.kernel import ShareLevel, Tenant, fold
from api.domain.lead_distribution import PartnerLeadOffer, PartnerLeadProfile
from api.domain.market_development_funds import PartnerFundAllocation, PartnerFundClaim, PartnerFundRequest
from api.domain.opportunities import ForecastCategory, Opportunity, Pipeline, Stage, Status
from api.domain.partner_programs import (
    Certification,
    PartnerCertification,
    PartnerMembership,
    PartnerTier,
    PartnerUser,
)
from api.domain.products import Product
from api.domain.sharing import FieldProfile, RecordShare
from api.domain.tokens import Token, TokenKind
from api.domain.users import Team, User
from api.domain.webhooks import WebhookEndpoint
from tests.compiler.crowd_partners import deals, earnings, marketing, partners
from tests.compiler.crowd_rows import NAMES, kept, later, named, record
from tests.compiler.crowd_service import articles, desks, questions, service
from tests.people import NOW, Sessions, a_tenant, a_user

ROWS = 23
Kind = Callable[[Tenant, random.Random, int], list[Any]]


async def a_crowd(
    sessions: Sessions, name: str, rows: int = ROWS, *, only_up_to: Kind | None = None
) -> tuple[Tenant, User]:
    """The tenant and its administrator. `only_up_to`: nothing points at the last rows made."""
    tenant = await a_tenant(sessions, name)
    admin = await a_user(sessions, tenant.id)
    chance = random.Random(name)
    async with sessions() as session:
        await session.execute(select(func.set_config("crm.tenant", str(tenant.id), True)))
        for kind in KINDS:
            session.add_all(kind(tenant, chance, rows))
            await session.flush()
            if kind is only_up_to:
                break
        await session.commit()
    return tenant, admin


def teams(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = [record(Team, tenant, chance, **named(f"Team {at}")) for at in range(rows)]
    kept[tenant.id, Team] = made
    return made


def users(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    team = [*kept[tenant.id, Team][:3], None]
    made = []
    for _ in range(rows):
        of = chance.choice(team)
        made.append(record(User, tenant, chance, **named(chance.choice(NAMES)), team_id=of and of.id, is_active=True))
    kept[tenant.id, User] = made
    return made


def roles(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = [record(Role, tenant, chance, **named(f"role_{at}")) for at in range(rows)]
    kept[tenant.id, Role] = made
    return made


def tokens(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Of few people and roles, and some of a role alone."""
    made = []
    for at in range(rows):
        role = chance.choice(kept[tenant.id, Role][:3])
        user = chance.choice([*kept[tenant.id, User][:3], None])
        facts = {"name": "-", "key": f"{at:016d}", "digest": bytes(32), "pepper_version": 1}
        kind = TokenKind.STAFF if user else TokenKind.INTEGRATION
        role_id = role.id if user is None or chance.random() < 0.5 else None
        made.append(record(Token, tenant, chance, **facts, kind=kind, role_id=role_id, user_id=user and user.id))
    return made


def products(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = []
    for at in range(rows):
        family, price = chance.choice(("GTX", "gtx", None)), chance.choice((None, 0, 5_500, 10**16))
        made.append(
            record(
                Product,
                tenant,
                chance,
                **named(chance.choice(NAMES)),
                code=f"C{at}",
                code_norm=f"c{at}",
                family=family,
                family_sort=family and fold(family),
                list_price_minor=price,
                currency=None if price is None else "USD",
                is_active=True,
            )
        )
    return made


def accounts(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    owners = [*kept[tenant.id, User][:3], None]
    made: list[Any] = []
    for _ in range(rows):
        owner, industry, revenue = (
            chance.choice(owners),
            chance.choice(("Bank", "bänk", None)),
            chance.choice((None, 5)),
        )
        parent = chance.choice([*made[:3], None])
        made.append(
            record(
                Account,
                tenant,
                chance,
                **named(chance.choice(NAMES)),
                type=AccountType.PROSPECT,
                industry=industry,
                industry_sort=industry and fold(industry),
                employees=chance.choice((None, 0, 7, 10_000_000)),
                annual_revenue_minor=revenue,
                currency=None if revenue is None else chance.choice(("USD", "JPY")),
                owner_id=owner and owner.id,
                parent_id=parent and parent.id,
            )
        )
    kept[tenant.id, Account] = made
    return made


def contacts(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    owners, employers = [*kept[tenant.id, User][:3], None], [*kept[tenant.id, Account][:3], None]
    made: list[Any] = []
    for at in range(rows):
        owner, employer, superior = chance.choice(owners), chance.choice(employers), chance.choice([*made[:3], None])
        last_name, email = chance.choice(NAMES), chance.choice((f"é{at}@example.com", f"E{at // 2}@example.com", None))
        if email and any(other.email == email for other in made):
            email = None
        made.append(
            record(
                Contact,
                tenant,
                chance,
                **named(last_name),
                last_name=last_name or "-",
                last_name_sort=fold(last_name or "-"),
                email=email,
                email_sort=email and fold(email),
                email_norm=email and email.lower(),
                phone=chance.choice((None, "+4930901820", "+14155552671")),
                owner_id=owner and owner.id,
                account_id=employer and employer.id,
                reports_to_id=superior and superior.id,
            )
        )
    kept[tenant.id, Contact] = made
    return made


def field_profiles(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = [record(FieldProfile, tenant, chance, **named(f"profile {at}")) for at in range(rows)]
    kept[tenant.id, FieldProfile] = made
    return made


def record_shares(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Each of another account, with few accounts and contacts."""
    times = (None, NOW, NOW + timedelta(microseconds=1), NOW + timedelta(days=10))
    made = []
    for at in range(rows):
        account = chance.choice([*kept[tenant.id, Account][:3], None])
        contact, profile = chance.choice(kept[tenant.id, Contact][:3]), chance.choice(kept[tenant.id, FieldProfile][:3])
        made.append(
            record(
                RecordShare,
                tenant,
                chance,
                object_type="account",
                object_id=kept[tenant.id, Account][at].id,
                account_id=account and account.id,
                contact_id=contact.id if account is None else None,
                level=ShareLevel.VIEW,
                field_profile_id=profile.id if chance.random() < 0.7 else None,
                expires_at=chance.choice(times),
                revoked_at=chance.choice(times),
            )
        )
    return made


def pipelines(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = [record(Pipeline, tenant, chance, **named(f"Pipeline {at}"), strict_order=False) for at in range(rows)]
    kept[tenant.id, Pipeline] = made
    return made


def stages(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = []
    for at in range(rows):
        pipeline = kept[tenant.id, Pipeline][at % 3]
        made.append(
            record(
                Stage,
                tenant,
                chance,
                **named(f"{chance.choice(NAMES)} {at // 3}"),
                pipeline_id=pipeline.id,
                position=1 + at // 3,
                kind=Status.OPEN,
                probability=50,
                forecast_category=ForecastCategory.PIPELINE,
            )
        )
    kept[tenant.id, Stage] = made
    return made


def opportunities(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    account, owners = [*kept[tenant.id, Account][:4], None], [*kept[tenant.id, User][:3], None]
    days = (None, date(2026, 1, 1), date(2026, 1, 2), date(2200, 12, 31), date(1900, 1, 1))
    made = []
    for _ in range(rows):
        stage, of, owner = chance.choice(kept[tenant.id, Stage]), chance.choice(account), chance.choice(owners)
        lost = chance.random() < 0.3
        made.append(
            record(
                Opportunity,
                tenant,
                chance,
                **named(chance.choice(NAMES)),
                account_id=of and of.id,
                owner_id=owner and owner.id,
                pipeline_id=stage.pipeline_id,
                stage_id=stage.id,
                status=Status.LOST if lost else Status.OPEN,
                amount_minor=chance.choice((None, 0, 1, 10**17)),
                currency=chance.choice(("USD", "JPY")),
                close_date=chance.choice(days),
                opened_on=date(1900, 1, 1) if lost else chance.choice(days),
                closed_on=chance.choice(days[1:]) if lost else None,
                probability=0 if lost else chance.choice((10, 50)),
                is_probability_overridden=False,
                forecast_category=ForecastCategory.OMITTED if lost else ForecastCategory.PIPELINE,
                is_forecast_category_overridden=False,
                stage_entered_at=NOW,
                push_count=0,
            )
        )
    return made


def webhook_endpoints(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = []
    for at in range(rows):
        owner, role = chance.choice(kept[tenant.id, User][:3]), chance.choice([*kept[tenant.id, Role][:3], None])
        lists: dict[str, Any] = {"types": [], "objects": [], "changed_fields": []}
        url = f"https://hooks.example.com/{at}"
        facts = {**named(chance.choice(NAMES)), **lists, "url": url, "document": "-"}
        made.append(record(WebhookEndpoint, tenant, chance, **facts, owner_id=owner.id, role_id=role and role.id))
    return made


# In this order, because of what points at what.
KINDS = (
    *(teams, users, roles, tokens, products, accounts, contacts, field_profiles, record_shares),
    *(pipelines, stages, opportunities, webhook_endpoints),
    *(partners, later(PartnerTier, Certification, PartnerUser), later(PartnerMembership, PartnerCertification)),
    *(marketing, later(PartnerFundAllocation), later(PartnerFundRequest), later(PartnerFundClaim)),
    *(earnings, later(PartnerCommission), later(PartnerCommissionEntry), later(PartnerCommissionStatement)),
    *(deals, later(PartnerLeadProfile), later(PartnerLeadOffer), later(DealRegistration)),
    *(service, later(BusinessHours), later(SlaPolicy), later(Entitlement), later(Case)),
    *(desks, later(EscalationRule), articles, questions),
)
