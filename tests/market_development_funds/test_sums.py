"""What is given away of a level is never more than the level has, however many give at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.domain import market_development_funds as funds
from api.domain.kernel import Invalid, Money, Work
from tests.conftest import Committed
from tests.factories import a_budget, a_fund_claim, a_fund_request, a_membership, an_account, an_allocation

AT_ONCE = 6  # as many connections as one tenant gets of the pool of a test
MANY = 30
SUMS = """
SELECT b.amount_minor, b.allocated_minor, (SELECT coalesce(sum(amount_minor), 0) FROM partner_fund_allocations a
         WHERE a.budget_id = b.id AND a.archived_at IS NULL)
  FROM partner_marketing_budgets b
UNION ALL
SELECT a.amount_minor, a.committed_minor, (SELECT coalesce(sum(approved_minor), 0) FROM partner_fund_requests r
         WHERE r.allocation_id = a.id)
  FROM partner_fund_allocations a
UNION ALL
SELECT r.approved_minor, r.claimed_minor, (SELECT coalesce(sum(approved_minor), 0) FROM partner_fund_claims c
         WHERE c.request_id = r.id)
  FROM partner_fund_requests r WHERE r.approved_minor IS NOT NULL
"""


async def sums(committed: Committed) -> list[tuple[int, int, int]]:
    """Of every level: its amount, what the counter says is given away, and what the rows below say."""
    async with committed.engine.connect() as connection:
        await connection.execute(text("SELECT set_config('crm.tenant', :id, true)"), {"id": str(committed.tenant.id)})
        return [(amount, counter, int(rows)) for amount, counter, rows in await connection.execute(text(SUMS))]


async def at_once(committed: Committed, commands: list[Callable[[Work], Awaitable[Any]]]) -> int:
    """How many of them were not refused."""

    turns = asyncio.Semaphore(AT_ONCE)

    async def one(command: Callable[[Work], Awaitable[Any]]) -> None:
        async with turns, committed.open_as() as work:
            await command(work)

    answers = await asyncio.gather(*(one(command) for command in commands), return_exceptions=True)
    refusals = [one for one in answers if one is not None]
    assert {getattr(one, "constraint", repr(one)) for one in refusals} == {"left"}
    return len(answers) - len(refusals)


async def test_many_allocations_at_once_stay_within_the_budget(committed: Committed) -> None:
    async with committed.open_as() as work:
        budget = (await a_budget(work, amount=100_000)).id
        partner = (await a_membership(work)).account_id

    def allocate(work: Work) -> Awaitable[Any]:
        return funds.allocate(work, budget, partner, {"amount": Money(15_000, "USD")})

    assert await at_once(committed, [allocate] * MANY) == 6
    assert await sums(committed) == [(100_000, 90_000, 90_000), *[(15_000, 0, 0)] * 6]


async def test_many_approvals_at_once_stay_within_the_allocation(committed: Committed) -> None:
    async with committed.open_as() as work:
        allocation = await an_allocation(work, 100_000)
        asked = [
            (await a_fund_request(work, 15_000, allocation=allocation.id, status="SUBMITTED")).id for _ in range(MANY)
        ]

    def approve(id: UUID) -> Callable[[Work], Awaitable[Any]]:
        return lambda work: funds.approve_request(work, id)

    assert await at_once(committed, [approve(id) for id in asked]) == 6
    assert (100_000, 90_000, 90_000) in await sums(committed)


async def test_many_claims_at_once_stay_within_the_request(committed: Committed) -> None:
    async with committed.open_as() as work:
        request = await a_fund_request(work, 100_000)
        claimed = [(await a_fund_claim(work, 15_000, request=request.id)).id for _ in range(MANY)]

    def approve(id: UUID) -> Callable[[Work], Awaitable[Any]]:
        return lambda work: funds.approve_claim(work, id)

    assert await at_once(committed, [approve(id) for id in claimed]) == 6
    assert await sums(committed) == [
        (1_000_000, 500_000, 500_000),
        (500_000, 100_000, 100_000),
        (100_000, 90_000, 90_000),
    ]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("partner_marketing_budgets", "allocated_minor"),
        ("partner_fund_allocations", "committed_minor"),
        ("partner_fund_requests", "claimed_minor"),
    ],
)
async def test_the_database_itself_refuses_more(work: Work, table: str, column: str) -> None:
    await a_fund_claim(work)
    await work.finish()
    with pytest.raises(Exception, match=f"ck_{table}_{column.removesuffix('_minor')}"):
        await work.session.execute(text(f"UPDATE {table} SET {column} = 1000001"))


async def test_less_is_approved_than_was_asked_for_and_the_rest_is_left(work: Work) -> None:
    allocation = await an_allocation(work, 100_000)
    first = await a_fund_request(work, 80_000, allocation=allocation.id, status="SUBMITTED")
    await funds.approve_request(work, first.id, amount=Money(60_000, "USD"))
    assert (first.approved_minor, allocation.committed_minor) == (60_000, 60_000)
    second = await a_fund_request(work, 50_000, allocation=allocation.id, status="SUBMITTED")
    with pytest.raises(Invalid, match=r"400\.00 USD of the allocation are left"):
        await funds.approve_request(work, second.id)
    with pytest.raises(Invalid, match=r"500\.00 USD of the request are left"):
        await funds.approve_request(work, second.id, amount=Money(50_001, "USD"))


async def test_amounts_move_within_what_is_given_below_and_left_above(work: Work) -> None:
    budget = await a_budget(work, amount=100_000)
    partner = (await a_membership(work)).account_id
    allocation = await an_allocation(work, 60_000, budget=budget.id, account=partner)
    await a_fund_request(work, 20_000, allocation=allocation.id)
    with pytest.raises(Invalid, match=r"400\.00 USD of the budget are left"):
        await funds.update_allocation(work, allocation.id, {"amount": Money(100_001, "USD")})
    with pytest.raises(Invalid, match=r"200\.00 USD are promised to requests"):
        await funds.update_allocation(work, allocation.id, {"amount": Money(19_999, "USD")})
    await funds.update_allocation(work, allocation.id, {"amount": Money(20_000, "USD")})
    assert (allocation.amount_minor, budget.allocated_minor) == (20_000, 20_000)
    with pytest.raises(Invalid, match="promised to requests; lower its amount"):
        await funds.archive_allocation(work, allocation.id)


async def test_an_archived_allocation_is_given_back_and_can_be_taken_again(work: Work) -> None:
    budget = await a_budget(work, amount=100_000)
    partner = (await a_membership(work)).account_id
    allocation = await an_allocation(work, 60_000, budget=budget.id, account=partner)
    await funds.archive_allocation(work, allocation.id)
    assert budget.allocated_minor == 0
    other = await an_allocation(work, 50_000, budget=budget.id, account=partner)
    with pytest.raises(Invalid, match=r"500\.00 USD of the budget are left"):
        await funds.restore_allocation(work, allocation.id)
    await funds.archive_allocation(work, other.id)
    await funds.restore_allocation(work, allocation.id)
    assert budget.allocated_minor == 60_000


async def test_only_active_partners_get_and_ask_for_money(work: Work) -> None:
    nobody = await an_account(work, "Initech")
    with pytest.raises(Invalid, match="no active membership"):
        await an_allocation(work, account=nobody.id)
