"""The tenant of `crm demo`: a year of selling, made with a fixed seed through the commands of the domain.

Every command runs at the instant it would have had, so that history, days in stage and sales cycles look lived in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.domain import access, accounts, contacts, opportunities, products, sharing, users, webhooks
from api.domain.accounts import AccountRow, AccountType, AddressKind
from api.domain.contacts import ContactRow, ContactValues
from api.domain.kernel import Money, PrincipalKind, Viewer, Work, fold, open_work
from api.domain.kernel.rates import record_rate
from api.domain.opportunities import ContactRole, LineValues, OpportunityType, SplitKind, Status
from api.domain.products import ProductRow
from api.domain.users import TeamRow, UserRow
from api.outbound.destinations import NOWHERE

from .database import Database, Sessions, operate
from .demo_cases import Desk, make_cases
from .demo_commissions import LEAD, make_commissions, make_statements
from .demo_deals import make_deals
from .demo_names import ACCOUNTS, CONTACTS, COUNTRIES, INDUSTRIES, LOSSES, PEOPLE, PRODUCTS, RENEWALS, SUBJECTS, TEAMS
from .demo_partners import make_members, make_partners

SEED = 20_26
OPPORTUNITIES = 140
WEEK = timedelta(days=7)
YEAR = timedelta(days=364)
RATE = Decimal("1.0850")  # US dollars for a euro
WEBHOOK: webhooks.EndpointValues = {
    "name": "Shop",
    "url": "https://hooks.example.com/crm",
    "document": "subscription { events { id type position changedFields } }",
    "types": ["opportunity.won"],
}
ADMIN, SELLER, READER = "Ada Lindqvist", "Noor Haddad", "Tomás Rivera"
AGENTS = ("Grace Okafor", "Jonas Weber", "Camila Duarte")

Command = Callable[[Work], Awaitable[None]]


@dataclass
class Made:
    """What the opportunities are made of."""

    people: dict[str, UUID] = field(default_factory=dict)
    accounts: list[tuple[UUID, UUID]] = field(default_factory=list)  # with its owner
    contacts: dict[UUID, list[UUID]] = field(default_factory=dict)  # by account, the first is its primary contact
    products: list[tuple[UUID, int]] = field(default_factory=list)  # with its price in US cents
    stages: dict[str, list[opportunities.Stage]] = field(default_factory=dict)  # by pipeline
    calendar: dict[int, list[Command]] = field(default_factory=dict)  # by week

    def at(self, week: int, command: Command) -> None:
        self.calendar.setdefault(week, []).append(command)


async def fill(database: Database, tenant: UUID, today: date) -> None:
    """Fill a tenant that has only its default pipeline; the last day of the data is yesterday at the latest."""
    made, chance = Made(), Random(SEED)  # noqa: S311 - the same data every time
    begin = today - YEAR - timedelta(days=1)
    async with database.sessions() as sessions:
        async with operate(sessions, tenant, "demo", now=instant(begin)) as work:
            await make_people(work, made)
            await make_products(work, made)
            await make_accounts(work, made, chance)
            await make_contacts(work, made)
            await make_pipelines(work, made, begin)
            await make_members(work)
        plan(made, chance)
        for week, commands in sorted(made.calendar.items()):
            async with operate(sessions, tenant, "demo", now=instant(begin + week * WEEK)) as work:
                for command in commands:
                    await command(work)
        async with operate(sessions, tenant, "demo", now=instant(today - LEAD)) as work:
            await make_commissions(work, today)
        async with operate(sessions, tenant, "demo", now=instant(today - timedelta(days=1))) as work:
            await share(work, made)
            await make_partners(work, today)
            await make_statements(work, today)
            await make_deals(work, tuple((first, last) for first, last, *_ in CONTACTS))
        customers = [(account, people[0]) for account, people in made.contacts.items()]
        members = [made.people[name] for name in AGENTS]
        desk = Desk(sessions, tenant, made.people[ADMIN], ADMIN, customers, members)
        await make_cases(desk, instant(today - timedelta(days=1)))
        await make_webhook(database, sessions, tenant, made.people[ADMIN], instant(today - timedelta(days=1)))


async def make_people(work: Work, made: Made) -> None:
    people = [
        UserRow(values={"name": name, "title": title, "email": f"{name.split()[0].lower()}@demo.example"})
        for name, title, _ in PEOPLE
    ]
    for written in await users.upsert_many(work, people):
        person = written.unwrap()
        made.people[person.name] = person.id
    made_teams: dict[str, UUID] = {}
    for name, parent, manager in TEAMS:
        values = {"name": name, "parent_id": made_teams.get(parent), "manager_id": made.people[manager]}
        made_teams[name] = (await users.upsert_teams(work, [TeamRow(values=values)]))[0].unwrap().id  # type: ignore[arg-type]
    members = [UserRow(values={"team_id": made_teams[team]}, id=made.people[name]) for name, _, team in PEOPLE]
    await users.upsert_many(work, members)


async def make_products(work: Work, made: Made) -> None:
    rows = [
        ProductRow(values={"code": code, "name": name, "family": family, "list_price": Money(price * 100, "USD")})
        for code, name, family, price in PRODUCTS
    ]
    for written in await products.upsert_many(work, rows):
        product = written.unwrap()
        made.products.append((product.id, product.list_price_minor or 0))


async def make_accounts(work: Work, made: Made, chance: Random) -> None:
    """The first of each group is the parent of the others."""
    sellers = [made.people[name] for name, title, _ in PEOPLE if title == "Account executive"]
    heads: dict[str, UUID] = {}
    for index, (name, head) in enumerate(ACCOUNTS):
        city, country = COUNTRIES[index % len(COUNTRIES)]
        owner = sellers[index % len(sellers)]
        values: accounts.AccountValues = {
            "name": name,
            "type": AccountType.PARTNER if head == "Brightwater Partners" else AccountType.PROSPECT,
            "industry": INDUSTRIES[index % len(INDUSTRIES)],
            "employees": chance.randrange(12, 9_000),
            "annual_revenue": Money(chance.randrange(8, 4_000) * 10_000_000, "USD"),
            "year_founded": chance.randrange(1921, 2021),
            "owner_id": owner,
            "parent_id": heads.get(head) if head else None,
            "domains": [
                f"{''.join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())}.example"
            ],
            "addresses": [{"kind": AddressKind.OFFICE, "city": city, "country": country}],
        }
        account = (await accounts.upsert_many(work, [AccountRow(values=values)]))[0].unwrap()
        heads.setdefault(name, account.id)
        made.accounts.append((account.id, owner))


async def make_contacts(work: Work, made: Made) -> None:
    """Two at each account; the first one reaches the second by reporting lines, and us by a private address, too."""
    for index, (account, owner) in enumerate(made.accounts):
        people = [CONTACTS[(2 * index + place) % len(CONTACTS)] for place in range(2)]
        head: UUID | None = None
        for place, (first_name, last_name, title, language) in enumerate(people):
            number = 2 * index + place
            local = f"{fold(first_name)}.{fold(last_name)}"
            values: ContactValues = {
                "first_name": first_name,
                "last_name": last_name,
                "title": title,
                "language": language,
                "email": f"{local}@account{index + 1:02}.example",
                "phones": [{"number": f"+44 20 7946 0{number:03}", "label": "work"}],
                "owner_id": owner,
                "account_id": account,
                "reports_to_id": head,
            }
            if place == 0:
                values["emails"] = [{"email": f"{local}.{index + 1}@private.example", "label": "private"}]
                city, country = COUNTRIES[index % len(COUNTRIES)]
                values["addresses"] = [{"kind": AddressKind.OFFICE, "city": city, "country": country}]
            contact = (await contacts.upsert_many(work, [ContactRow(values=values)]))[0].unwrap()
            head = head or contact.id
            made.contacts.setdefault(account, []).append(contact.id)
        await contacts.make_primary(work, made.contacts[account][0], account)


async def make_pipelines(work: Work, made: Made, begin: date) -> None:
    await opportunities.create_pipeline(work, {"name": "Renewals", "currency": "EUR"}, RENEWALS)
    await record_rate(work, "EUR", "USD", begin, RATE, "demo")
    board = await opportunities.load_board(work)
    for pipeline in board.pipelines.values():
        made.stages[pipeline.name] = board.order[pipeline.id]


def plan(made: Made, chance: Random) -> None:
    """Put every step of every opportunity into the calendar; each stage of each pipeline is the end of some."""
    ends = [(pipeline, stage) for pipeline, stages in made.stages.items() for stage in stages]
    # Most of a year's opportunities are closed, as in life.
    closed = [(pipeline, stage) for pipeline, stage in ends if stage.kind is not Status.OPEN]
    for index in range(OPPORTUNITIES):
        pipeline, stage = chance.choice(closed) if index % 3 == 0 else ends[index % len(ends)]
        story(made, chance, pipeline, stage, index)


def story(made: Made, chance: Random, pipeline: str, end: opportunities.Stage, index: int) -> None:
    """One opportunity from its first day to the stage where it is today."""
    open_stages = [stage for stage in made.stages[pipeline] if stage.kind is Status.OPEN]
    steps = open_stages if end.kind is Status.WON else open_stages[: chance.randrange(1, len(open_stages) + 1)]
    if end.kind is Status.OPEN:
        steps = open_stages[: open_stages.index(end) + 1]
    weeks = [0, *(chance.randrange(1, 5) for _ in range(len(steps)))]
    span = sum(weeks)
    is_open = end.kind is Status.OPEN
    last = 52 - chance.randrange(1, 9) if is_open else chance.randrange(span + 1, 52)
    week = max(last - span, 0)
    id = Slot()
    made.at(week, begun(made, chance, pipeline, id, index))
    for stage, pause in zip(steps[1:], weeks[1:], strict=False):
        week += pause
        made.at(week, advanced(id, stage.id))
    week += weeks[-1]
    if end.kind is Status.WON:
        made.at(week, won(id))
    elif end.kind is Status.LOST:
        made.at(week, lost(id, chance.choice(LOSSES)))
    elif index % 4 == 0:
        made.at(min(week, 51), put_off(id, timedelta(days=chance.randrange(32, 60))))


class Slot:
    """The id of an opportunity, known once the calendar has come to its first day."""

    id: UUID


def begun(made: Made, chance: Random, pipeline: str, slot: Slot, index: int) -> Command:
    account, owner = made.accounts[index % len(made.accounts)]
    currency = "EUR" if pipeline == "Renewals" else "USD"
    lines: list[LineValues] = []
    for product, price in chance.sample(made.products, chance.randrange(1, 4)):
        line: LineValues = {"product_id": product, "quantity": Decimal(chance.choice((1, 1, 2, 5, 10, 25)))}
        if currency != "USD":
            line["unit_price"] = Money(int(price / RATE), currency)
        if chance.random() < 0.3:  # noqa: PLR2004 - three in ten get a discount
            line["discount_percent"] = Decimal(chance.choice((5, 10, 15)))
        lines.append(line)
    kind = (
        OpportunityType.RENEWAL
        if pipeline == "Renewals"
        else chance.choice((OpportunityType.NEW_BUSINESS, OpportunityType.EXPANSION))
    )
    expected, subject = timedelta(days=chance.randrange(45, 150)), chance.choice(SUBJECTS[pipeline])
    pipeline_id = made.stages[pipeline][0].pipeline_id

    async def command(work: Work) -> None:
        values: dict[str, Any] = {
            "name": f"{subject} {work.now.year}-{index + 1:03}",
            "account_id": account,
            "owner_id": owner,
            "pipeline_id": pipeline_id,
            "currency": currency,
            "type": kind,
            "close_date": work.now.date() + expected,
            "next_step": "Call back" if index % 2 else None,
        }
        slot.id = (await opportunities.create(work, values, lines=lines)).id  # type: ignore[arg-type]
        await work.flush()
        decides, helps = made.contacts[account]
        await opportunities.set_contact_role(work, slot.id, decides, ContactRole.DECISION_MAKER, is_primary=True)
        if index % 2:
            await opportunities.set_contact_role(work, slot.id, helps, ContactRole.CHAMPION)
        if index % 5 == 0:
            shares = ((owner, "70"), (made.people[ADMIN], "30"))
            splits = [{"user_id": who, "kind": SplitKind.REVENUE, "percent": Decimal(share)} for who, share in shares]
            await opportunities.set_splits(work, slot.id, splits)  # type: ignore[arg-type]

    return command


def advanced(slot: Slot, stage: UUID) -> Command:
    async def command(work: Work) -> None:
        await opportunities.advance(work, slot.id, stage)

    return command


def won(slot: Slot) -> Command:
    async def command(work: Work) -> None:
        await opportunities.win(work, slot.id)

    return command


def lost(slot: Slot, why: tuple[str, str | None]) -> Command:
    async def command(work: Work) -> None:
        await opportunities.lose(work, slot.id, why[0], competitor=why[1])

    return command


def put_off(slot: Slot, by: timedelta) -> Command:
    async def command(work: Work) -> None:
        known = await work.get(opportunities.Opportunity, slot.id)
        if known.close_date is not None:
            await opportunities.update(work, slot.id, {"close_date": known.close_date + by})

    return command


async def share(work: Work, made: Made) -> None:
    """A deal with a company that sells for us, with what it is worth; and its customer with one of its people."""
    partner, people = next(iter(made.contacts.items()))
    model = opportunities.Opportunity
    query = select(model.id, model.account_id).where(
        model.tenant_id == work.tenant, model.status == Status.OPEN, model.account_id != partner
    )
    deal, customer = (await work.session.execute(query.order_by(model.name_sort, model.id).limit(1))).one()
    worth = await sharing.create_profile(
        work, {"name": "Resellers", "description": "What a deal is worth", "sets": [("opportunity", "commercial")]}
    )
    await sharing.share(work, (model, deal), {"field_profile_id": worth.id}, account_id=partner)
    if customer is not None:
        await sharing.share(work, (accounts.Account, customer), {}, contact_id=people[0])


async def make_webhook(database: Database, sessions: Sessions, tenant: UUID, admin: UUID, now: datetime) -> None:
    """An endpoint of the administrator, who has to make it himself; disabled, so that a demo sends nothing."""
    viewer = Viewer(tenant, admin, PrincipalKind.STAFF, ADMIN, access.shipped("admin"), admin)
    sealer = webhooks.Sealer(database.secret())
    async with open_work(sessions, viewer, now=now, request_id="crm-demo", operation="demo") as work:
        endpoint, _ = await webhooks.create(work, WEBHOOK, allowed=NOWHERE, sealer=sealer)
        # The rights of the demo's tokens: whoever shows the administrator's is the owner.
        endpoint.role_id = (await access.role_named(work, "admin")).id
        await work.flush()
        await webhooks.disable(work, endpoint.id)


def instant(day: date) -> datetime:
    return datetime.combine(day, time(10), UTC)
