"""A small tenant with something of everything, the same every time.

Its ids differ from run to run; `World.masked` writes them as `<acc Globex>`, so that answers can be compared.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.domain import (
    accounts,
    cases,
    commissions,
    contacts,
    documents,
    identities,
    knowledge,
    lead_distribution,
    opportunities,
    partner_programs,
    products,
    satisfaction,
    sharing,
    tokens,
    users,
    webhooks,
)
from api.domain.accounts import AddressKind
from api.domain.cases import EscalationTrigger, MilestoneType
from api.domain.kernel import ExternalKey, Money, ShareLevel, Tenant, Viewer, Work, new_id, open_work, wire
from api.domain.kernel.idempotency import claim, remember
from api.domain.kernel.rates import record_rate
from api.domain.opportunities import DEFAULT_STAGES, ContactRole, SplitKind
from api.domain.queues import QueueRouting
from api.domain.satisfaction import SatisfactionKind
from tests.factories import (
    a_case,
    a_certification,
    a_commission_plan,
    a_fund_claim,
    a_fund_request,
    a_holiday_calendar,
    a_lead,
    a_membership,
    a_policy,
    a_queue,
    a_registration,
    a_rule,
    a_tier,
    an_allocation,
    some_business_hours,
)
from tests.people import REQUEST, Sessions, a_tenant, a_user, viewer_of

CURSOR = re.compile(r"\bA[Q-Za-f][A-Za-z0-9_-]{40,}")
ID = re.compile(r"([a-z]{3})_([0-9a-f]{32})")
TABLES = {
    "usr": "users",
    "tea": "teams",
    "acc": "accounts",
    "con": "contacts",
    "prd": "products",
    "pip": "pipelines",
    "opp": "opportunities",
    "fpr": "field_profiles",
}
BEGINNING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@dataclass
class World:
    """One tenant, its people, and the names of its records by their wire ids."""

    tenant: Tenant
    admin: users.User
    rep: users.User
    other_rep: users.User
    names: dict[str, str] = field(default_factory=dict)

    def viewer(self, role: str) -> Viewer:
        """Ada as admin or reader, Rita as sales representative."""
        return viewer_of(self.rep if role == "sales_rep" else self.admin, role)

    def id(self, prefix: str, name: str) -> str:
        """The wire id of the record with a name."""
        return next(id for id, label in self.names.items() if label == f"{prefix} {name}")

    def masked(self, answer: str) -> str:
        """An answer with names for ids, numbers for ids of what has no name, and numbers for cursors."""
        seen: dict[str, str] = {}

        def cursor(match: re.Match[str]) -> str:
            return seen.setdefault(match[0], f"<cursor {sum(label.startswith('<cursor') for label in seen.values())}>")

        def name(match: re.Match[str]) -> str:
            if match[0] in self.names:
                return f"<{self.names[match[0]]}>"
            number = sum(label.startswith(f"<{match[1]} ") for label in seen.values())
            return seen.setdefault(match[0], f"<{match[1]} {number}>")

        return ID.sub(name, CURSOR.sub(cursor, answer))


async def a_world(sessions: Sessions, name: str = "Acme") -> World:
    """Fill a tenant of this name."""
    tenant = await a_tenant(sessions, name)
    admin = await a_user(sessions, tenant.id)
    async with at(sessions, admin, 0) as work:
        europe = await users.create_team(work, {"name": "Europe"})
        east = await users.create_team(work, {"name": "East", "parent_id": europe.id})
        rep = await users.create(work, {"name": "Rita Rep", "email": "rita@example.com", "team_id": east.id})
        other = await users.create(work, {"name": "Tom Other", "zone": "Europe/Paris", "title": "Account executive"})
        gone = await users.create(work, {"name": "Gus Gone", "is_active": False})
        await work.flush()
        await users.update_team(work, east.id, {"manager_id": rep.id})
        await users.archive(work, gone.id)
    world = World(tenant, admin, rep, other)
    await add_catalog(sessions, world)
    await add_accounts(sessions, world)
    await add_opportunities(sessions, world)
    await add_contacts(sessions, world)
    await move_on(sessions, world)
    await add_shares(sessions, world)
    await add_bookkeeping(sessions, world)
    return world


def at(sessions: Sessions, person: users.User, days: int, role: str = "admin") -> Any:
    """A work of a person so many days after the beginning."""
    now = BEGINNING + timedelta(days=days)
    return open_work(sessions, viewer_of(person, role), now=now, request_id=REQUEST, operation=f"day{days}")


async def add_catalog(sessions: Sessions, world: World) -> None:
    async with at(sessions, world.admin, 1) as work:
        await products.create(work, {"code": "GTX", "name": "GTX Pro", "family": "GTX", "list_price": usd(482_100)})
        await products.create(work, {"code": "MG", "name": "MG Special", "family": "MG", "list_price": usd(5_500)})
        await products.create(work, {"code": "YEN", "name": "Yen Thing", "list_price": Money(1500, "JPY")})
        await products.create(work, {"code": "OLD", "name": "Old Thing", "is_active": False})
        stages = [dict(stage) for stage in DEFAULT_STAGES]
        stages[0]["max_days"] = 14
        await opportunities.create_pipeline(work, {"name": "Sales"}, stages)  # type: ignore[arg-type]
        strict = {"name": "Renewals", "currency": "EUR", "strict_order": True}
        await opportunities.create_pipeline(work, strict, DEFAULT_STAGES)  # type: ignore[arg-type]


async def add_accounts(sessions: Sessions, world: World) -> None:
    rita, ada = world.rep.id, world.admin.id
    async with at(sessions, world.admin, 2) as work:
        globex = await accounts.create(
            work,
            {
                "name": "Globex",
                "owner_id": rita,
                "industry": "Software",
                "employees": 200,
                "annual_revenue": Money(1_250_000_50, "EUR"),
                "territory": "North",
                "year_founded": 1989,
                "domains": ["globex.com", "globex.de"],
                "addresses": [{"kind": AddressKind.OFFICE, "city": "Berlin", "country": "DE"}],
            },
            external_ids=[ExternalKey("shop", "1001"), ExternalKey("erp", "G-1")],
        )
        await work.flush()
        given = {"owner_id": rita, "industry": "software", "employees": 200, "annual_revenue": usd(900)}
        await accounts.create(work, {"name": "Globex France", "parent_id": globex.id, **given})  # type: ignore[typeddict-item]
        await accounts.create(work, {"name": "Initech", "owner_id": ada, "domains": ["initech.com"]})
        await accounts.create(work, {"name": "Éclair", "owner_id": rita, "industry": "Bakery", "employees": 0})
        await accounts.create(work, {"name": "Zenith", "owner_id": None, "annual_revenue": Money(5_000, "JPY")})
        umbrella = await accounts.create(work, {"name": "Umbrella", "owner_id": rita, "notes": "Do not call."})
        await work.flush()
        await accounts.archive(work, umbrella.id)


async def add_opportunities(sessions: Sessions, world: World) -> None:
    async with at(sessions, world.admin, 3) as work:
        board = await opportunities.load_board(work)
        found = await named(work)
        rita, tom = world.rep.id, world.other_rep.id
        renewals = next(pipeline.id for pipeline in board.pipelines.values() if pipeline.name == "Renewals")
        proposal = board.named("Proposal")
        assert proposal is not None
        globex, initech = found["accounts Globex"], found["accounts Initech"]
        gtx, mg = found["products GTX Pro"], found["products MG Special"]
        rows: list[tuple[dict[str, Any], list[dict[str, Any]] | None]] = [
            ({"name": "Roof", "owner_id": rita, "account_id": globex, "close_date": date(2026, 3, 31)},
             [{"product_id": gtx, "quantity": Decimal(2)}, {"product_id": mg, "discount_percent": Decimal(10)}]),
            ({"name": "Cellar", "owner_id": rita, "account_id": globex, "amount": Money(33, "USD"),
              "stage_id": proposal.id}, None),
            ({"name": "Attic", "owner_id": rita, "account_id": initech, "amount": usd(100_000), "probability": 33},
             None),
            ({"name": "Barn", "owner_id": tom, "account_id": initech, "amount": usd(100_000),
              "close_date": date(2026, 3, 31)}, [{"name": "By hand", "unit_price": usd(100_000)}]),
            ({"name": "Garage", "owner_id": tom, "account_id": found["accounts Zenith"],
              "amount": Money(99_999, "JPY")}, None),
            ({"name": "Hangar", "owner_id": None, "account_id": None}, None),
            ({"name": "Ledger", "owner_id": rita, "account_id": found["accounts Éclair"], "pipeline_id": renewals,
              "amount": Money(12_345, "EUR"), "close_date": date(2026, 6, 1)}, None),
            ({"name": "Shed", "owner_id": rita, "account_id": globex, "amount": usd(75_000)}, None),
        ]  # fmt: skip
        for values, lines in rows:
            await opportunities.create(work, values, lines=lines)  # type: ignore[arg-type]
            await work.flush()


async def add_contacts(sessions: Sessions, world: World) -> None:
    """Élise has left Initech for Globex, where Bo reports to her; nobody but Ada knows Cid of Initech."""
    async with at(sessions, world.admin, 4) as work:
        found, rita = await named(work), world.rep.id
        globex, initech = found["accounts Globex"], found["accounts Initech"]
        elise = await contacts.create(
            work,
            {
                "first_name": "Élise",
                "last_name": "Zuse",
                "owner_id": rita,
                "account_id": initech,
                "emails": [{"email": "Elise@Globex.com", "label": "work"}, {"email": "elise@home.example"}],
                "phones": [{"number": "030 901820", "country": "DE", "extension": "7"}],
                "addresses": [{"kind": AddressKind.OFFICE, "city": "Berlin", "postal_code": "10115", "country": "DE"}],
                "language": "fr-CA",
                "zone": "Europe/Berlin",
            },
            external_ids=[ExternalKey("shop", "7")],
        )
        bo = await contacts.create(
            work, {"last_name": "Bo", "owner_id": rita, "reports_to_id": elise.id, "account_id": globex}
        )
        cid = await contacts.create(work, {"last_name": "Cid", "account_id": initech, "notes": "Do not call."})
        await work.flush()
        await contacts.end_relation(work, elise.id, initech, ended_on=date(2026, 1, 8))
        await contacts.relate(work, elise.id, globex, role="CTO", started_on=date(2026, 1, 9))
        await contacts.make_primary(work, elise.id, globex)
        await contacts.make_primary(work, cid.id, initech)
        hangar = found["opportunities Hangar"]
        await opportunities.set_contact_role(work, hangar, elise.id, ContactRole.DECISION_MAKER, is_primary=True)
        await opportunities.set_contact_role(work, hangar, bo.id, ContactRole.USER)
        share = {"user_id": rita, "kind": SplitKind.REVENUE, "percent": Decimal(100)}
        await opportunities.set_splits(work, hangar, [share])  # type: ignore[list-item]


async def move_on(sessions: Sessions, world: World) -> None:
    """Barn is won, Attic lost, Cellar pushed and then moved, Shed archived."""
    async with at(sessions, world.admin, 20) as work:
        board, found = await opportunities.load_board(work), await named(work)
        await opportunities.win(work, found["opportunities Barn"], closed_on=date(2026, 1, 20))
        await opportunities.lose(work, found["opportunities Attic"], "Too dear", competitor="Initrode")
        stage = board.named("Negotiation")
        assert stage is not None
        await opportunities.advance(work, found["opportunities Cellar"], stage.id)
        await opportunities.archive(work, found["opportunities Shed"])


async def add_shares(sessions: Sessions, world: World) -> None:
    """Globex's people may change Roof, Élise sees Initech and a little of Attic; what Bo saw of Cellar is over."""
    async with at(sessions, world.admin, 20) as work:
        found = await named(work, "accounts", "contacts", "opportunities")
        globex, elise, bo = found["accounts Globex"], found["contacts Élise Zuse"], found["contacts Bo"]
        sets = [("opportunity", "commercial"), ("contact", "pii")]
        details = await sharing.create_profile(work, {"name": "Details", "description": "For resellers", "sets": sets})
        roof = (opportunities.Opportunity, found["opportunities Roof"])
        granted: sharing.ShareValues = {"level": ShareLevel.EDIT, "field_profile_id": details.id}
        await sharing.share(work, roof, granted, account_id=globex)
        for entity, id in (
            (accounts.Account, found["accounts Initech"]),
            (opportunities.Opportunity, found["opportunities Attic"]),
        ):
            await sharing.share(work, (entity, id), {"expires_at": BEGINNING.replace(year=2199)}, contact_id=elise)
        cellar = (opportunities.Opportunity, found["opportunities Cellar"])
        ended = await sharing.share(work, cellar, {}, contact_id=bo)
        await work.flush()
        await sharing.revoke(work, ended.id)


def deprecated_use(user: UUID, document: str, at: datetime) -> tokens.DeprecatedUse:
    return tokens.DeprecatedUse(
        client_id=user,
        coordinate="Viewer.roles",
        document=document,
        principal_id=user,
        uses=3,
        first_used_at=at,
        last_used_at=at,
    )


async def add_bookkeeping(sessions: Sessions, world: World) -> None:
    """A row in each table that nothing above has filled, then the names of all records."""
    async with at(sessions, world.admin, 21) as work:
        await record_rate(work, "EUR", "USD", date(2025, 1, 1), Decimal("1.08"), "ECB")
        await claim(work, "a-used-key", "accountCreate", b"fingerprint")
        await remember(work, "a-used-key", {})
        await documents.register(work, ["{ viewer { name } }"])
        await work.schedule("test", key="later", due_at=work.now, payload={})
        work.add(tokens.RateBucket(id=world.admin.id, millipoints=1, filled_at=work.now))
        for document in ("", f"sha256:{'ab' * 32}"):
            work.add(deprecated_use(world.admin.id, document, work.now))
        await add_webhook(work)
        await add_partner(work)
        await add_service(work)
        await tokens.create(work, "admin", "laptop", pepper=b"p" * 32, user_id=world.admin.id)
        await identities.invite(work, "Rita Rep", "rita@example.com", (), pepper=b"p" * 32)
        work.add(
            identities.Identity(user_id=world.admin.id, issuer="https://id.example.com", subject=world.tenant.name)
        )
    async with at(sessions, world.admin, 22) as work:
        pipelines = {
            pipeline.id: pipeline.name for pipeline in (await opportunities.load_board(work)).pipelines.values()
        }
        for stage in (await opportunities.load_board(work)).stages.values():
            world.names[wire("stg", stage.id)] = f"stg {pipelines[stage.pipeline_id]}/{stage.name}"
        for prefix, table in TABLES.items():
            for name, id in (await named(work, table)).items():
                world.names[wire(prefix, id)] = f"{prefix} {name.removeprefix(table + ' ')}"
        world.names[wire("ten", world.tenant.id)] = "ten own"


async def add_webhook(work: Work) -> None:
    values: webhooks.EndpointValues = {"name": "Shop", "url": "https://hooks.example.com/crm", "document": "test"}
    endpoint, _ = await webhooks.create(work, values, allowed=frozenset(), sealer=webhooks.Sealer(b"k" * 32))
    await work.flush()
    instants = dict.fromkeys(("occurred_at", "created_at", "due_at"), work.now)
    work.add(webhooks.WebhookDelivery(id=new_id(), endpoint_id=endpoint.id, types=["test"], **instants))


async def add_partner(work: Work) -> None:
    """Globex sells for us, with money for its marketing, a certification, and Élise as a user."""
    found = await named(work, "accounts", "contacts", "opportunities")
    globex, elise = found["accounts Globex"], found["contacts Élise Zuse"]
    course = await a_certification(work)
    tier = await a_tier(work, certifications=[(course.id, 1)])
    membership = await a_membership(work, globex, tier)
    allocation = await an_allocation(work, account=membership.account_id)
    await a_fund_claim(work, request=(await a_fund_request(work, allocation=allocation.id)).id)
    await partner_programs.award(work, course.id, globex)
    await partner_programs.create_user(work, elise)
    roof = found["opportunities Roof"]
    await partner_programs.set_opportunity_partner(work, roof, globex, partner_programs.PartnerRole.ORIGINATOR)
    await a_registration(work, globex)
    await lead_distribution.create_profile(work, {"partner_id": globex, "territories": ["Europe"]})
    await lead_distribution.distribute(work, (await a_lead(work, territory="Europe")).id)
    await add_commissions(work, membership, found["opportunities Barn"])


async def add_commissions(work: Work, membership: partner_programs.PartnerMembership, barn: UUID) -> None:
    """Globex, which was in its tier at that time, has brought Barn and was paid for it."""
    stay = {"entered_at": work.now - timedelta(days=90), "left_at": work.now - timedelta(days=1)}
    tier = {"membership_id": membership.id, "tier_id": membership.tier_id, "actor_id": work.actor}
    work.add(partner_programs.PartnerTierHistory(id=new_id(), **tier, **stay))
    globex = membership.account_id
    await partner_programs.set_opportunity_partner(work, barn, globex, partner_programs.PartnerRole.ORIGINATOR)
    plan = await a_commission_plan(work, program=membership.program_id, percent=Decimal(10))
    made = await commissions.accrue(work, barn, plan.id, globex)
    await work.flush()
    await commissions.approve(work, made.id)
    await commissions.pay(work, made.id, reference="SEPA 4711")
    await work.flush()
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 31), "from_sequence": 1, "to_sequence": 3}
    sums = {"opening_minor": 0, "accrued_minor": made.amount_minor, "paid_minor": made.amount_minor}
    rest = {"reversed_minor": 0, "closing_minor": 0, "currency": made.currency}
    work.add(commissions.PartnerCommissionStatement(account_id=globex, **period, **sums, **rest))


async def add_service(work: Work) -> None:
    """Élise's case, with a comment and milestones of what is promised to Globex; who got it, and what helped."""
    found = await named(work, "accounts", "contacts")
    globex, elise = found["accounts Globex"], found["contacts Élise Zuse"]
    calendar = await a_holiday_calendar(work, days={date(2026, 1, 1): "New Year"})
    hours = await some_business_hours(work, holiday_calendar_id=calendar.id)
    policy = await a_policy(work, {MilestoneType.FIRST_RESPONSE: 60}, business_hours_id=hours.id)
    await cases.create_entitlement(work, {"name": "Gold", "account_id": globex, "policy_id": policy.id})
    case = await a_case(work, account_id=globex, contact_id=elise)
    await cases.comment(work, case.id, "It is plugged in.", is_public=True, contact_id=elise)
    agent = await work.get(users.User, work.actor)
    queue = await a_queue(work, [agent], QueueRouting.ROUND_ROBIN)
    await a_rule(work, EscalationTrigger.MILESTONE_VIOLATED, to_queue_id=queue.id)
    await cases.route(work, case.id, queue=queue.id)
    await cases.escalate(work, case.id, "It is urgent")
    article = await knowledge.create(work, {"title": "Plug it in", "body": "Both ends."})
    await work.flush()
    await knowledge.publish(work, article.id)
    await knowledge.link(work, article.id, case.id)
    await satisfaction.ask(work, SatisfactionKind.NPS, contact_id=elise)


async def named(work: Work, *tables: str) -> dict[str, UUID]:
    """`table name` → id."""
    await work.flush()
    found: dict[str, UUID] = {}
    for table in tables or ("accounts", "products", "opportunities"):
        rows = await work.session.execute(text(f"SELECT name, id FROM {table}"))
        found |= {f"{table} {name}": id for name, id in rows}
    return found


def usd(minor: int) -> Money:
    return Money(minor, "USD")
