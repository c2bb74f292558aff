"""Budgets for the marketing of partners, and what of them is allocated to each."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from api.domain import market_development_funds as domain
from api.domain.kernel import Work, fold

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import Natural, described, money, readable, to_one
from .commands import Service, Verbs, Writes
from .connections import Connection, about, extend, lazy, many, one
from .inputs import MoneyInput, ids_of
from .interfaces import Money, Node, Record
from .partner_programs import PartnerProgram
from .records import complete
from .references import Asked, given, resolve
from .scalars import CurrencyCode


@readable(
    domain.PartnerMarketingBudget,
    description="Money for the marketing of partners in a period.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class PartnerMarketingBudget(Record, Node):
    name: str = described("Unique among live budgets, without regard to case and accents.")
    program: PartnerProgram | None = to_one(
        "program_id", "partner_programs.PartnerProgram", "The program whose partners it is for; null for any."
    )
    starts_on: date = described("First day of its period.")
    ends_on: date = described("Last day of its period.")
    amount: Money = money("amount_minor", "What it is in all.")
    allocated: Money = money("allocated_minor", "What of it is allocated to partners; never more than the amount.")
    currency: CurrencyCode = described("Its currency, and that of all that comes of it.")
    accrual_percent: Decimal | None = described(
        "Part of a partner's revenue that accrues, where its tier says nothing."
    )
    notes: str | None = described("Free text, for colleagues only.")


@readable(domain.PartnerFundAllocation, description="A part of a budget for one partner.")
class PartnerFundAllocation(Record, Node):
    budget: PartnerMarketingBudget | None = to_one(
        "budget_id", "partner_budgets.PartnerMarketingBudget", "The budget; null if you may not see it."
    )
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    starts_on: date = described("First day on which it can be used.")
    ends_on: date = described("Last day on which it can be used.")
    amount: Money = money("amount_minor", "What it is in all.")
    committed: Money = money("committed_minor", "What of it is promised to requests; never more than the amount.")
    currency: CurrencyCode = described("The currency of its budget.")
    notes: str | None = described("Free text, for colleagues only.")


for record_type in (PartnerMarketingBudget, PartnerFundAllocation):
    complete(record_type, synced=record_type is PartnerMarketingBudget)
for owner, name, cls, by, text in (
    (PartnerProgram, "marketing_budgets", PartnerMarketingBudget, "program_id", "Budgets for its partners."),
    (PartnerMarketingBudget, "allocations", PartnerFundAllocation, "budget_id", "What partners have of it."),
    (Account, "fund_allocations", PartnerFundAllocation, "account_id", "Market development funds it may use."),
):
    extend(owner, name, cls, by, text)

BUDGETS = Writes(
    PartnerMarketingBudget,
    "partner_marketing_budget",
    Service(
        domain.create_budget, domain.upsert_budgets, domain.BudgetRow, domain.archive_budget, domain.restore_budget
    ),
    fields=("name", "program", "starts_on", "ends_on", "amount", "accrual_percent", "notes"),
    required=("name", "starts_on", "ends_on", "amount"),
    natural={"name": lambda name: {"name": name}},
)
ALLOCATIONS = Verbs(PartnerFundAllocation, "partner_fund_allocation")


def optional(description: str) -> Any:
    return strawberry.field(description=description, default=strawberry.UNSET)


@strawberry.input(description="A new PartnerFundAllocation, in the currency of its budget.")
class PartnerFundAllocationCreateInput:
    budget: lazy("PartnerMarketingBudgetRef", "api.schema.partner_budgets") = strawberry.field(  # type: ignore[valid-type]
        description="The budget."
    )
    account: lazy("AccountRef", "api.schema.accounts") = strawberry.field(description="An active partner.")  # type: ignore[valid-type]
    amount: MoneyInput = strawberry.field(description="At most what is left of the budget.")
    starts_on: date | None = optional("First day on which it can be used; that of the budget if left out.")
    ends_on: date | None = optional("Last day on which it can be used; that of the budget if left out.")
    notes: str | None = optional("Free text, for colleagues only.")


@strawberry.input(description="Changes to a PartnerFundAllocation. A field left out is unchanged, null clears it.")
class PartnerFundAllocationPatch:
    amount: MoneyInput | None = optional("At most what is left of the budget, at least what is promised of it.")
    starts_on: date | None = optional("First day on which it can be used.")
    ends_on: date | None = optional("Last day on which it can be used.")
    notes: str | None = optional("Free text, for colleagues only.")


async def taken(work: Work, value: Any, *references: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ids that an input names, and its other values."""
    fields = given(value)
    asked = {name: Asked(fields.pop(name), (name,)) for name in references}
    ids = await ids_of(work, list(asked.values()))
    if fields.get("amount") is not None:
        fields["amount"] = fields["amount"].money("amount")
    return {name: ids.of(one.reference, name) for name, one in asked.items()}, fields


async def allocate(work: Work, arguments: dict[str, Any]) -> domain.PartnerFundAllocation:
    ids, values = await taken(work, arguments["input"], "budget", "account")
    return await domain.allocate(work, ids["budget"], ids["account"], values)  # type: ignore[arg-type] # named as the input


async def allocation_update(work: Work, arguments: dict[str, Any]) -> domain.PartnerFundAllocation:
    id = await resolve(work, arguments["where"], ("where",))
    _, values = await taken(work, arguments["patch"])
    return await domain.update_allocation(work, id, values, if_version=arguments["if_version"])  # type: ignore[arg-type] # named as the input


PARTNER = column_key("account_id", ("Account", "acc"), "By partner.")
ALLOCATIONS_AGGREGATE = Aggregate(
    PartnerFundAllocation,
    {"BUDGET": column_key("budget_id", ("PartnerMarketingBudget", "mdb"), "By budget."), "ACCOUNT": PARTNER},
    money="amount_minor",
)
BUDGETS_AGGREGATE = Aggregate(
    PartnerMarketingBudget,
    {"PROGRAM": column_key("program_id", ("PartnerProgram", "prg"), "By program.")},
    money="amount_minor",
)


@strawberry.type
class Query:
    partner_marketing_budget: PartnerMarketingBudget | None = one(
        PartnerMarketingBudget, "One budget; null if there is none."
    )
    partner_marketing_budgets: Connection[PartnerMarketingBudget] = many(
        PartnerMarketingBudget, "Budgets for the marketing of partners."
    )
    partner_fund_allocation: PartnerFundAllocation | None = one(
        PartnerFundAllocation, "One allocation; null if there is none or you may not see it."
    )
    partner_fund_allocations: Connection[PartnerFundAllocation] = many(
        PartnerFundAllocation, "What partners have of budgets."
    )
    partner_marketing_budgets_aggregate = BUDGETS_AGGREGATE.query()
    partner_fund_allocations_aggregate = ALLOCATIONS_AGGREGATE.query()


@strawberry.type
class Mutation:
    partner_marketing_budget_create = BUDGETS.create("Make a budget.")
    partner_marketing_budget_update = BUDGETS.update("Change a budget; its amount stays above what is allocated of it.")
    partner_marketing_budget_upsert = BUDGETS.upsert("Change the budget that a key names, or make it.")
    partner_marketing_budget_bulk_upsert = BUDGETS.bulk_upsert("Upsert up to 250 budgets.")
    partner_marketing_budget_archive = BUDGETS.archive("Archive a budget; what is allocated of it stays so.")
    partner_marketing_budget_restore = BUDGETS.restore("Make an archived budget live again.")
    partner_fund_allocation_create = ALLOCATIONS.mutation(
        allocate,
        "Give a partner a part of a budget; all parts together are never more than the budget.",
        {"input": about(PartnerFundAllocationCreateInput, "Of what, to whom, how much.")},
        "input",
    )
    partner_fund_allocation_update = ALLOCATIONS.mutation(
        allocation_update,
        "Change an allocation, within what its budget has left.",
        {"where": ALLOCATIONS.where(), "patch": about(PartnerFundAllocationPatch, "What changes.")},
        "patch",
        versioned=True,
    )
    partner_fund_allocation_archive = ALLOCATIONS.verb(
        domain.archive_allocation, "Give an allocation of which nothing is promised back to its budget."
    )
    partner_fund_allocation_restore = ALLOCATIONS.verb(
        domain.restore_allocation, "Take an archived allocation from its budget again, if that has so much left."
    )
