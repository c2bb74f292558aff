"""The kinds of records that can be imported: their fields, and the command that writes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from api.domain import accounts, contacts, opportunities, products, users
from api.domain.accounts import Account, AccountType, AddressKind
from api.domain.contacts import Contact
from api.domain.kernel import ExternalKey, Record, Row, Work, Written
from api.domain.opportunities import Opportunity, OpportunityRow, OpportunityType
from api.domain.products import Product
from api.domain.users import Team, User


class Form(Enum):
    """What the text of a field is."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    FLAG = "flag"
    TEXTS = "texts"
    STAGE = "stage"
    ACCOUNT_TYPE = "account type"
    OPPORTUNITY_TYPE = "opportunity type"
    USER = "user"
    TEAM = "team"
    PRODUCT = "product"
    ACCOUNT = "account"
    CONTACT = "contact"


CHOICES: Mapping[Form, type[StrEnum]] = {
    Form.ACCOUNT_TYPE: AccountType,
    Form.OPPORTUNITY_TYPE: OpportunityType,
}
REFERENCES: Mapping[Form, str] = {
    Form.USER: "user",
    Form.TEAM: "team",
    Form.PRODUCT: "product",
    Form.ACCOUNT: "account",
    Form.CONTACT: "contact",
}
ADDRESS = ("street", "city", "region", "postal_code", "country")
LINE = ("product_id", "unit_price", "quantity", "discount_percent")

Values = dict[str, Any]
MakeRow = Callable[[Values, Sequence[ExternalKey]], Row[Any]]


@dataclass(frozen=True)
class Kind:
    """`own`: the field that names another record of the same kind."""

    entity: type[Record]
    fields: Mapping[str, Form]
    row: MakeRow
    write: Callable[[Work, Sequence[Any]], Awaitable[Sequence[Written[Any]]]]
    own: str | None = None


def plain_row(values: Values, keys: Sequence[ExternalKey]) -> Row[Any]:
    """Without a key a record is found by its natural key, else by its name."""
    return Row(values=values, external_ids=keys, by_name=not keys)


def account_row(values: Values, keys: Sequence[ExternalKey]) -> Row[Any]:
    """The parts of the address are that of the office."""
    address = {name: values.pop(name) for name in ADDRESS if name in values}
    unchecked = values.pop("unchecked_address", None)
    if any(address.values()):
        values["addresses"] = [{"kind": AddressKind.OFFICE, "unchecked": unchecked, **address}]
    return plain_row(values, keys)


def contact_row(values: Values, keys: Sequence[ExternalKey]) -> Row[Any]:
    """`full_name` is cut at its last space. Numbers of files are often of the past, so their plan is not checked."""
    full = values.pop("full_name", None)
    if full:
        first, _, last = full.rpartition(" ")
        values |= {"first_name": first or None, "last_name": last}
    numbers = ((label, values.pop(label, None)) for label in ("phone", "fax"))
    country = values.pop("country", None)
    phones = [
        {"number": number, "label": label, "country": country, "unchecked": True, "is_primary": label == "phone"}
        for label, number in numbers
        if number
    ]
    if phones:
        values["phones"] = phones
    return plain_row(values, keys)


def opportunity_row(values: Values, keys: Sequence[ExternalKey]) -> Row[Any]:
    """The product with its price is the only line; a price that the file does not give is that of the product."""
    line = {name: value for name in LINE if (value := values.pop(name, None)) is not None}
    return OpportunityRow(values=values, external_ids=keys, lines=[line] if line else None)  # type: ignore[arg-type, list-item]


KINDS: Mapping[str, Kind] = {
    "user": Kind(
        User,
        {
            "name": Form.TEXT,
            "email": Form.TEXT,
            "title": Form.TEXT,
            "zone": Form.TEXT,
            "team": Form.TEAM,
            "reports_to": Form.USER,
            "is_active": Form.FLAG,
        },
        plain_row,
        users.upsert_many,
        own="reports_to",
    ),
    "team": Kind(
        Team,
        {"name": Form.TEXT, "parent": Form.TEAM, "manager": Form.USER},
        plain_row,
        users.upsert_teams,
        own="parent",
    ),
    "product": Kind(
        Product,
        {
            "code": Form.TEXT,
            "name": Form.TEXT,
            "family": Form.TEXT,
            "list_price": Form.MONEY,
            "is_active": Form.FLAG,
        },
        plain_row,
        products.upsert_many,
    ),
    "account": Kind(
        Account,
        {
            "name": Form.TEXT,
            "legal_name": Form.TEXT,
            "type": Form.ACCOUNT_TYPE,
            "industry": Form.TEXT,
            "employees": Form.NUMBER,
            "annual_revenue": Form.MONEY,
            "tax_id": Form.TEXT,
            "territory": Form.TEXT,
            "year_founded": Form.NUMBER,
            "owner": Form.USER,
            "parent": Form.ACCOUNT,
            "notes": Form.TEXT,
            "domains": Form.TEXTS,
            **dict.fromkeys(ADDRESS, Form.TEXT),
            "unchecked_address": Form.FLAG,
        },
        account_row,
        accounts.upsert_many,
        own="parent",
    ),
    "contact": Kind(
        Contact,
        {
            "full_name": Form.TEXT,
            "first_name": Form.TEXT,
            "last_name": Form.TEXT,
            "salutation": Form.TEXT,
            "title": Form.TEXT,
            "email": Form.TEXT,
            "phone": Form.TEXT,
            "fax": Form.TEXT,
            "country": Form.TEXT,
            "language": Form.TEXT,
            "zone": Form.TEXT,
            "owner": Form.USER,
            "account": Form.ACCOUNT,
            "reports_to": Form.CONTACT,
            "notes": Form.TEXT,
        },
        contact_row,
        contacts.upsert_many,
        own="reports_to",
    ),
    "opportunity": Kind(
        Opportunity,
        {
            "name": Form.TEXT,
            "account": Form.ACCOUNT,
            "owner": Form.USER,
            "stage": Form.STAGE,
            "amount": Form.MONEY,
            "opened_on": Form.DAY,
            "close_date": Form.DAY,
            "closed_on": Form.DAY,
            "probability": Form.NUMBER,
            "type": Form.OPPORTUNITY_TYPE,
            "next_step": Form.TEXT,
            "notes": Form.TEXT,
            "loss_reason": Form.TEXT,
            "competitor": Form.TEXT,
            "product": Form.PRODUCT,
            "unit_price": Form.MONEY,
            "quantity": Form.DECIMAL,
            "discount_percent": Form.DECIMAL,
        },
        opportunity_row,
        opportunities.record_many,
    ),
}
