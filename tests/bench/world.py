"""The data that every server of the benchmark reads: the same for each run, made by PostgreSQL itself.

Names, owners, stages and amounts are spread by a hash of the row's number, so nothing here is drawn at random. All
checks hold; foreign keys are not checked while the rows are written, but would be satisfied.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from api.db.engine import write_engine, write_sessions
from api.db.urls import Urls
from api.domain import access, tokens
from api.domain.kernel import PrincipalKind, Viewer, open_work
from tests.compiler.large_world import SECONDARY

TENANTS = 5
USERS = 20  # of each tenant
FIRST_DAY = "timestamptz '2025-01-01 08:00Z'"
FIRST_MOMENT = 1_735_718_400_000  # the same, in milliseconds
KINDS = {
    "tenant": 1,
    "user": 2,
    "pipeline": 3,
    "stage": 4,
    "account": 5,
    "contact": 6,
    "account_contact": 7,
    "opportunity": 8,
    "queue": 9,
}
FILLED = ("contacts", "opportunities", "account_contacts", "contact_emails", "accounts")  # the largest first

# The shape of a UUIDv7: a moment, then what kind of row and its number.
ID_FUNCTION = f"""
CREATE FUNCTION pg_temp.id_of(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
  SELECT (lpad(to_hex({FIRST_MOMENT} + n * 1000), 12, '0')
          || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$
"""

GIVEN_NAMES = """{Ada,Alan,Amir,Ana,Barbara,Bea,Carl,Chloe,Dana,Dmitri,Edith,Elena,Farid,Fatima,Grace,Hana,Hugo,Ines,
Ivan,Jana,Joan,Kenji,Lars,Leila,Lin,Maria,Marek,Mia,Nadia,Noor,Olga,Omar,Paula,Priya,Quinn,Rosa,Sami,Sofia,Tara,Yuki}"""
FAMILY_NAMES = """{Abbott,Baker,Cardoso,Castillo,Chen,Costa,Dahl,Diaz,Eriksen,Farouk,Fischer,Garcia,Haddad,Hansen,Ito,
Ivanova,Jensen,Kaya,Keller,Khan,Kim,Kowalski,Larsen,Lopez,Maier,Mbeki,Moreau,Nair,Novak,Okafor,Olsen,Patel,Petrov,
Quist,Rossi,Sato,Schmidt,Silva,Suzuki,Tanaka,Torres,Usman,Vega,Weber,Wong,Yilmaz,Young,Zhang}"""
COMPANY_WORDS = """{Alpine,Amber,Atlas,Beacon,Birch,Blue,Bright,Cedar,Clear,Copper,Coral,Delta,Eagle,Ember,Falcon,First,
Forest,Global,Golden,Granite,Green,Harbor,Ivory,Jade,Lake,Lunar,Maple,Marble,Meadow,Metro,Nova,Ocean,Olive,Onyx,Pacific,
Pine,Polar,Prime,Quartz,Rapid,River,Royal,Sierra,Silver,Solar,Summit,Swift,Terra,Union,Urban,Vista,Willow}"""
COMPANY_ENDS = """{Analytics,Bakery,Builders,Chemicals,Clinics,Dairy,Energy,Foods,Freight,Glass,Hotels,Instruments,Labs,
Logistics,Media,Metals,Motors,Optics,Paper,Pharma,Plastics,Robotics,Software,Steel,Systems,Textiles,Tools,Travel}"""
INDUSTRIES = "{Energy,Finance,Health,Logistics,Manufacturing,Retail,Software,Travel}"


Rows = tuple[dict[str, str], str]  # SQL of each column, and FROM


@dataclass(frozen=True)
class Size:
    """Rows of all tenants together."""

    accounts: int = 20_000
    contacts: int = 100_000
    opportunities: int = 60_000

    def times(self, factor: int) -> Size:
        return Size(self.accounts * factor, self.contacts * factor, self.opportunities * factor)


FEW = Size(accounts=200, contacts=1_000, opportunities=600)


def id_of(kind: str, number: int) -> UUID:
    """As `pg_temp.id_of`."""
    return UUID(f"{FIRST_MOMENT + number * 1000:012x}7{KINDS[kind]:03x}8{number:015x}")


def tenant_of(number: int) -> UUID:
    """Of a tenant by its number, from 0; row `n` of any other table belongs to tenant `(n - 1) % 5`."""
    return id_of("tenant", number + 1)


async def fill(superuser: str, size: Size) -> None:
    """Fill a migrated, empty database; on two connections, as most machines have two processors."""
    connection = await asyncpg.connect(superuser)
    try:
        indexes = await connection.fetch(SECONDARY, list(FILLED))
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        waiting = [
            (table, statement, [index["sql"] for index in indexes if index["table"] == table])
            for table, statement in statements(size).items()
        ]
        waiting.sort(key=lambda one: FILLED.index(one[0]) if one[0] in FILLED else -1, reverse=True)
        await asyncio.gather(*(work_off(superuser, waiting) for _ in range(2)))
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def work_off(superuser: str, waiting: list[tuple[str, str, list[str]]]) -> None:
    connection = await asyncpg.connect(superuser)
    try:
        # Without foreign keys; indexes are quicker to make when the rows are there.
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '128MB'")
        await connection.execute(ID_FUNCTION)
        while waiting:
            table, statement, indexes = waiting.pop()
            await connection.execute(statement)
            for index in indexes:
                await connection.execute(index)
            await connection.execute(f"VACUUM ANALYZE {table}")
    finally:
        await connection.close()


def statements(size: Size) -> dict[str, str]:
    """INSERT by table."""
    tables = few_rows() | parties(size) | opportunities(size)
    return {table: insert(table, columns, source) for table, (columns, source) in tables.items()}


def few_rows() -> dict[str, Rows]:
    tenants = {
        "id": one("tenant", "n"),
        "name": "'Tenant ' || n",
        "currency": "'USD'",
        "zone": "'UTC'",
        "fiscal_year_start": "1",
        "created_at": FIRST_DAY,
    }
    users = {
        **record("user", FIRST_DAY),
        **folded("name", f"{word(2, GIVEN_NAMES)} || ' ' || {word(3, FAMILY_NAMES)}"),
        "email": "'user.' || n || '@example.com'",
        "email_norm": "'user.' || n || '@example.com'",
        "is_active": "true",
    }
    pipelines = {**record("pipeline", FIRST_DAY), **folded("name", "'Sales'"), "strict_order": "false"}
    stages = {
        **record("stage", FIRST_DAY),
        "id": one("stage", f"(position - 1) * {TENANTS} + n"),
        "pipeline_id": one("pipeline", "n"),
        **folded("name", "step"),
        "position": "position",
        "kind": "kind",
        "probability": "probability",
        "forecast_category": "category",
    }
    return {
        "tenants": (tenants, rows(TENANTS)),
        "users": (users, rows(TENANTS * USERS)),
        "pipelines": (pipelines, rows(TENANTS)),
        "stages": (stages, f"{rows(TENANTS)}, {STEPS}"),
    }


def parties(size: Size) -> dict[str, Rows]:
    address = f"lower({word(10, GIVEN_NAMES)} || '.' || {word(11, FAMILY_NAMES)}) || '.' || n || '@example.com'"
    account = one("account", of_tenant(f"(n - 1) / {TENANTS} % {size.accounts // TENANTS}"))
    accounts = {
        **record("account", moment(size.accounts)),
        **folded("name", f"{word(7, COMPANY_WORDS)} || ' ' || {word(8, COMPANY_ENDS)} || ' ' || n"),
        "type": "'CUSTOMER'",
        **folded("industry", word(9, INDUSTRIES)),
        "employees": f"1 + {pick(4, 5_000)}",
        "annual_revenue_minor": f"100000 * {pick(5, 90_000)}::bigint",
        "currency": "'USD'",
        "year_founded": f"1950 + {pick(6, 70)}",
        "owner_id": OWNER,
    }
    contacts = {
        **record("contact", moment(size.contacts)),
        **folded("name", f"{word(10, GIVEN_NAMES)} || ' ' || {word(11, FAMILY_NAMES)}"),
        "first_name": word(10, GIVEN_NAMES),
        **folded("last_name", word(11, FAMILY_NAMES)),
        **dict.fromkeys(("email", "email_sort", "email_norm"), address),
        "phone": "'+1415555' || lpad((n % 10000)::text, 4, '0')",
        "language": "'en'",
        "owner_id": OWNER,
        "account_id": account,
    }
    emails = {"tenant_id": TENANT, "contact_id": one("contact", "n")}
    emails |= dict.fromkeys(("key", "email", "original"), address)
    jobs = {
        "tenant_id": TENANT,
        "id": one("account_contact", "n"),
        "contact_id": one("contact", "n"),
        "account_id": account,
        "is_primary_contact": "false",
        "created_at": moment(size.contacts),
    }
    return {
        "accounts": (accounts, rows(size.accounts)),
        "contacts": (contacts, rows(size.contacts)),
        "contact_emails": (emails, rows(size.contacts)),
        "account_contacts": (jobs, rows(size.contacts)),
    }


def opportunities(size: Size) -> dict[str, Rows]:
    """Those of one account have different close dates."""
    close_date = f"date '2025-02-01' + {pick(14, 100)} + 100 * ((n - 1) / {size.accounts})::int"
    columns = {
        **record("opportunity", moment(size.opportunities)),
        **folded("name", f"{word(15, COMPANY_WORDS)} || ' deal ' || n"),
        "account_id": one("account", of_tenant(f"(n - 1) / {TENANTS} % {size.accounts // TENANTS}")),
        "owner_id": OWNER,
        "pipeline_id": one("pipeline", f"(n - 1) % {TENANTS} + 1"),
        "stage_id": one("stage", of_tenant("position - 1")),
        "status": "kind",
        "amount_minor": f"5000 * {pick(12, 4_000)}::bigint",
        "currency": "'USD'",
        "close_date": close_date,
        "opened_on": "date '2025-01-01'",
        "closed_on": f"CASE WHEN kind <> 'OPEN' THEN {close_date} END",
        "probability": "probability",
        "is_probability_overridden": "false",
        "forecast_category": "category",
        "is_forecast_category_overridden": "false",
        "type": "'NEW_BUSINESS'",
        "stage_entered_at": moment(size.opportunities),
        "push_count": "0",
    }
    return {"opportunities": (columns, f"{rows(size.opportunities)} JOIN {STEPS} ON position = 1 + {pick(13, 6)}")}


def insert(table: str, columns: dict[str, str], source: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}"


def rows(count: int) -> str:
    return f"generate_series(1, {count}) AS n"


def one(kind: str, number: str) -> str:
    return f"pg_temp.id_of({KINDS[kind]}, {number})"


def of_tenant(index: str) -> str:
    """The number of the row at `index`, from 0, among those of the tenant of row `n`."""
    return f"({index}) * {TENANTS} + (n - 1) % {TENANTS} + 1"


def pick(salt: int, size: int) -> str:
    """One of the numbers below `size`, by a hash of the row's number; the same salt gives the same number."""
    return f"((hashint8extended(n, {salt}) & 2147483647) % {size})::int"


def word(salt: int, words: str) -> str:
    return f"('{words}'::text[])[1 + {pick(salt, words.count(',') + 1)}]"


def folded(name: str, value: str) -> dict[str, str]:
    """A column of text in ASCII and its companion."""
    return {name: value, f"{name}_sort": f"lower({value})"}


def record(kind: str, at: str) -> dict[str, str]:
    return {"tenant_id": TENANT, "id": one(kind, "n"), "version": "1", "created_at": at, "updated_at": at}


def moment(count: int) -> str:
    """Different in each row, over 400 days."""
    return f"{FIRST_DAY} + n * interval '{400 * 86_400_000 // count} milliseconds'"


TENANT = one("tenant", f"(n - 1) % {TENANTS} + 1")
OWNER = one("user", of_tenant(pick(1, USERS)))
STEPS = """(VALUES (1, 'Prospecting', 'OPEN', 10, 'PIPELINE'), (2, 'Qualification', 'OPEN', 25, 'PIPELINE'),
  (3, 'Proposal', 'OPEN', 50, 'BEST_CASE'), (4, 'Negotiation', 'OPEN', 75, 'COMMIT'), (5, 'Won', 'WON', 100, 'CLOSED'),
  (6, 'Lost', 'LOST', 0, 'OMITTED')) AS steps (position, step, kind, probability, category)"""


async def make_tokens(urls: Urls, pepper: bytes) -> list[str]:
    """An admin's token for each tenant, as the product makes them."""
    engine = write_engine(urls.app, size=1)
    made = []
    try:
        for number in range(TENANTS):
            user = id_of("user", number + 1)
            viewer = Viewer(tenant_of(number), user, PrincipalKind.STAFF, "Bench", access.shipped("admin"), user)
            now = datetime.now(UTC)
            async with open_work(
                write_sessions(engine), viewer, now=now, request_id="bench", operation="bench"
            ) as work:
                roles = await access.seed(work)
                await access.set_roles(work, user, [roles["admin"].id])
                _, text = await tokens.create(work, "admin", "bench", pepper=pepper, user_id=user)
            made.append(text)
    finally:
        await engine.dispose()
    return made
