"""Commands for budgets and for what of them is allocated to partners."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from api.domain.accounts import Account
from api.domain.kernel import (
    ExternalKey,
    Invalid,
    Matching,
    Money,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked_day,
    checked_money,
    checked_references,
    checked_texts,
    fold,
    load_references,
    refuse_null,
    require,
    write_rows,
)
from api.domain.partner_programs import PartnerProgram, check_active_member, checked_percent

from .amounts import check_currency, check_left, positive
from .models import PartnerFundAllocation, PartnerMarketingBudget

TEXTS = {"name": TextField(100, required=True, folded="name_sort"), "notes": TextField(5_000)}
NOTES = {"notes": TextField(5_000)}
REFERENCES = {"program_id": PartnerProgram}
DAYS = ("starts_on", "ends_on")


class BudgetValues(TypedDict, total=False):
    """What is known of a budget; a missing key leaves the value alone, None clears it."""

    name: str
    program_id: UUID | None
    starts_on: date
    ends_on: date
    amount: Money
    accrual_percent: Decimal | None
    notes: str | None


class AllocationValues(TypedDict, total=False):
    """What is known of an allocation; without days it has those of its budget."""

    amount: Money
    starts_on: date
    ends_on: date
    notes: str | None


class NoteValues(TypedDict, total=False):
    """What colleagues note of a request or claim; a missing key leaves it alone."""

    notes: str | None


BudgetRow = Row[BudgetValues]


async def create_budget(
    work: Work, values: BudgetValues, *, external_ids: Sequence[ExternalKey] = ()
) -> PartnerMarketingBudget:
    row = BudgetRow(values=values, external_ids=external_ids)
    return (await write_rows(work, BUDGETS, [row], prepare, create=True))[0].unwrap()


async def upsert_budgets(work: Work, rows: Sequence[BudgetRow]) -> list[Written[PartnerMarketingBudget]]:
    """Create or update budgets; a row means the budget with its id, external id or name."""
    return await write_rows(work, BUDGETS, rows, prepare)


async def archive_budget(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerMarketingBudget:
    """What of it is allocated stays so; nothing more can be."""
    budget = await work.edit(PartnerMarketingBudget, id, if_version=if_version, archived=True)
    budget.archived_at = budget.archived_at or work.now
    return budget


async def restore_budget(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerMarketingBudget:
    """Raises RestoreConflict if a live budget has the name."""
    budget = await work.edit(PartnerMarketingBudget, id, if_version=if_version, archived=True)
    if budget.archived_at is not None:
        for holder in (await BUDGETS.holders(work, [budget.name_sort])).values():
            raise RestoreConflict(PartnerMarketingBudget.object, holder, ("name",))
    budget.archived_at = None
    return budget


async def prepare(work: Work, rows: Sequence[BudgetRow], _records: Mapping[UUID, PartnerMarketingBudget]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)

    def write(row: BudgetRow, budget: PartnerMarketingBudget | None) -> tuple[PartnerMarketingBudget, bool]:
        columns = budget_columns(work, row.values, budget)
        if budget is None:
            return work.add(PartnerMarketingBudget(**columns)), True
        return budget, assign(budget, columns)

    return write


def budget_columns(work: Work, values: BudgetValues, budget: PartnerMarketingBudget | None) -> dict[str, Any]:
    if budget is None:
        require(values, "name", "amount", *DAYS)
    refuse_null(values, "amount", *DAYS)
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, budget)
    columns |= checked_period(values, budget)
    if "accrual_percent" in values:
        columns["accrual_percent"] = checked_percent(values["accrual_percent"], "accrual_percent")
    if (amount := checked_money(values.get("amount"), "amount")) is not None:
        columns["amount_minor"] = amount.minor
        if budget is None:
            columns["currency"] = amount.currency
        else:
            check_currency(amount, budget.currency)
            check_not_below(amount, budget.allocated_minor, "allocated to partners")
    return columns


async def allocate(work: Work, budget_id: UUID, account_id: UUID, values: AllocationValues) -> PartnerFundAllocation:
    """Give a partner a part of a budget, in the budget's currency.

    Raises:
        NotFound, Archived: about the budget or the account.
        Required, Invalid: about the values; the account is no active partner; less of the budget is left.
    """
    work.check_create(PartnerFundAllocation)
    await work.reference(PartnerMarketingBudget, budget_id, "budget")
    await work.reference(Account, account_id, "account")
    await check_active_member(work, account_id)
    amount = positive(values.get("amount"))
    (budget,) = await work.affect(PartnerMarketingBudget, [budget_id])
    check_currency(amount, budget.currency)
    days = {"starts_on": budget.starts_on, "ends_on": budget.ends_on} | checked_period(values, budget)
    notes = checked_texts(values, NOTES)
    spend(budget, amount.minor)
    money = {"amount_minor": amount.minor, "currency": amount.currency}
    made = PartnerFundAllocation(budget_id=budget_id, account_id=account_id, **days, **notes, **money)
    return work.add(made)


async def update_allocation(
    work: Work, id: UUID, values: AllocationValues, *, if_version: int | None = None
) -> PartnerFundAllocation:
    """Change how much of its budget an allocation is, when it can be used, or its notes.

    Raises:
        NotFound, Archived: about the allocation.
        Invalid: less is left of the budget, more is promised of the allocation, or another currency.
    """
    allocation = await work.edit(PartnerFundAllocation, id, if_version=if_version)
    refuse_null(values, "amount", *DAYS)
    columns = checked_texts(values, NOTES) | checked_period(values, allocation)
    if "amount" in values:
        amount = positive(values["amount"])
        check_currency(amount, allocation.currency)
        check_not_below(amount, allocation.committed_minor, "promised to requests")
        (budget,) = await work.affect(PartnerMarketingBudget, [allocation.budget_id])
        spend(budget, amount.minor - allocation.amount_minor)
        columns["amount_minor"] = amount.minor
    assign(allocation, columns)
    return allocation


async def archive_allocation(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerFundAllocation:
    """Give an allocation of which nothing is promised back to its budget.

    Raises Invalid if something of it is promised to a request.
    """
    allocation = await work.edit(PartnerFundAllocation, id, if_version=if_version, archived=True)
    if allocation.archived_at is None:
        if allocation.committed_minor:
            raise Invalid((), "a part of this allocation is promised to requests; lower its amount instead", "promised")
        (budget,) = await work.affect(PartnerMarketingBudget, [allocation.budget_id])
        budget.allocated_minor -= allocation.amount_minor
        allocation.archived_at = work.now
    return allocation


async def restore_allocation(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerFundAllocation:
    """Raises Invalid if less of the budget is left."""
    allocation = await work.edit(PartnerFundAllocation, id, if_version=if_version, archived=True)
    if allocation.archived_at is not None:
        (budget,) = await work.affect(PartnerMarketingBudget, [allocation.budget_id])
        spend(budget, allocation.amount_minor)
        allocation.archived_at = None
    return allocation


def spend(budget: PartnerMarketingBudget, minor: int) -> None:
    """Allocate more of a locked budget, or less. Raises Invalid if it has not so much left."""
    check_left(minor, budget.amount_minor - budget.allocated_minor, budget.currency, "budget")
    budget.allocated_minor += minor


def check_not_below(amount: Money, given: int, what: str) -> None:
    if amount.minor < given:
        least = Money(given, amount.currency).amount
        raise Invalid(("amount",), f"{least} {amount.currency} are {what}; give no less than that", "given")


def checked_period(values: Mapping[str, Any], known: Any) -> dict[str, Any]:
    """Raises Invalid for a day that is none, or an end before the start."""
    days = {name: checked_day(values[name], name) for name in DAYS if name in values}
    start, end = (days.get(name, getattr(known, name, None)) for name in DAYS)
    if start is not None and end is not None and end < start:
        raise Invalid(("ends_on",), f"this period begins later, on {start}", "period")
    return days


def names_of(values: Mapping[str, Any]) -> Sequence[str]:
    return (fold(values["name"]),) if values.get("name") else ()


BUDGETS = Matching(PartnerMarketingBudget, "name", names_of, by_column(PartnerMarketingBudget, "name_sort"))
