"""Commands for accounts."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from api.domain.kernel import (
    AddressValues,
    ExternalKey,
    Matching,
    Money,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    checked_addresses,
    checked_money,
    checked_number,
    checked_references,
    checked_texts,
    fold,
    load_references,
    load_tree,
    refuse_null,
    require,
    write_rows,
)
from api.domain.users import User

from .models import Account, AccountType
from .parts import Parts, domains_in, holders_of_domains, load_parts

TEXTS = {
    "name": TextField(255, required=True, folded="name_sort"),
    "legal_name": TextField(255),
    "industry": TextField(100, folded="industry_sort"),
    "tax_id": TextField(50),
    "territory": TextField(100, folded="territory_sort"),
    "notes": TextField(20_000),
}
REFERENCES = {"owner_id": User, "parent_id": Account}


class AccountValues(TypedDict, total=False):
    """What is known of an account; a missing key leaves the value alone, None clears it.

    `domains` are added to those the account has; of `addresses` each replaces the one of its kind.
    """

    name: str
    legal_name: str | None
    type: AccountType
    industry: str | None
    employees: int | None
    annual_revenue: Money | None
    tax_id: str | None
    territory: str | None
    year_founded: int | None
    owner_id: UUID | None
    parent_id: UUID | None
    notes: str | None
    domains: Sequence[str]
    addresses: Sequence[AddressValues]


AccountRow = Row[AccountValues]


async def create(work: Work, values: AccountValues, *, external_ids: Sequence[ExternalKey] = ()) -> Account:
    """A new account; it belongs to the acting user unless the values say otherwise."""
    row = AccountRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: AccountValues, *, if_version: int | None = None) -> Account:
    """Raises Invalid if the new parent is below the account, or the tree gets more than ten levels."""
    return (await upsert_many(work, [AccountRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[AccountRow]) -> list[Written[Account]]:
    """Create or update accounts; a row means the account with its id, external id, domain or (`by_name`) name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Account:
    """Archive an account; its domains become free for others."""
    account = await work.edit(Account, id, if_version=if_version, archived=True)
    if account.archived_at is None:
        account.archived_at = work.now
        (await load_parts(work, [id])).archive(id, work.now)
    return account


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Account:
    """Raises RestoreConflict if a live account has meanwhile taken one of the domains."""
    account = await work.edit(Account, id, if_version=if_version, archived=True)
    if account.archived_at is not None:
        parts = await load_parts(work, [id])
        for holder in (await holders_of_domains(work, parts.domains_of(id))).values():
            raise RestoreConflict("account", holder, ("domains",))
        account.archived_at = None
        parts.archive(id, None)
    return account


async def prepare(work: Work, rows: Sequence[AccountRow], records: Mapping[UUID, Account]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    parents = {parent for row in rows if (parent := row.values.get("parent_id"))}
    tree = await load_tree(work, Account, records, parents)
    with_parts = any(row.values.get("domains") or row.values.get("addresses") for row in rows)
    parts = await load_parts(work, records) if with_parts else Parts(work)

    def write(row: AccountRow, account: Account | None) -> tuple[Account, bool]:
        columns = columns_of_values(work, row.values, account)
        addresses = checked_addresses(row.values.get("addresses", ()))
        domains = domains_in(row.values)
        parts.check_domains(account.id if account else None, domains)
        if parent := columns.get("parent_id"):
            tree.check(account.id if account else None, parent)
        changed = account is None or assign(account, columns)
        account = account or work.add(new_account(work, columns))
        changed |= parts.add_domains(account.id, domains)
        changed |= parts.put_addresses(account.id, addresses)
        if "parent_id" in columns:
            tree.move(account.id, account.parent_id)
        return account, changed

    return write


def new_account(work: Work, columns: dict[str, Any]) -> Account:
    return Account(**{"type": AccountType.PROSPECT, "owner_id": work.viewer.user, **columns})


def columns_of_values(work: Work, values: AccountValues, account: Account | None) -> dict[str, Any]:
    if account is None:
        require(values, "name")
    refuse_null(values, "type")
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, account)
    if "tax_id" in columns:
        columns["tax_id_norm"] = normal_tax_id(columns["tax_id"])
    if "type" in values:
        columns["type"] = values["type"]
    if "employees" in values:
        columns["employees"] = checked_number(values["employees"], "employees", 0, 10_000_000)
    if "year_founded" in values:
        columns["year_founded"] = checked_number(values["year_founded"], "year_founded", 1000, 2200)
    if "annual_revenue" in values:
        revenue = checked_money(values["annual_revenue"], "annual_revenue")
        columns |= {"annual_revenue_minor": revenue and revenue.minor, "currency": revenue and revenue.currency}
    return columns


def normal_tax_id(text: str | None) -> str | None:
    """What two spellings of one number have in common.

    >>> normal_tax_id("DE 123.456/789")
    'de123456789'
    """
    return "".join(letter for letter in fold(text or "") if letter.isalnum()) or None


def folded_name(values: Mapping[str, Any]) -> str:
    return fold(values.get("name") or "")


MATCHING = Matching(Account, "domains", domains_in, holders_of_domains, folded_name)
