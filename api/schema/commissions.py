"""Commissions of partners: what they get for sales, the ledger, statements."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Numeric, Text, cast, exists, func, literal_column, select

from api.domain import commissions as domain
from api.domain.kernel import Context, Work, major

from .accounts import Account
from .aggregates import Aggregate, column_key, month_key
from .binding import composed, described, listed, money, readable, to_one
from .commands import Verbs
from .commission_plans import CommissionPlan
from .connections import Connection, about, extend, extend_listed, lazy, many, one
from .enums import described_enum
from .inputs import MoneyInput, ids_of
from .interfaces import Money, Node, Record
from .opportunities import Opportunity
from .partner_budgets import optional
from .partner_programs import PartnerTier
from .records import complete
from .references import Asked, given, resolve
from .scalars import CurrencyCode
from .steps import steps_of, writable

described_enum(
    domain.CommissionStatus,
    "PartnerCommissionStatus",
    "Where a commission stands.",
    ACCRUED="The sale is won.",
    APPROVED="It may be paid.",
    PAID="Paid. A part may be reversed since.",
    REVERSED="All of it is taken back.",
)
described_enum(
    domain.EntryKind,
    "PartnerCommissionEntryKind",
    "What an entry of a partner's ledger says.",
    ACCRUED="More is owed to the partner.",
    APPROVED="What is owed may be paid; the amount is 0.",
    PAID="It was paid; the amount is negative.",
    REVERSED="It is taken back; the amount is negative.",
)


class PartnerCommissionVerb(StrEnum):
    APPROVE = "APPROVE"
    PAY = "PAY"
    REVERSE = "REVERSE"


described_enum(
    PartnerCommissionVerb,
    "PartnerCommissionVerb",
    "A step in the life of a commission, named as the mutation that makes it.",
    APPROVE="`partnerCommissionApprove`: it may be paid.",
    PAY="`partnerCommissionPay`: it was paid.",
    REVERSE="`partnerCommissionReverse`: it is taken back, all of it or a part.",
)


@readable(
    steps_of(domain.PartnerCommission, domain.TRANSITIONS, "commission_id"),
    description="A step that is possible now.",
    visible=writable(domain.PartnerCommission),
)
class PartnerCommissionTransition:
    verb: PartnerCommissionVerb = described("The mutation that makes the step.")
    status: domain.CommissionStatus = described("The status it leads to.", column="leads_to")


@strawberry.type(description="How the amount of a commission came about, beside plan, tier, basis, percent and cap.")
class PartnerCommissionExplanation:
    exact: Decimal = strawberry.field(description="`percent` of `basisAmount`, not rounded, in major units.")
    rounding: Decimal = strawberry.field(description="What rounding has added to it, or taken from it if negative.")
    is_capped: bool = strawberry.field(description="Whether the cap counts: without it the amount was larger.")


def exact_minor(row: Any) -> ColumnElement[Decimal]:
    found: ColumnElement[Decimal] = cast(row.basis_minor, Numeric) * row.percent / literal_column("100")
    return found


def in_major(minor: ColumnElement[Any], row: Any) -> ColumnElement[str]:
    return cast(func.trim_scale(major(minor, row.currency)), Text)


EXPLANATION = {
    "exact": lambda row, _scope: in_major(exact_minor(row), row),
    "rounding": lambda row, _scope: in_major(row.uncapped_minor - exact_minor(row), row),
    "isCapped": lambda row, _scope: row.amount_minor < row.uncapped_minor,
}


@readable(domain.PartnerCommission, description="What a partner gets for one sale under one plan.")
class PartnerCommission(Record, Node):
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    plan: CommissionPlan | None = to_one(
        "plan_id", "commission_plans.CommissionPlan", "The plan that gives it; null if you may not see it."
    )
    opportunity: Opportunity | None = to_one(
        "opportunity_id", "opportunities.Opportunity", "The sale; null if you may not see it."
    )
    source_key: str = described("What it is for: a plan pays a partner for it once, unless that was reversed.")
    status: domain.CommissionStatus = described("Where it stands.")
    closed_on: date = described("Day the sale was won; the tier of the partner in the end of that day counts.")
    tier: PartnerTier | None = to_one(
        "tier_id", "partner_programs.PartnerTier", "The tier of the partner when the sale was won."
    )
    basis: domain.CommissionBasis = described("What it is a part of.")
    revenue: Money = money("revenue_minor", "Amount of the sale when it was won; later changes do not count.")
    cost: Money | None = money("cost_minor", "What the sale costs us; null for a commission on net revenue.")
    basis_amount: Money = money("basis_minor", "What the rate is of.")
    percent: Decimal = described("The rate: that of the tier at close, else that of the plan.")
    revenue_percent: Decimal | None = described("The rate if it is one on net revenue, as the partner sees it.")
    uncapped: Money = money("uncapped_minor", "What the rate makes, rounded half to even.")
    cap: Money | None = money("cap_minor", "The most for one sale; null for no limit.")
    amount: Money = money("amount_minor", "What the partner gets, before anything is reversed.")
    reversed: Money = money("reversed_minor", "What of it is taken back.")
    paid: Money = money("paid_minor", "What of it was paid.")
    currency: CurrencyCode = described("The currency of the sale.")
    accrued_on: date = described("Day it was booked.")
    approved_on: date | None = described("Day it was approved.")
    paid_on: date | None = described("Day it was paid.")
    payment_reference: str | None = described("What the payment can be found by.")
    reversed_on: date | None = described("Day on which something of it was taken back last.")
    reversal_reason: str | None = described("Why, as the partner is told.")
    notes: str | None = described("Free text, for colleagues only.")
    explanation: PartnerCommissionExplanation = composed(EXPLANATION, "Why this amount.")
    available_transitions: list[PartnerCommissionTransition] = listed(
        "commission_id", "The steps you can take now.", order=("place",)
    )


@readable(
    domain.PartnerCommissionEntry,
    description="An entry of a partner's ledger in one currency. It is never changed; the sum of all is the balance.",
)
class PartnerCommissionEntry(Record, Node):
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    currency: CurrencyCode = described("The currency of the ledger.")
    sequence: int = described("Its number in the ledger, from 1, without a gap.")
    commission: PartnerCommission | None = to_one(
        "commission_id", "commissions.PartnerCommission", "What it is about; null if you may not see it."
    )
    kind: domain.EntryKind = described("What it says.")
    amount: Money = money("amount_minor", "By how much the balance changes.")
    opening: Money = money("opening_minor", "The balance before.")
    balance: Money = money("balance_minor", "The balance after: the sum of all entries until this one.")
    booked_on: date = described("Day it was booked.")
    text: str | None = described("Why something was reversed, or what a payment can be found by.")


@readable(
    domain.PartnerCommissionStatement,
    description="What was booked for a partner in a period. It is never changed.",
)
class PartnerCommissionStatement(Record, Node):
    account: Account | None = to_one("account_id", "accounts.Account", "The partner; null if you may not see it.")
    currency: CurrencyCode = described("The currency of the ledger.")
    starts_on: date = described("First day, that after the last statement.")
    ends_on: date = described("Last day.")
    from_sequence: int = described("Number of its first entry.")
    to_sequence: int = described("Number of its last entry; less than `fromSequence` if there is none.")
    opening: Money = money("opening_minor", "The balance before.")
    accrued: Money = money("accrued_minor", "What was accrued.")
    reversed: Money = money("reversed_minor", "What was taken back.")
    paid: Money = money("paid_minor", "What was paid.")
    closing: Money = money("closing_minor", "The balance in the end: opening + accrued − reversed − paid.")


def balances() -> Any:
    """The newest entry of each ledger: that which no other goes on from."""
    entries = domain.PartnerCommissionEntry.__table__.alias("of_ledger")
    after = domain.PartnerCommissionEntry.__table__.alias("later")
    same = [after.c[name] == entries.c[name] for name in ("tenant_id", "account_id", "currency")]
    later = select(after.c.id).where(*same, after.c.sequence == entries.c.sequence + literal_column("1"))
    return (
        select(entries.c.tenant_id, entries.c.account_id, entries.c.currency, entries.c.balance_minor)
        .where(~exists(later))
        .subquery("commission_balances")
    )


def visible_balances(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is not None:
        return context.outside.acts_for(t.account_id)
    return context.reach(context.capability.on("partner_commission_entry").read)


@readable(
    balances(),
    description="What we owe a partner in one currency.",
    visible=visible_balances,
    outside=("currency", "balance"),
)
class PartnerCommissionBalance:
    currency: CurrencyCode = described("The currency.")
    balance: Money = money("balance_minor", "The sum of all entries; below 0 if more was reversed than is still owed.")


for record_type in (PartnerCommission, PartnerCommissionEntry, PartnerCommissionStatement):
    complete(record_type, synced=False)
for owner, name, cls, by, text in (
    (Account, "commissions", PartnerCommission, "account_id", "Commissions it gets as a partner."),
    (Account, "commission_entries", PartnerCommissionEntry, "account_id", "Its ledgers as a partner."),
    (Account, "commission_statements", PartnerCommissionStatement, "account_id", "Statements of its ledgers."),
    (CommissionPlan, "commissions", PartnerCommission, "plan_id", "What it gives."),
    (Opportunity, "commissions", PartnerCommission, "opportunity_id", "What partners get for it."),
    (PartnerTier, "commissions", PartnerCommission, "tier_id", "Commissions at its rate."),
    (PartnerCommission, "entries", PartnerCommissionEntry, "commission_id", "What was booked for it."),
):
    extend(owner, name, cls, by, text)
extend_listed(
    Account,
    "commission_balances",
    PartnerCommissionBalance,
    "account_id",
    "What we owe it as a partner, in each currency.",
    order=("currency",),
)

COMMISSIONS = Verbs(PartnerCommission, "partner_commission")
STATEMENTS = Verbs(PartnerCommissionStatement, "partner_commission_statement")


@strawberry.input(description="That a plan is to give a partner its commission for a won sale.")
class PartnerCommissionAccrueInput:
    opportunity: lazy("OpportunityRef", "api.schema.opportunities") = strawberry.field(description="A won sale.")  # type: ignore[valid-type]
    plan: lazy("CommissionPlanRef", "api.schema.commission_plans") = strawberry.field(description="The plan.")  # type: ignore[valid-type]
    account: lazy("AccountRef", "api.schema.accounts") = strawberry.field(  # type: ignore[valid-type]
        description="The partner, with the part in the sale that the plan pays for."
    )
    cost: MoneyInput | None = optional("What the sale costs us, in its currency; for a plan on the margin only.")


@strawberry.input(description="Which statement is to be made.")
class PartnerCommissionStatementIssueInput:
    account: lazy("AccountRef", "api.schema.accounts") = strawberry.field(description="The partner.")  # type: ignore[valid-type]
    currency: CurrencyCode = strawberry.field(description="The currency of the ledger.")
    ends_on: date = strawberry.field(description="Last day of the period, before today.")


@strawberry.input(description="Changes to a PartnerCommission. A field left out is unchanged, null clears it.")
class PartnerCommissionPatch:
    notes: str | None = optional("Free text, for colleagues only.")


async def named(work: Work, fields: dict[str, Any], *references: str) -> dict[str, Any]:
    """The ids that an input names, by the arguments of a command; taken out of its fields."""
    asked = {name: Asked(fields.pop(name), (name,)) for name in references}
    ids = await ids_of(work, list(asked.values()))
    return {f"{name}_id": ids.of(one.reference, name) for name, one in asked.items()}


async def accrue(work: Work, arguments: dict[str, Any]) -> domain.PartnerCommission:
    fields = given(arguments["input"])
    found = await named(work, fields, "opportunity", "plan", "account")
    cost = fields.get("cost")
    return await domain.accrue(work, **found, cost=None if cost is None else cost.money("cost"))


async def issue(work: Work, arguments: dict[str, Any]) -> domain.PartnerCommissionStatement:
    fields = given(arguments["input"])
    found = await named(work, fields, "account")
    return await domain.issue_statement(work, **found, **fields)


async def update(work: Work, arguments: dict[str, Any]) -> domain.PartnerCommission:
    id = await resolve(work, arguments["where"], ("where",))
    values: Any = given(arguments["patch"])
    return await domain.annotate(work, id, values, if_version=arguments["if_version"])


async def reverse(
    work: Work, id: Any, *, reason: str, amount: MoneyInput | None = None, if_version: int | None
) -> domain.PartnerCommission:
    part = None if amount is None else amount.money("amount")
    return await domain.reverse(work, id, reason, amount=part, if_version=if_version)


ACCOUNT = column_key("account_id", ("Account", "acc"), "By partner.")
COMMISSIONS_AGGREGATE = Aggregate(
    PartnerCommission,
    {
        "STATUS": column_key("status", None, "By where they stand."),
        "ACCOUNT": ACCOUNT,
        "PLAN": column_key("plan_id", ("CommissionPlan", "cpl"), "By plan."),
        "TIER": column_key("tier_id", ("PartnerTier", "pti"), "By tier at close."),
        "MONTH": month_key("closed_on", "By the month in which the sale was won."),
    },
    money="amount_minor",
)
ENTRIES_AGGREGATE = Aggregate(
    PartnerCommissionEntry,
    {
        "KIND": column_key("kind", None, "By what they say."),
        "ACCOUNT": ACCOUNT,
        "MONTH": month_key("booked_on", "By the month in which they were booked."),
    },
    money="amount_minor",
)
STATEMENTS_AGGREGATE = Aggregate(PartnerCommissionStatement, {"ACCOUNT": ACCOUNT}, money="closing_minor")


@strawberry.type
class Query:
    partner_commission: PartnerCommission | None = one(
        PartnerCommission, "One commission; null if there is none or you may not see it."
    )
    partner_commissions: Connection[PartnerCommission] = many(PartnerCommission, "What partners get for sales.")
    partner_commission_entry: PartnerCommissionEntry | None = one(
        PartnerCommissionEntry, "One entry of a ledger; null if there is none or you may not see it."
    )
    partner_commission_entries: Connection[PartnerCommissionEntry] = many(
        PartnerCommissionEntry, "The ledgers of partners."
    )
    partner_commission_statement: PartnerCommissionStatement | None = one(
        PartnerCommissionStatement, "One statement; null if there is none or you may not see it."
    )
    partner_commission_statements: Connection[PartnerCommissionStatement] = many(
        PartnerCommissionStatement, "What was booked for partners, by period."
    )
    partner_commissions_aggregate = COMMISSIONS_AGGREGATE.query()
    partner_commission_entries_aggregate = ENTRIES_AGGREGATE.query()
    partner_commission_statements_aggregate = STATEMENTS_AGGREGATE.query()


@strawberry.type
class Mutation:
    partner_commission_accrue = COMMISSIONS.mutation(
        accrue,
        "Book the commission of a partner for a won sale, if that is not done: after the fact, or on the margin.",
        {"input": about(PartnerCommissionAccrueInput, "Which sale, plan and partner.")},
        "input",
    )
    partner_commission_update = COMMISSIONS.mutation(
        update,
        "Note something on a commission.",
        {"where": COMMISSIONS.where(), "patch": about(PartnerCommissionPatch, "What changes.")},
        "patch",
        versioned=True,
    )
    partner_commission_approve = COMMISSIONS.verb(domain.approve, "Say that a commission may be paid.")
    partner_commission_pay = COMMISSIONS.verb(
        domain.pay,
        "Say that an approved commission was paid: what is left of it, and never more than the partner's balance.",
        paid_on=about(date | None, "Day it was paid, today when left out; not in the future."),
        reference=about(str | None, "What the payment can be found by; at most 255 characters."),
    )
    partner_commission_reverse = COMMISSIONS.verb(
        reverse,
        "Take back a commission, or a part; of one that is paid it makes the partner's balance lower.",
        reason=about(str, "Why, as the partner is told; at most 500 characters."),
        amount=about(MoneyInput | None, "Less than what is left of it, in the same currency; all of it if left out."),
    )
    partner_commission_statement_issue = STATEMENTS.mutation(
        issue,
        "Sum up what was booked for a partner since its last statement.",
        {"input": about(PartnerCommissionStatementIssueInput, "For whom, and until when.")},
        "input",
    )
