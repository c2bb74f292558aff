"""Opportunities as other systems know them: closed history, upserts, many rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from api.domain import opportunities
from api.domain.accounts import AccountType
from api.domain.kernel import (
    DomainError,
    ExternalKey,
    IllegalTransition,
    Invalid,
    Money,
    NotFound,
    Outcome,
    Required,
    Work,
    Written,
    new_id,
)
from api.domain.opportunities import (
    LineValues,
    Opportunity,
    OpportunityLost,
    OpportunityRow,
    OpportunityValues,
    OpportunityWon,
    StageChanged,
    StageHistory,
    Status,
)
from tests.factories import a_pipeline, a_product, a_stage, an_account

KEY = ExternalKey("maven", "1C1I7A6R")
OPENED, CLOSED = date(2016, 10, 20), date(2017, 3, 1)


async def a_won_row(work: Work, **changes: Any) -> OpportunityRow:
    values: OpportunityValues = {
        "name": "GTX Plus Basic for Cancity",
        "account_id": (await an_account(work, "Cancity")).id,
        "stage_id": (await a_stage(work, "Won")).id,
        "amount": Money(105_400, "USD"),
        "opened_on": OPENED,
        "closed_on": CLOSED,
        **changes,  # type: ignore[typeddict-item]
    }
    return OpportunityRow(values=values, external_ids=[KEY])


async def refused(result: Written[Opportunity]) -> DomainError:
    assert result.outcome is Outcome.FAILED
    assert result.refusal is not None
    return result.refusal


async def test_closed_history_enters_with_the_dates_of_the_file(work: Work):
    row = await a_won_row(work)
    await work.finish()

    deal = (await opportunities.record(work, row)).unwrap()

    assert (deal.status, deal.probability, deal.amount_minor) == (Status.WON, 100, 105_400)
    assert (deal.opened_on, deal.closed_on, deal.close_date, deal.created_at) == (OPENED, CLOSED, CLOSED, work.now)
    assert [type(event) for event in work.events] == [StageChanged, OpportunityWon]
    stays = await work.session.scalars(select(StageHistory).order_by(StageHistory.entered_at))
    opened, closed = datetime(2016, 10, 20, tzinfo=UTC), datetime(2017, 3, 1, tzinfo=UTC)
    assert [(stay.entered_at, stay.left_at) for stay in stays] == [(opened, closed), (closed, None)]
    changes = {change.record.object: change for change in await work.finish()}
    assert changes["opportunity"].created
    assert changes["account"].after == {"type": "CUSTOMER"}


async def test_recording_the_same_row_again_changes_nothing(work: Work):
    row = await a_won_row(work)
    deal = (await opportunities.record(work, row)).unwrap()
    await work.finish()

    result = await opportunities.record(work, row)

    assert (result.outcome, result.record, work.events) == (Outcome.UNCHANGED, deal, [])
    assert await work.finish() == []
    assert deal.version == 1


async def test_two_rows_of_one_call_with_one_external_id_are_one_opportunity(work: Work):
    row = await a_won_row(work)

    first, second = await opportunities.record_many(work, [row, row])

    assert (first.outcome, second.outcome) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert first.record is second.record


async def test_an_open_deal_takes_the_steps_of_the_file(work: Work):
    row = await a_won_row(work)
    proposal, prospecting = await a_stage(work, "Proposal"), await a_stage(work, "Prospecting")
    open_values = {name: value for name, value in row.values.items() if name != "closed_on"}

    def at(stage: opportunities.Stage) -> OpportunityRow:
        return OpportunityRow(values={**open_values, "stage_id": stage.id}, external_ids=[KEY])  # type: ignore[typeddict-item]

    results = [await opportunities.record(work, each) for each in (at(prospecting), at(proposal), row)]

    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.UPDATED, Outcome.UPDATED]
    assert len({result.unwrap().id for result in results}) == 1
    deal = results[0].unwrap()
    assert (deal.status, deal.closed_on) == (Status.WON, CLOSED)
    assert [type(event) for event in work.events] == [StageChanged, StageChanged, OpportunityWon]
    stays = (await work.session.scalars(select(StageHistory))).all()
    assert all(stay.left_at is None or stay.left_at >= stay.entered_at for stay in stays)


async def test_a_lost_deal_of_an_old_file_needs_no_reason(work: Work):
    lost = await a_stage(work, "Lost")

    deal = (
        await opportunities.record(
            work, OpportunityRow(values={"name": "MG Special", "stage_id": lost.id, "closed_on": CLOSED})
        )
    ).unwrap()

    assert (deal.status, deal.loss_reason, deal.account_id, deal.opened_on) == (Status.LOST, None, None, None)
    assert work.events[1:] == [OpportunityLost(deal.id, CLOSED, None, None)]


@pytest.mark.parametrize(
    ("changes", "refusal", "path"),
    [
        ({"account_id": None}, Required, ("account",)),
        ({"account_id": new_id()}, NotFound, ("account",)),
        ({"closed_on": date(2026, 3, 3)}, Invalid, ("closed_on",)),
        ({"closed_on": date(2016, 10, 19)}, Invalid, ("closed_on",)),
        ({"name": ""}, Required, ("name",)),
        ({"amount": Money(-1, "USD")}, Invalid, ("amount",)),
    ],
)
async def test_history_passes_the_same_checks(
    work: Work, changes: dict[str, Any], refusal: type[DomainError], path: tuple[str, ...]
):
    row = await a_won_row(work, **changes)
    await work.finish()

    found = await refused(await opportunities.record(work, row))

    assert (type(found), found.path) == (refusal, path)
    assert work.events == []
    assert await work.finish() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Money(1, "USD")},
        {"closed_on": date(2017, 3, 2)},
        {"name": "Other"},
        {"stage_id": "Lost"},
        {"stage_id": "Proposal"},
    ],
)
async def test_a_closed_deal_is_not_rewritten_by_a_file(work: Work, changes: dict[str, Any]):
    row = await a_won_row(work)
    deal = (await opportunities.record(work, row)).unwrap()
    await work.finish()
    if "stage_id" in changes:
        changes = {"stage_id": (await a_stage(work, changes["stage_id"])).id}
    values = {**row.values, **changes}
    if changes.keys() == {"stage_id"}:
        del values["closed_on"]

    found = await refused(await opportunities.record(work, OpportunityRow(values=values, external_ids=[KEY])))  # type: ignore[arg-type]

    assert isinstance(found, IllegalTransition)
    assert (found.current, found.allowed) == ("WON", ("reopen",))
    assert await work.finish() == []
    assert (deal.version, deal.amount_minor, deal.closed_on) == (1, 105_400, CLOSED)


async def test_lines_of_a_row_are_matched_by_their_place(work: Work):
    pro = await a_product(work, "GTX Pro", price=482_100)
    await a_pipeline(work)
    tiles: LineValues = {"name": "Tiles", "unit_price": Money(100, "USD"), "quantity": Decimal(3)}

    async def record(lines: list[LineValues]) -> Written[Opportunity]:
        result = await opportunities.record(
            work, OpportunityRow(values={"name": "Roof"}, external_ids=[KEY], lines=lines)
        )
        await work.finish()
        return result

    results = [
        await record([{"product_id": pro.id}, tiles]),
        await record([{"product_id": pro.id}, tiles]),
        await record([{"product_id": pro.id, "quantity": Decimal(2)}]),
        await record([]),
    ]

    roof = results[0].unwrap()
    assert [result.outcome for result in results] == [
        Outcome.CREATED,
        Outcome.UNCHANGED,
        Outcome.UPDATED,
        Outcome.UPDATED,
    ]
    lines = (await work.session.scalars(select(opportunities.OpportunityLine))).all()
    assert (lines, roof.version) == ([], 3)


async def test_an_amount_beside_lines_is_their_sum(work: Work):
    await a_pipeline(work)
    lines: list[LineValues] = [{"name": "Tiles", "unit_price": Money(100, "USD"), "quantity": Decimal(3)}]

    wrong, right = await opportunities.record_many(
        work,
        [
            OpportunityRow(values={"name": "Roof", "amount": Money(299, "USD")}, lines=lines),
            OpportunityRow(values={"name": "Roof", "amount": Money(300, "USD")}, lines=lines),
        ],
    )

    assert (await refused(wrong)).path == ("amount",)
    assert right.unwrap().amount_minor == 300


async def test_lines_of_a_closed_deal_stay_as_they_are(work: Work):
    row = await a_won_row(work, amount=None)
    tiles: LineValues = {"name": "Tiles", "unit_price": Money(100, "USD")}
    slates: LineValues = {"name": "Slates", "unit_price": Money(100, "USD")}

    results = [
        await opportunities.record(work, OpportunityRow(values=row.values, external_ids=[KEY], lines=[line]))
        for line in (tiles, tiles, slates)
    ]

    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.UNCHANGED, Outcome.FAILED]
    assert isinstance(results[2].refusal, IllegalTransition)


async def test_a_refused_row_leaves_the_others_alone(work: Work):
    row = await a_won_row(work)
    await work.finish()
    values = row.values

    results = await opportunities.record_many(
        work,
        [
            OpportunityRow(values={**values, "name": "One"}),
            OpportunityRow(values={**values, "account_id": None}),
            OpportunityRow(values={"name": "Two"}, id=new_id()),
            OpportunityRow(values={**values, "name": "Three"}),
        ],
    )

    assert [result.outcome.value for result in results] == ["CREATED", "FAILED", "FAILED", "CREATED"]
    names = (await work.session.scalars(select(Opportunity.name).order_by(Opportunity.name))).all()
    assert names == ["One", "Three"]
    changes = [change for change in await work.finish() if change.created]
    assert [change.after["name"] for change in changes] == ["One", "Three"]


async def test_all_rows_of_a_call_make_each_prospect_a_customer_once(work: Work):
    row = await a_won_row(work)
    partner = await an_account(work, "Partner", type=AccountType.PARTNER)
    await work.finish()
    rows = [OpportunityRow(values=row.values) for _ in range(5)]
    rows += [OpportunityRow(values={**row.values, "account_id": partner.id})]

    await opportunities.record_many(work, rows)

    changed = [change for change in await work.finish() if change.record.object == "account"]
    assert [(change.after, change.record.version) for change in changed] == [({"type": "CUSTOMER"}, 2)]


async def test_the_number_of_statements_does_not_grow_with_the_rows(work: Work, statements: list[str]):
    row = await a_won_row(work, amount=None)
    pro = await a_product(work)
    lost, proposal = await a_stage(work, "Lost"), await a_stage(work, "Proposal")
    await work.finish()

    def rows(number: int, prefix: str) -> list[OpportunityRow]:
        kinds: list[OpportunityValues] = [
            row.values,
            {"name": "Lost", "stage_id": lost.id, "closed_on": CLOSED},
            {"name": "Open", "stage_id": proposal.id},
        ]
        return [
            OpportunityRow(
                values=kinds[n % 3], external_ids=[ExternalKey(prefix, str(n))], lines=[{"product_id": pro.id}]
            )
            for n in range(number)
        ]

    async def statements_for(number: int, prefix: str) -> list[int]:
        counts = []
        for outcome in (Outcome.CREATED, Outcome.UNCHANGED):
            statements.clear()
            results = await opportunities.record_many(work, rows(number, prefix))
            await work.finish()
            assert {result.outcome for result in results} == {outcome}
            counts.append(len(statements))
        return counts

    await statements_for(3, "first")  # makes the customer
    assert await statements_for(3, "few") == await statements_for(60, "many") == [6, 5]
