"""Accounts."""

from typing import Any

import strawberry
from sqlalchemy import exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.domain import accounts as domain

from .aggregates import Aggregate, column_key
from .binding import Natural, computed, described, listed, money, readable, to_one
from .commands import Service, Writes
from .connections import Connection, extend, many, one
from .enums import described_enum
from .inputs import Extra, Ids
from .interfaces import Money, Node, Record
from .records import complete
from .references import given
from .scalars import CountryCode
from .users import User

described_enum(
    domain.AccountType,
    "AccountType",
    "What an account is to us.",
    PROSPECT="May become a customer.",
    CUSTOMER="Has bought.",
    FORMER_CUSTOMER="Has bought, but no longer does.",
    PARTNER="Sells with us or for us.",
    SUPPLIER="Sells to us.",
    COMPETITOR="Sells against us.",
    OTHER="Something else.",
)
described_enum(
    domain.AddressKind,
    "AddressKind",
    "What an address is for.",
    BILLING="Invoices go here.",
    SHIPPING="Goods go here.",
    OFFICE="People work here.",
    OTHER="Something else.",
)


@readable(domain.AccountAddress, description="A postal address; an account has at most one of each kind.")
class AccountAddress:
    kind: domain.AddressKind = described("What it is for.")
    street: str | None = described("Street and number, one or more lines.")
    city: str | None = described("City.")
    region: str | None = described("State, province or region.")
    postal_code: str | None = described("Postal code.")
    country: CountryCode | None = described("Country.")


def domains(row: Any, scope: Any) -> Any:
    """The domains of an account as a JSON array."""
    own = domain.AccountDomain.__table__.alias("d")
    names = func.json_agg(aggregate_order_by(own.c.domain, own.c.domain))
    mine = select(func.coalesce(names, literal_column("'[]'::json"))).where(
        own.c.tenant_id == scope.tenant, own.c.account_id == row.id
    )
    return mine.correlate_except(own).scalar_subquery()


def has_domain(table: Any, tenant: Any, name: Any) -> Any:
    own = domain.AccountDomain.__table__.alias("d")
    mine = (own.c.tenant_id == tenant, own.c.account_id == table.c.id, own.c.domain == name)
    return exists(select(literal_column("1")).select_from(own).where(*mine).correlate_except(own))


@readable(
    domain.Account,
    description="An organisation we sell to, buy from or work with; accounts form trees of parents.",
    naturals={"domain": Natural(str, "One of its internet domains.", has_domain, domain.normal_domain)},
)
class Account(Record, Node):
    name: str = described("What people call it.")
    legal_name: str | None = described("Name in the register.")
    type: domain.AccountType = described("What it is to us.")
    industry: str | None = described("Line of business.")
    employees: int | None = described("Number of employees.")
    annual_revenue: Money | None = money("annual_revenue_minor", "Revenue of a year.")
    tax_id: str | None = described("Tax number.")
    territory: str | None = described("Sales territory.")
    year_founded: int | None = described("Year it was founded.")
    owner: User | None = to_one("owner_id", "users.User", "Who looks after it.")
    parent: "Account | None" = to_one("parent_id", "accounts.Account", "The account it is part of; at most 10 levels.")
    notes: str | None = described("Free text, for colleagues only.")
    domains: list[str] = computed(domains, "Internet domains, lower case, sorted.")
    addresses: list[AccountAddress] = listed("account_id", "Postal addresses.", order=("kind",))


complete(Account)
extend(Account, "children", Account, "parent_id", "Accounts that are part of this one.")
extend(User, "accounts", Account, "owner_id", "Accounts the user looks after.")


@strawberry.input(description="A postal address; it replaces the one of its kind.")
class AccountAddressInput:
    kind: domain.AddressKind = strawberry.field(description="What it is for.")
    street: str | None = strawberry.field(description="Street and number.", default=strawberry.UNSET)
    city: str | None = strawberry.field(description="City.", default=strawberry.UNSET)
    region: str | None = strawberry.field(description="State, province or region.", default=strawberry.UNSET)
    postal_code: str | None = strawberry.field(description="Postal code.", default=strawberry.UNSET)
    country: CountryCode | None = strawberry.field(description="Country.", default=strawberry.UNSET)
    unchecked: bool | None = strawberry.field(
        description="Take it as it is, for addresses of the past: do not ask whether its country has such a one.",
        default=strawberry.UNSET,
    )


def addresses_of(value: list[AccountAddressInput] | None, _ids: Ids) -> list[dict[str, Any]]:
    return [given(one) for one in value or ()]


def domains_of(value: list[str] | None, _ids: Ids) -> list[str]:
    return value or []


ACCOUNTS = Writes(
    Account,
    "account",
    Service(domain.create, domain.upsert_many, domain.AccountRow, domain.archive, domain.restore),
    fields=(
        "name",
        "legal_name",
        "type",
        "industry",
        "employees",
        "annual_revenue",
        "tax_id",
        "territory",
        "year_founded",
        "owner",
        "parent",
        "notes",
    ),
    required=("name",),
    extras={
        "domains": Extra(list[str], "Internet domains, added to those it has.", domains_of),
        "addresses": Extra(list[AccountAddressInput], "Addresses; each replaces the one of its kind.", addresses_of),
    },
    natural={"domain": lambda name: {"domains": [name]}},
)


AGGREGATE = Aggregate(
    Account,
    {
        "TYPE": column_key("type", None, "By what they are to us."),
        "INDUSTRY": column_key("industry_sort", None, "By line of business, folded."),
        "TERRITORY": column_key("territory_sort", None, "By sales territory, folded."),
        "OWNER": column_key("owner_id", ("User", "usr"), "By owner."),
        "PARENT": column_key("parent_id", ("Account", "acc"), "By parent."),
    },
    money="annual_revenue_minor",
)


@strawberry.type
class Query:
    account: Account | None = one(Account, "One account; null if there is none or you may not see it.")
    accounts: Connection[Account] = many(Account, "Accounts.")
    accounts_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    account_create = ACCOUNTS.create("Make an account; it is yours unless you name an owner.")
    account_update = ACCOUNTS.update("Change an account.")
    account_upsert = ACCOUNTS.upsert("Change the account that a key names, or make it.")
    account_bulk_upsert = ACCOUNTS.bulk_upsert("Upsert up to 250 accounts.")
    account_archive = ACCOUNTS.archive("Archive an account; its domains become free for others.")
    account_restore = ACCOUNTS.restore("Make an archived account live again.")
