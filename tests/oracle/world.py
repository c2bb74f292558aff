"""Random worlds: two tenants with everything in them that has ever made a list wrong.

Empty values, duplicates in every sortable column, archived rows, accents, currencies with and without rates.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.domain import accounts, contacts, opportunities, products, users
from api.domain.kernel import ChangeEvent, ChangeValues, ExternalId, PrincipalKind, Tenant
from api.domain.kernel.model import Model
from api.domain.kernel.rates import ExchangeRate
from tests.oracle.rules import Asker
from tests.oracle.wire import fold

NAMES = (
    "Acme|ACME|acme  Ltd|Éclair|eclair|Ångström|Zürich Öl|ŁÓDŹ|Straße 7|strasse 7|株式会社|Ωmega|O'Neill & Söhne|50% off_x|"
    "a\\b|Ʃigma|ﬁne ﬁsh|İstanbul|Æther|naïve|Naive|zz Top|Żubr|Smørrebrød|العربية|😀 smile|A|aa|AA b"
).split("|")
WORDS = "Software|software|Bakery|Öl & Gas|Oil|Retail|Æther".split("|")
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "CHF")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu")
OPEN, WON, LOST = opportunities.Status.OPEN, opportunities.Status.WON, opportunities.Status.LOST
OPEN_CATEGORIES = [one for one in opportunities.ForecastCategory if one not in {"CLOSED"}]


@dataclass
class Made:
    """A world as it was made."""

    now: datetime
    tenants: list[UUID]
    askers: list[Asker]
    rows: dict[type[Model], list[dict[str, Any]]]


@dataclass
class Maker:
    """Makes the rows of one tenant."""

    random: Random
    now: datetime
    tenant: UUID
    rows: dict[type[Model], list[dict[str, Any]]]
    instants: list[datetime] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    used: int = 0

    def __post_init__(self) -> None:
        self.instants = [self.now - timedelta(seconds=self.random.randrange(90 * 86_400)) for _ in range(4)]
        self.instants += [one.replace(microsecond=0) for one in self.instants[:2]] + [self.now]
        self.days = [self.now.date() + timedelta(days=self.random.randrange(-400, 60)) for _ in range(5)]
        self.days += [self.now.date()]

    def make(self) -> None:
        self.people()
        self.catalog()
        self.pipelines()
        self.accounts()
        self.contacts()
        self.opportunities()
        self.roles()
        self.rates()
        for model in (users.User, users.Team, accounts.Account, contacts.Contact, products.Product):
            self.bookkeeping(model)
        for model in (opportunities.Pipeline, opportunities.Stage, opportunities.Opportunity):
            self.bookkeeping(model)

    # -- pieces ----------------------------------------------------------------------------------------------------

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def maybe(self, make: Callable[[], Any], probability: float = 0.7) -> Any:
        return make() if self.chance(probability) else None

    def instant(self) -> datetime:
        if self.chance(0.6):
            return self.random.choice(self.instants)
        return self.now + timedelta(microseconds=self.random.randrange(-800 * 86_400 * 10**6, 10 * 86_400 * 10**6))

    def day(self) -> date:
        if self.chance(0.6):
            return self.random.choice(self.days)
        return self.now.date() + timedelta(days=self.random.randrange(-700, 120))

    def name(self) -> str:
        return self.random.choice(NAMES) if self.chance(0.8) else f"{self.random.choice(NAMES)} {self.random.randrange(4)}"

    def unique(self, name: str) -> str:
        """A name that no other has, also when folded."""
        self.used += 1
        return f"{name} {self.used}"

    def some(self, model: type[Model], probability: float = 0.75) -> UUID | None:
        """The id of a row made before, or none."""
        made = self.rows.get(model, [])
        ids = [row["id"] for row in made if row["tenant_id"] == self.tenant]
        return self.random.choice(ids) if ids and self.chance(probability) else None

    def minor(self, currency: str) -> int:
        return self.random.choice([0, 1, 33, 50, 5_000, 123_45, self.random.randrange(10**9)])

    def add(self, model: type[Model], **values: Any) -> dict[str, Any]:
        row = {"tenant_id": self.tenant, **values}
        self.rows.setdefault(model, []).append(row)
        return row

    def record(self, model: type[Model], *, archived: float = 0.15, **values: Any) -> dict[str, Any]:
        made = self.instant()
        dates = {"created_at": made, "updated_at": max(made, self.instant())}
        gone = self.maybe(self.instant, archived)
        return self.add(model, id=self.id(), version=self.random.randrange(1, 5), archived_at=gone, **dates, **values)

    # -- slices ------------------------------------------------------------------------------------------------------

    def people(self) -> None:
        for _ in range(self.random.randrange(2, 5)):
            name = self.unique(self.name())
            parent = self.some(users.Team, 0.6)
            self.record(users.Team, name=name, name_sort=fold(name), parent_id=parent, manager_id=None)
        for at in range(self.random.randrange(4, 8)):
            name = self.name()
            email = self.maybe(lambda at=at: f"{'ÉLO' if at % 2 else 'rita'}.{at}@Example.com")  # type: ignore[misc]
            self.record(
                users.User,
                name=name,
                name_sort=fold(name),
                email=email,
                email_norm=email and fold(email),
                title=self.maybe(self.name, 0.4),
                team_id=self.some(users.Team),
                reports_to_id=self.some(users.User, 0.5),
                zone=self.maybe(lambda: self.random.choice(ZONES), 0.5),
                is_active=self.chance(0.8),
            )
        for team in self.rows[users.Team]:
            if team["tenant_id"] == self.tenant:
                team["manager_id"] = self.some(users.User, 0.5)

    def catalog(self) -> None:
        for at in range(self.random.randrange(4, 9)):
            name, family, currency = self.name(), self.maybe(lambda: self.random.choice(WORDS)), self.currency()
            code = f"{self.random.choice(['GTX', 'Öl', 'mg'])}-{at}"
            price = self.maybe(lambda currency=currency: self.minor(currency))  # type: ignore[misc]
            self.record(
                products.Product,
                code=code,
                code_norm=fold(code),
                name=name,
                name_sort=fold(name),
                family=family,
                family_sort=family and fold(family),
                list_price_minor=price,
                currency=currency if price is not None or self.chance(0.5) else None,
                is_active=self.chance(0.7),
            )

    def currency(self) -> str:
        return self.random.choice(CURRENCIES)

    def pipelines(self) -> None:
        for at in range(3):
            name = self.unique(self.name())
            pipeline = self.record(
                opportunities.Pipeline,
                archived=0.3 if at == 2 else 0,
                name=name,
                name_sort=fold(name),
                currency=self.maybe(self.currency, 0.5),
                strict_order=at == 1 or self.chance(0.3),
            )
            position = 0
            for kind in [*[OPEN] * self.random.randrange(2, 5), WON, LOST, *self.random.choice([[], [OPEN]])]:
                position += 1
                self.stage(pipeline["id"], kind, position)

    def stage(self, pipeline: UUID, kind: opportunities.Status, position: int) -> None:
        name = self.unique(self.name())
        chance, category = self.figures(kind)
        self.record(
            opportunities.Stage,
            archived=0.2 if kind is OPEN and position > 1 else 0,
            pipeline_id=pipeline,
            name=name,
            name_sort=fold(name),
            position=position,
            kind=kind,
            probability=chance,
            forecast_category=category,
            max_days=self.maybe(lambda: self.random.choice([1, 14, 30]), 0.6) if kind is OPEN else None,
        )

    def figures(self, kind: opportunities.Status) -> tuple[int, opportunities.ForecastCategory]:
        closed = opportunities.CLOSED_FIGURES.get(kind)
        return closed or (self.random.choice([0, 10, 33, 50, 99, 100]), self.random.choice(OPEN_CATEGORIES))

    def accounts(self) -> None:
        for _ in range(self.random.randrange(12, 24)):
            name, currency = self.name(), self.maybe(self.currency)
            industry, territory = (self.maybe(lambda: self.random.choice(WORDS)) for _ in range(2))
            row = self.record(
                accounts.Account,
                name=name,
                name_sort=fold(name),
                legal_name=self.maybe(self.name, 0.3),
                type=self.random.choice(list(accounts.AccountType)),
                industry=industry,
                industry_sort=industry and fold(industry),
                employees=self.maybe(lambda: self.random.choice([0, 1, 200, 200, 5_000])),
                annual_revenue_minor=self.maybe(lambda c=currency: self.minor(c)) if currency else None,  # type: ignore[misc]
                currency=currency,
                tax_id=self.maybe(lambda: f"DE{self.random.randrange(10**9)}", 0.3),
                territory=territory,
                territory_sort=territory and fold(territory),
                year_founded=self.maybe(lambda: self.random.choice([1899, 1989, 2020])),
                owner_id=self.some(users.User),
                parent_id=self.some(accounts.Account, 0.4),
                notes=self.maybe(lambda: 'Line one\nline two "quoted" \\ tab\t', 0.2),
            )
            self.account_parts(row)

    def account_parts(self, account: dict[str, Any]) -> None:
        for _ in range(self.random.choice([0, 0, 1, 3])):
            self.used += 1
            domain = f"{self.random.choice(['shop', 'xn--bcher-kva', 'a-z'])}{self.used}.example"
            self.add(
                accounts.AccountDomain, account_id=account["id"], domain=domain, archived_at=account["archived_at"]
            )
        for kind in self.random.sample(list(accounts.AddressKind), self.random.choice([0, 0, 1, 3])):
            texts = {name: self.maybe(self.name, 0.6) for name in ("street", "city", "region", "postal_code")}
            country = self.maybe(lambda: self.random.choice(["DE", "JP"]))
            self.add(accounts.AccountAddress, account_id=account["id"], kind=kind, country=country, **texts)

    def contacts(self) -> None:
        for at in range(self.random.randrange(10, 18)):
            first, last = self.maybe(self.name), self.name()
            name = f"{first} {last}" if first else last
            emails = [f"José.{at}.{n}@example.com" if n else f"rita.{at}@example.com" for n in range(self.random.randrange(3))]
            phones = [f"+4930{self.random.randrange(10**6, 10**7)}" for _ in range(self.random.randrange(3))]
            email, phone = (self.random.choice(one) if one and self.chance(0.8) else None for one in (emails, phones))
            row = self.record(
                contacts.Contact,
                name=name,
                name_sort=fold(name),
                first_name=first,
                last_name=last,
                last_name_sort=fold(last),
                salutation=self.maybe(lambda: "Dr.", 0.2),
                title=self.maybe(self.name, 0.3),
                email=email,
                email_sort=email and fold(email),
                email_norm=email and email.lower(),
                phone=phone,
                language=self.maybe(lambda: self.random.choice(["de", "de-AT", "pt-BR", "zh-Hant-TW"])),
                zone=self.maybe(lambda: self.random.choice(ZONES), 0.3),
                owner_id=self.some(users.User),
                reports_to_id=self.some(contacts.Contact, 0.4),
                account_id=None,
                notes=None,
            )
            self.contact_parts(row, emails, phones)

    def contact_parts(self, row: dict[str, Any], emails: list[str], phones: list[str]) -> None:
        own: dict[str, Any] = {"contact_id": row["id"]}
        for email in emails:
            verified, label = self.maybe(self.instant, 0.4), self.maybe(lambda: "work", 0.4)
            self.add(contacts.ContactEmail, **own, key=email.lower(), email=email, original=email.upper(), label=label, verified_at=verified)
        for number in phones:
            label, extension = self.maybe(lambda: "mobile", 0.4), self.maybe(lambda: "12", 0.2)
            self.add(contacts.ContactPhone, **own, number=number, original=number[3:], label=label, extension=extension)
        for kind in self.random.sample(list(accounts.AddressKind), self.random.choice([0, 0, 2])):
            texts = {name: self.maybe(self.name, 0.6) for name in ("street", "city", "region", "postal_code")}
            self.add(contacts.ContactAddress, **own, kind=kind, country=self.maybe(lambda: "DE"), **texts)
        known = {one["id"] for one in self.rows[accounts.Account] if one["tenant_id"] == self.tenant}
        for account in self.random.sample(sorted(known), self.random.choice([0, 1, 1, 3])):
            ended, role = self.maybe(self.day, 0.3), self.maybe(lambda: self.random.choice(WORDS))
            first = self.maybe(lambda ended=ended: min(self.day(), ended or date.max))  # type: ignore[misc]
            taken = any(one["account_id"] == account and one["is_primary_contact"] for one in self.rows.get(contacts.AccountContact, []))
            self.add(
                contacts.AccountContact,
                id=self.id(),
                **own,
                account_id=account,
                role=role,
                role_sort=role and fold(role),
                is_primary_contact=not (taken or ended or row["archived_at"]) and self.chance(0.5),
                started_on=first,
                ended_on=ended,
                created_at=self.instant(),
                archived_at=row["archived_at"],
            )
            if ended is None and self.chance(0.6):
                row["account_id"] = account

    def roles(self) -> None:
        """People of the buying side, and who shares the credit."""
        people = [one["id"] for one in self.rows[contacts.Contact] if one["tenant_id"] == self.tenant]
        sellers = [one["id"] for one in self.rows[users.User] if one["tenant_id"] == self.tenant]
        for row in self.rows[opportunities.Opportunity]:
            if row["tenant_id"] != self.tenant or self.chance(0.5):
                continue
            for at, contact in enumerate(self.random.sample(people, self.random.choice([0, 1, 2, 4]))):
                self.add(
                    opportunities.OpportunityContactRole,
                    id=self.id(),
                    opportunity_id=row["id"],
                    contact_id=contact,
                    role=self.random.choice(list(opportunities.ContactRole)),
                    is_primary=at == 1,
                    created_at=self.instant(),
                )
            for user in self.random.sample(sellers, self.random.choice([0, 1, 3])):
                kind, percent = self.random.choice(list(opportunities.SplitKind)), Decimal(self.random.choice(["33.34", "50", "0.5"]))
                self.add(opportunities.OpportunitySplit, opportunity_id=row["id"], user_id=user, kind=kind, percent=percent)

    def opportunities(self) -> None:
        stages = [row for row in self.rows[opportunities.Stage] if row["tenant_id"] == self.tenant]
        for _ in range(self.random.randrange(25, 45)):
            stage, name, currency = self.random.choice(stages), self.name(), self.currency()
            status, opened = stage["kind"], self.maybe(self.day)
            closed = None if status is OPEN else max(self.day(), opened or date.min)
            chance, category = self.figures(status)
            row = self.record(
                opportunities.Opportunity,
                name=name,
                name_sort=fold(name),
                account_id=self.some(accounts.Account, 1 if status is WON else 0.6),
                owner_id=self.some(users.User, 0.8),
                pipeline_id=stage["pipeline_id"],
                stage_id=stage["id"],
                status=status,
                amount_minor=self.maybe(lambda c=currency: self.minor(c), 0.8),  # type: ignore[misc]
                currency=currency,
                close_date=closed or self.maybe(self.day),
                opened_on=opened,
                closed_on=closed,
                probability=chance,
                is_probability_overridden=self.chance(0.2),
                forecast_category=category,
                is_forecast_category_overridden=self.chance(0.2),
                type=self.maybe(lambda: self.random.choice(list(opportunities.OpportunityType))),
                next_step=self.maybe(self.name, 0.3),
                notes=None,
                loss_reason="Too dear" if status is LOST else None,
                competitor=self.maybe(self.name, 0.2),
                stage_entered_at=self.instant(),
                push_count=self.random.randrange(3),
            )
            self.opportunity_parts(row)

    def opportunity_parts(self, row: dict[str, Any]) -> None:
        for position in range(1, self.random.choice([0, 0, 2, 4]) + 1):
            self.add(
                opportunities.OpportunityLine,
                id=self.id(),
                opportunity_id=row["id"],
                product_id=self.some(products.Product, 0.8),
                position=position,
                name=self.name(),
                quantity=Decimal(self.random.choice(["1", "2.5", "0.125", "1000"])),
                list_price_minor=self.maybe(lambda: self.minor(row["currency"])),
                unit_price_minor=self.minor(row["currency"]),
                discount_percent=Decimal(self.random.choice(["0", "10", "33.33", "100"])),
                total_minor=self.minor(row["currency"]),
                currency=row["currency"],
            )
        stays = self.random.choice([0, 1, 1, 3])
        for at in range(stays):
            entered = self.instant()
            left = entered + timedelta(seconds=self.random.randrange(40 * 86_400)) if at or self.chance(0.3) else None
            self.add(
                opportunities.StageHistory,
                id=self.id(),
                opportunity_id=row["id"],
                from_stage_id=self.some(opportunities.Stage, 0.6),
                stage_id=self.some(opportunities.Stage, 1),
                entered_at=entered,
                left_at=left,
                amount_minor=self.maybe(lambda: self.minor(row["currency"])),
                currency=row["currency"],
                close_date=self.maybe(self.day),
                probability=self.random.randrange(101),
                forecast_category=self.random.choice(list(opportunities.ForecastCategory)),
                reason=self.maybe(self.name, 0.2),
                actor_id=self.id(),
            )

    def rates(self) -> None:
        ids = sorted(self.id() for _ in range(60))
        for base in CURRENCIES[:4]:
            for quote in CURRENCIES[:4]:
                for _ in range(self.random.choice([0, 1, 3]) if base != quote else 0):
                    self.add(
                        ExchangeRate,
                        base=base,
                        quote=quote,
                        valid_from=self.day(),
                        id=ids.pop(0),
                        rate=Decimal(self.random.randrange(1, 2 * 10**12)).scaleb(-10),
                        source="ECB",
                        recorded_at=self.now,
                        recorded_by=self.tenant,
                    )

    def bookkeeping(self, model: Any) -> None:
        """External ids and history of some records."""
        for at, row in enumerate(one for one in self.rows.get(model, []) if one["tenant_id"] == self.tenant):
            if self.chance(0.5):
                continue
            for source in self.random.sample(["shop", "SHOP", "erp ü"], self.random.choice([0, 1, 3])):
                value = f"Ä {at}" if at < 5 else str(self.random.randrange(2**63))  # the first ones on every type
                self.add(ExternalId, type=model.object, source=source, value=value, record_id=row["id"])
            for version in range(1, self.random.choice([1, 2, 5])):
                self.change(model.object, row["id"], version)

    def change(self, object_type: str, record: UUID, version: int) -> None:
        values: list[Any] = [None, "text", "Ünïcode \"q\"", 12, True, "1.50", ["a", "ü"], ""]
        after = {name: self.random.choice(values) for name in self.random.sample(NAMES[:6], 3)}
        event = self.add(
            ChangeEvent,
            id=self.id(),
            object_type=object_type,
            object_id=record,
            version=version,
            at=self.instant(),
            actor_kind=self.random.choice(list(PrincipalKind)),
            actor_id=self.id(),
            actor_name=self.name(),
            token_id=None,
            request_id=f"req-{version}",
            operation="accountUpdate",
            changed=sorted(after),
        )
        if self.chance(0.9):
            before = {name: self.random.choice(values) for name in after if self.chance(0.7)}
            self.add(ChangeValues, id=event["id"], before=before, after=after)


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
        Maker(random, now, tenant, made.rows).make()
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
