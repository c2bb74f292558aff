"""What accrues, what is taken back, and that the sum of a ledger is its balance however many book at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from api.domain import commissions, opportunities, partner_programs
from api.domain.commissions import CommissionBasis, CommissionStatus, PartnerCommission, PartnerCommissionEntry
from api.domain.kernel import IllegalTransition, Invalid, Money, Required, Work
from tests.conftest import Committed
from tests.factories import a_commission, a_commission_plan, a_membership, a_sourced_sale, a_stage, a_tier, an_account

AT_ONCE = 6  # as many connections as one tenant gets of the pool of a test


async def a_partner(work: Work, percent: str = "10", **plan: Any) -> tuple[UUID, commissions.CommissionPlan]:
    member = await a_membership(work, tier=await a_tier(work, commission_percent=Decimal(percent)))
    return member.account_id, await a_commission_plan(work, program=member.program_id, **plan)


async def won(work: Work, partner: UUID, **values: Any) -> opportunities.Opportunity:
    sale = await a_sourced_sale(work, partner, **values)
    await work.finish()
    await opportunities.win(work, sale.id)
    await work.finish()
    return sale


async def all_commissions(work: Work) -> list[PartnerCommission]:
    return list(await work.session.scalars(select(PartnerCommission).order_by(PartnerCommission.id)))


async def booked(work: Work) -> list[tuple[int, str, int, int]]:
    await work.flush()
    entry = PartnerCommissionEntry
    rows = await work.session.scalars(select(entry).order_by(entry.account_id, entry.currency, entry.sequence))
    return [(one.sequence, one.kind.value, one.amount_minor, one.balance_minor) for one in rows]


# What accrues


async def test_a_sale_that_is_won_accrues_for_the_partner_who_brought_it_once(work: Work) -> None:
    partner, plan = await a_partner(work)
    sale = await won(work, partner, amount=100_050)
    (made,) = await all_commissions(work)
    assert (made.account_id, made.plan_id, made.opportunity_id) == (partner, plan.id, sale.id)
    assert (made.revenue_minor, made.percent, made.amount_minor) == (100_050, Decimal(10), 10_005)
    assert (made.status, made.closed_on, made.accrued_on) == ("ACCRUED", date(2026, 3, 2), date(2026, 3, 2))
    assert (await commissions.accrue(work, sale.id, plan.id, partner)).id == made.id
    assert await booked(work) == [(1, "ACCRUED", 10_005, 10_005)]


@pytest.mark.parametrize(
    ("amount", "percent", "commission"),
    [(50, "5", 2), (150, "5", 8), (250, "5", 12), (251, "5", 13), (99_999_999, "33.33", 33_330_000)],
)
async def test_a_commission_is_rounded_half_to_even(work: Work, amount: int, percent: str, commission: int) -> None:
    partner, _ = await a_partner(work, percent)
    await won(work, partner, amount=amount)
    assert [one.amount_minor for one in await all_commissions(work)] == [commission]


async def test_a_cap_is_the_most_for_one_sale(work: Work) -> None:
    partner, _ = await a_partner(work, currency="USD", cap=Money(5_000, "USD"))
    await won(work, partner, amount=40_000)
    await won(work, partner, amount=90_000, name="Cellar")
    amounts = [(one.uncapped_minor, one.cap_minor, one.amount_minor) for one in await all_commissions(work)]
    assert amounts == [(4_000, 5_000, 4_000), (9_000, 5_000, 5_000)]


async def test_the_rate_is_that_of_the_tier_at_close_and_that_of_the_plan_where_the_tier_has_none(work: Work) -> None:
    silver = await a_tier(work, commission_percent=Decimal(5))
    gold = await a_tier(work, "Gold", silver.program_id, rank=2, commission_percent=Decimal(8))
    bare = await a_tier(work, "Bare", silver.program_id, rank=3)
    member = await a_membership(work, tier=silver)
    plan = await a_commission_plan(work, program=silver.program_id, percent=Decimal(1))
    closed = work.now.date()
    first = await a_sourced_sale(work, member.account_id, name="First", opened_on=closed)
    work.now += timedelta(days=1)
    await partner_programs.change_tier(work, member.id, gold.id)
    await work.finish()
    await opportunities.win(work, first.id, closed_on=closed)
    await work.finish()
    await won(work, member.account_id, name="Second")
    work.now += timedelta(days=1)
    await partner_programs.change_tier(work, member.id, bare.id)
    await work.finish()
    await won(work, member.account_id, name="Third")
    assert [(one.tier_id, one.percent) for one in await all_commissions(work)] == [
        (silver.id, Decimal(5)), (gold.id, Decimal(8)), (bare.id, Decimal(1))
    ]  # fmt: skip
    assert plan.percent == Decimal(1)


async def test_a_plan_on_the_margin_waits_until_the_cost_is_told(work: Work) -> None:
    partner, plan = await a_partner(work, basis=CommissionBasis.MARGIN)
    sale = await won(work, partner, amount=100_000)
    assert await all_commissions(work) == []
    for cost, path, error in (
        (None, "cost", Required),
        (Money(1, "EUR"), "cost", Invalid),
        (Money(100_000, "USD"), "cost", Invalid),
    ):
        with pytest.raises(error) as refused:
            await commissions.accrue(work, sale.id, plan.id, partner, cost=cost)
        assert refused.value.path == (path,)
    made = await commissions.accrue(work, sale.id, plan.id, partner, cost=Money(70_000, "USD"))
    assert (made.revenue_minor, made.cost_minor, made.basis_minor, made.amount_minor) == (
        100_000, 70_000, 30_000, 3_000
    )  # fmt: skip
    assert made.revenue_percent is None  # or partners could reckon the margin


@pytest.mark.parametrize(
    ("plan", "constraint"),
    [
        ({"starts_on": date(2026, 3, 3)}, "period"),
        ({"ends_on": date(2026, 3, 1)}, "period"),
        ({"currency": "EUR"}, "currency"),
        ({"role": partner_programs.PartnerRole.RESELLER}, "role"),
    ],
)
async def test_what_a_plan_does_not_pay_for_accrues_nothing(work: Work, plan: Any, constraint: str) -> None:
    partner, made = await a_partner(work, **plan)
    sale = await won(work, partner)
    assert await all_commissions(work) == []
    with pytest.raises(Invalid) as refused:
        await commissions.accrue(work, sale.id, made.id, partner)
    assert refused.value.constraint == constraint


async def test_a_partner_that_is_named_after_the_sale_gets_it_by_asking(work: Work) -> None:
    partner, plan = await a_partner(work)
    other = (await an_account(work, "Riverside")).id
    sale = await a_sourced_sale(work, other)
    with pytest.raises(Invalid, match="win it first"):
        await commissions.accrue(work, sale.id, plan.id, other)
    await work.finish()
    await opportunities.win(work, sale.id)
    await work.finish()
    with pytest.raises(Invalid, match="no tier of the program"):
        await commissions.accrue(work, sale.id, plan.id, other)
    await partner_programs.remove_opportunity_partner(work, sale.id, other)
    await work.flush()
    await partner_programs.set_opportunity_partner(work, sale.id, partner, partner_programs.PartnerRole.ORIGINATOR)
    await work.finish()
    assert await all_commissions(work) == []
    assert (await commissions.accrue(work, sale.id, plan.id, partner)).amount_minor == 10_000


# What is taken back


async def test_a_sale_that_is_opened_again_gives_back_and_accrues_anew_when_it_is_won(work: Work) -> None:
    partner, _ = await a_partner(work)
    sale = await won(work, partner, amount=100_000)
    stage = await a_stage(work)
    await opportunities.reopen(work, sale.id, stage.id, "They want more")
    await work.finish()
    (first,) = await all_commissions(work)
    assert (first.status, first.reversed_minor, first.reversal_reason) == (
        "REVERSED", 10_000, "The sale was opened again."
    )  # fmt: skip
    await opportunities.update(work, sale.id, {"amount": Money(200_000, "USD")})
    await opportunities.win(work, sale.id)
    await work.finish()
    assert [(one.status.value, one.amount_minor) for one in await all_commissions(work)] == [
        ("REVERSED", 10_000), ("ACCRUED", 20_000)
    ]  # fmt: skip
    assert await booked(work) == [
        (1, "ACCRUED", 10_000, 10_000), (2, "REVERSED", -10_000, 0), (3, "ACCRUED", 20_000, 20_000)
    ]  # fmt: skip


async def test_what_is_paid_and_taken_back_makes_the_balance_negative_and_is_kept_back(work: Work) -> None:
    partner, plan = await a_partner(work)
    paid = await a_commission(work, plan=plan.id, partner=partner, status="PAID")
    await commissions.reverse(work, paid.id, "Half was sent back", amount=Money(5_000, "USD"))
    assert (paid.status, paid.reversed_minor, paid.paid_minor) == (CommissionStatus.PAID, 5_000, 10_000)
    small = await a_commission(work, plan=plan.id, partner=partner, status="APPROVED", amount=30_000)
    with pytest.raises(Invalid, match=r"owes us 20\.00 USD"):
        await commissions.pay(work, small.id)
    next_one = await a_commission(work, plan=plan.id, partner=partner, status="APPROVED", amount=60_000)
    await commissions.pay(work, next_one.id)
    assert next_one.paid_minor == 4_000  # 60.00 less the 20.00 that were still missing
    assert [balance for *_, balance in await booked(work)] == [
        10_000, 10_000, 0, -5_000, -2_000, -2_000, 4_000, 4_000, 0
    ]  # fmt: skip


async def test_refunds_take_back_their_part_and_together_everything(work: Work) -> None:
    made = await a_commission(work, amount=1_000)
    taken = []
    for refunded in (1, 2, 2, 3):
        await commissions.reverse_pro_rata(work, made.source_key, refunded, 3, "Refund")
        taken.append(made.reversed_minor)
    assert taken == [33, 67, 67, 100]
    assert made.status is CommissionStatus.REVERSED
    assert [amount for _, _, amount, _ in await booked(work)] == [100, -33, -34, -33]


async def test_no_more_is_taken_back_than_there_is(work: Work) -> None:
    made = await a_commission(work)
    for amount in (Money(10_001, "USD"), Money(0, "USD"), Money(1, "EUR")):
        with pytest.raises(Invalid):
            await commissions.reverse(work, made.id, "Refund", amount=amount)
    with pytest.raises(Required):
        await commissions.reverse(work, made.id, " ")
    await commissions.reverse(work, made.id, "Refund")
    with pytest.raises(IllegalTransition):
        await commissions.reverse(work, made.id, "Refund")
    assert len(await booked(work)) == 2


async def test_payments_are_neither_in_the_future_nor_before_the_approval(work: Work) -> None:
    made = await a_commission(work, status="APPROVED")
    for day, constraint in ((date(2026, 3, 3), "future"), (date(2026, 3, 1), "before_approved")):
        with pytest.raises(Invalid) as refused:
            await commissions.pay(work, made.id, paid_on=day)
        assert refused.value.constraint == constraint


# Statements


async def test_statements_follow_each_other_without_a_gap(work: Work) -> None:
    partner, plan = await a_partner(work)
    await a_commission(work, plan=plan.id, partner=partner, status="PAID")
    work.now += timedelta(days=10)
    await a_commission(work, plan=plan.id, partner=partner, amount=50_000)
    for day, constraint in ((date(2026, 3, 12), "future"), (date(2026, 3, 1), "period")):
        with pytest.raises(Invalid) as refused:
            await commissions.issue_statement(work, partner, "USD", day)
        assert refused.value.constraint == constraint
    with pytest.raises(Invalid, match="no commission was booked"):
        await commissions.issue_statement(work, partner, "EUR", date(2026, 3, 5))
    first = await commissions.issue_statement(work, partner, "USD", date(2026, 3, 5))
    work.now += timedelta(days=1)
    await work.flush()
    second = await commissions.issue_statement(work, partner, "USD", date(2026, 3, 12))
    shown = [
        (one.starts_on.day, one.from_sequence, one.to_sequence, one.opening_minor, one.accrued_minor, one.paid_minor)
        for one in (first, second)
    ]
    assert shown == [(2, 1, 3, 0, 10_000, 10_000), (6, 4, 4, 0, 5_000, 0)]
    assert (first.closing_minor, second.closing_minor) == (0, 5_000)


# The sum is the balance

SUMS = """
SELECT sum(amount_minor), (array_agg(balance_minor ORDER BY sequence DESC))[1], max(sequence), count(*)
  FROM partner_commission_entries GROUP BY account_id, currency"""
OF_COMMISSIONS = "SELECT sum(amount_minor - reversed_minor - paid_minor) FROM partner_commissions"


async def told(committed: Committed, query: str) -> Any:
    async with committed.engine.connect() as connection:
        await connection.execute(text("SELECT set_config('crm.tenant', :id, true)"), {"id": str(committed.tenant.id)})
        return [tuple(row) for row in await connection.execute(text(query))]


async def at_once(committed: Committed, commands: Sequence[Callable[[Work], Awaitable[Any]]]) -> list[Any]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(command: Callable[[Work], Awaitable[Any]]) -> None:
        async with turns, committed.open_as() as work:
            await command(work)

    return await asyncio.gather(*(one(command) for command in commands), return_exceptions=True)


async def test_the_sum_of_a_ledger_is_its_balance_however_many_book_at_once(committed: Committed) -> None:
    async with committed.open_as() as work:
        partner, plan = await a_partner(work)
        sales = [(await a_sourced_sale(work, partner, name=f"Sale {at}", amount=1_000 * at)).id for at in range(1, 9)]
    plan_id = plan.id
    wins = [partial(opportunities.win, id=id) for id in sales]
    assert await at_once(committed, wins) == [None] * 8
    assert await told(committed, SUMS) == [(3_600, 3_600, 8, 8)]
    again = [partial(commissions.accrue, opportunity_id=id, plan_id=plan_id, account_id=partner) for id in sales * 2]
    assert await at_once(committed, again) == [None] * 16
    ids = [id for (id,) in await told(committed, "SELECT id FROM partner_commissions ORDER BY amount_minor")]
    mixed: list[Any] = [partial(commissions.approve, id=id) for id in ids[:5]]
    part = Money(50, "USD")
    mixed += [partial(commissions.reverse, id=id, reason="Refund", amount=part) for id in ids * 2]
    assert await at_once(committed, mixed) == [None] * 21
    assert await at_once(committed, [partial(commissions.pay, id=id) for id in ids[1:5]]) == [None] * 4
    ((total, balance, newest, count),) = await told(committed, SUMS)
    assert (total, balance, newest, count) == (2_800 - 1_000, 1_800, 33, 33)
    assert await told(committed, OF_COMMISSIONS) == [(1_800,)]


FORGERIES = {
    "a number that is taken": (
        "sequence = 1, previous = NULL, opening_minor = 0, balance_minor = amount_minor",
        "sequence",
    ),
    "a gap": ("sequence = 9, previous = 8", "previous"),
    "another balance before": ("opening_minor = 1, balance_minor = 1 + amount_minor", "previous"),
    "another balance after": ("balance_minor = 7", "balance"),
    "a second beginning": (
        "sequence = 2, previous = NULL, opening_minor = 0, balance_minor = amount_minor",
        "previous",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_no_entry_can_be_added_that_does_not_go_on_from_the_last(work: Work, forgery: str) -> None:
    await a_commission(work)
    await work.finish()
    changes, constraint = FORGERIES[forgery]
    names = "sequence previous opening_minor amount_minor balance_minor".split()
    values = {"sequence": "2", "previous": "1", "opening_minor": "10000", "amount_minor": "5", "balance_minor": "10005"}
    given = dict(part.split(" = ") for part in changes.split(", "))
    values |= {name: value.replace("amount_minor", "5") for name, value in given.items()}
    query = f"""INSERT INTO partner_commission_entries (tenant_id, id, account_id, currency, commission_id, kind,
      booked_on, version, created_at, updated_at, {", ".join(names)})
      SELECT tenant_id, gen_random_uuid(), account_id, currency, commission_id, kind, booked_on, 1, created_at,
        updated_at, {", ".join(values[name] for name in names)} FROM partner_commission_entries"""
    with pytest.raises(DBAPIError, match=f"partner_commission_entries_{constraint}"):
        await work.session.execute(text(query))


@pytest.mark.parametrize(
    "change", ["UPDATE partner_commission_entries SET text = 'x'", "DELETE FROM partner_commission_entries"]
)
async def test_nobody_changes_an_entry(work: Work, change: str) -> None:
    await a_commission(work)
    await work.finish()
    with pytest.raises(DBAPIError, match=r"permission denied|sealed"):
        await work.session.execute(text(change))
