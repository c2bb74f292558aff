"""Opportunities: creation, figures, verbs, closing, who may."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.domain import accounts, opportunities
from api.domain.accounts import Account, AccountType
from api.domain.kernel import (
    Archived,
    DomainError,
    ExternalKey,
    IllegalTransition,
    Invalid,
    Money,
    NotAllowed,
    NotFound,
    Required,
    StaleVersion,
    TooLong,
    Work,
    new_id,
)
from api.domain.opportunities import (
    TRANSITIONS,
    ForecastCategory,
    Opportunity,
    OpportunityLost,
    OpportunityPushed,
    OpportunityReopened,
    OpportunityWon,
    PipelineMoved,
    StageChanged,
    StageHistory,
    Status,
)
from tests.conftest import AsRole
from tests.factories import a_pipeline, a_stage, a_user, an_account, an_opportunity

TODAY = date(2026, 3, 2)


async def history_of(work: Work, opportunity: Opportunity) -> list[StageHistory]:
    await work.flush()
    query = select(StageHistory).where(StageHistory.opportunity_id == opportunity.id)
    return list((await work.session.scalars(query.order_by(StageHistory.entered_at, StageHistory.id))).all())


async def nothing_changed(work: Work, opportunity: Opportunity) -> bool:
    return work.events == [] and not await work.finish() and opportunity.version == 1


async def finished(work: Work) -> None:
    await work.finish()
    work.events.clear()


async def test_a_new_opportunity_begins_in_the_first_stage_with_its_figures(work: Work):
    await a_pipeline(work)
    roof = await opportunities.create(work, {"name": "Roof", "amount": Money(100_000, "EUR")})

    prospecting = await a_stage(work, "Prospecting")
    assert (roof.stage_id, roof.pipeline_id, roof.status) == (prospecting.id, prospecting.pipeline_id, Status.OPEN)
    assert (roof.probability, roof.forecast_category) == (10, ForecastCategory.PIPELINE)
    assert (roof.is_probability_overridden, roof.is_forecast_category_overridden) == (False, False)
    assert (roof.amount_minor, roof.currency, roof.owner_id) == (100_000, "EUR", work.viewer.user)
    assert (roof.opened_on, roof.closed_on, roof.close_date, roof.push_count) == (TODAY, None, None, 0)
    (stay,) = await history_of(work, roof)
    assert (stay.from_stage_id, stay.stage_id, stay.entered_at, stay.left_at) == (None, prospecting.id, work.now, None)
    assert (stay.amount_minor, stay.currency, stay.probability, stay.actor_id) == (100_000, "EUR", 10, work.actor)


async def test_the_currency_is_that_of_the_amount_the_pipeline_or_the_tenant(work: Work):
    await a_pipeline(work)
    euro = await a_pipeline(work, "Europe", currency="EUR")
    stage = await a_stage(work, "Proposal", euro.id)

    currencies = [
        (await opportunities.create(work, values)).currency
        for values in (
            opportunities.OpportunityValues(name="a"),
            opportunities.OpportunityValues(name="b", stage_id=stage.id),
            opportunities.OpportunityValues(name="c", stage_id=stage.id, amount=Money(1, "JPY")),
            opportunities.OpportunityValues(name="d", pipeline_id=euro.id, currency="CHF"),
        )
    ]

    assert currencies == ["USD", "EUR", "JPY", "CHF"]


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({}, Required, ("name",)),
        ({"name": ""}, Required, ("name",)),
        ({"name": "Roof", "next_step": "x" * 1001}, TooLong, ("next_step",)),
        ({"name": "Roof", "account_id": new_id()}, NotFound, ("account",)),
        ({"name": "Roof", "owner_id": new_id()}, NotFound, ("owner",)),
        ({"name": "Roof", "stage_id": new_id()}, NotFound, ("stage",)),
        ({"name": "Roof", "pipeline_id": new_id()}, NotFound, ("pipeline",)),
        ({"name": "Roof", "amount": Money(-1, "USD")}, Invalid, ("amount",)),
        ({"name": "Roof", "amount": Money(1, "EUR"), "currency": "USD"}, Invalid, ("amount",)),
        ({"name": "Roof", "currency": "DM"}, Invalid, ("currency",)),
        ({"name": "Roof", "currency": None}, Required, ("currency",)),
        ({"name": "Roof", "probability": 101}, Invalid, ("probability",)),
        ({"name": "Roof", "forecast_category": ForecastCategory.CLOSED}, Invalid, ("forecast_category",)),
        ({"name": "Roof", "close_date": date(1899, 12, 31)}, Invalid, ("close_date",)),
        ({"name": "Roof", "opened_on": date(2201, 1, 1)}, Invalid, ("opened_on",)),
        ({"name": "Roof", "closed_on": TODAY}, Invalid, ("closed_on",)),
        ({"name": "Roof", "loss_reason": "Price"}, Invalid, ("loss_reason",)),
    ],
)
async def test_an_opportunity_with_a_wrong_value_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    await a_pipeline(work)
    await finished(work)

    with pytest.raises(refusal) as refused:
        await opportunities.create(work, values)

    assert refused.value.path == path
    assert await work.finish() == []


async def test_a_new_opportunity_cannot_begin_closed(work: Work):
    won = await a_stage(work, "Won")

    with pytest.raises(Invalid) as refused:
        await opportunities.create(work, {"name": "Roof", "stage_id": won.id})

    assert (refused.value.path, refused.value.constraint) == (("stage",), "open")


async def test_without_a_pipeline_there_is_nothing_to_begin_in(work: Work):
    with pytest.raises(Required) as refused:
        await opportunities.create(work, {"name": "Roof"})

    assert refused.value.path == ("pipeline",)


async def test_advancing_takes_the_figures_of_the_stage_and_tells_the_outbox(work: Work):
    roof = await an_opportunity(work)
    await finished(work)
    before, proposal = await a_stage(work, "Prospecting"), await a_stage(work, "Proposal")

    await opportunities.advance(work, roof.id, proposal.id)

    assert (roof.stage_id, roof.probability, roof.forecast_category) == (proposal.id, 50, ForecastCategory.BEST_CASE)
    assert roof.stage_entered_at == work.now
    assert work.events == [StageChanged(roof.id, f"stg_{before.id.hex}", f"stg_{proposal.id.hex}")]
    first, second = await history_of(work, roof)
    assert (first.left_at, second.entered_at, second.from_stage_id) == (work.now, work.now, before.id)
    (change,) = await work.finish()
    assert change.changed == ["forecastCategory", "probability", "stage"]
    assert (roof.version, change.before["probability"], change.after["probability"]) == (2, 10, 50)


async def test_an_overridden_probability_stays_until_it_is_cleared(work: Work):
    roof = await an_opportunity(work, probability=33, forecast_category=ForecastCategory.COMMIT)
    proposal = await a_stage(work, "Proposal")

    await opportunities.advance(work, roof.id, proposal.id)
    assert (roof.probability, roof.forecast_category) == (33, ForecastCategory.COMMIT)

    await opportunities.update(work, roof.id, {"probability": None, "forecast_category": None})
    assert (roof.probability, roof.forecast_category) == (50, ForecastCategory.BEST_CASE)
    assert (roof.is_probability_overridden, roof.is_forecast_category_overridden) == (False, False)


async def test_a_new_probability_of_a_stage_leaves_open_deals_alone(work: Work):
    roof = await an_opportunity(work)
    prospecting = await a_stage(work, "Prospecting")

    await opportunities.update_stage(work, prospecting.id, {"probability": 15})

    assert (prospecting.probability, roof.probability) == (15, 10)


async def test_advancing_to_the_present_stage_changes_nothing(work: Work):
    roof = await an_opportunity(work)
    await finished(work)

    await opportunities.advance(work, roof.id, roof.stage_id)

    assert await nothing_changed(work, roof)


@pytest.mark.parametrize("stage", ["Won", "Lost"])
async def test_advancing_does_not_close(work: Work, stage: str):
    roof = await an_opportunity(work)
    await finished(work)

    with pytest.raises(IllegalTransition) as refused:
        await opportunities.advance(work, roof.id, (await a_stage(work, stage)).id)

    assert (refused.value.current, refused.value.requested) == ("Prospecting", stage)
    assert refused.value.allowed == ("Qualification", "Proposal", "Negotiation")
    assert await nothing_changed(work, roof)


async def test_a_strict_pipeline_lets_no_stage_out_on_the_way_forward(work: Work):
    await a_pipeline(work, strict_order=True)
    roof = await an_opportunity(work)
    await finished(work)
    names = ["Prospecting", "Qualification", "Proposal", "Negotiation"]
    stages = {name: (await a_stage(work, name)).id for name in names}

    with pytest.raises(IllegalTransition) as refused:
        await opportunities.advance(work, roof.id, stages["Proposal"])
    assert refused.value.allowed == ("Qualification",)
    assert await nothing_changed(work, roof)

    for name in [*names[1:], "Prospecting"]:
        await opportunities.advance(work, roof.id, stages[name])
    assert roof.stage_id == stages["Prospecting"]
    assert len(await history_of(work, roof)) == 5


async def test_a_stage_of_another_pipeline_is_reached_by_moving_only(work: Work):
    roof = await an_opportunity(work)
    partners = await a_pipeline(work, "Partners")
    qualification = await a_stage(work, "Qualification", partners.id)
    old, old_stage = roof.pipeline_id, roof.stage_id
    await finished(work)

    with pytest.raises(IllegalTransition):
        await opportunities.advance(work, roof.id, qualification.id)
    with pytest.raises(Invalid) as refused:
        await opportunities.move_pipeline(work, roof.id, (await a_stage(work, "Won", partners.id)).id)
    assert refused.value.path == ("stage",)
    assert await nothing_changed(work, roof)

    await opportunities.move_pipeline(work, roof.id, qualification.id)
    assert (roof.pipeline_id, roof.stage_id, roof.probability) == (partners.id, qualification.id, 25)
    assert work.events == [
        PipelineMoved(roof.id, f"pip_{old.hex}", f"pip_{partners.id.hex}"),
        StageChanged(roof.id, f"stg_{old_stage.hex}", f"stg_{qualification.id.hex}"),
    ]


async def test_a_won_opportunity_records_when_and_tells_the_outbox(work: Work):
    acme = await an_account(work)
    roof = await an_opportunity(
        work, stage="Negotiation", account_id=acme.id, probability=80, close_date=date(2026, 5, 1)
    )
    await finished(work)

    await opportunities.win(work, roof.id)

    assert (roof.status, roof.probability, roof.forecast_category) == (Status.WON, 100, ForecastCategory.CLOSED)
    assert (roof.closed_on, roof.close_date, roof.is_probability_overridden) == (TODAY, TODAY, False)
    assert [type(event) for event in work.events] == [StageChanged, OpportunityWon]
    assert work.events[1] == OpportunityWon(roof.id, f"acc_{acme.id.hex}", TODAY, 100_000, "USD")
    assert [stay.left_at for stay in await history_of(work, roof)] == [work.now, None]


async def test_the_first_opportunity_won_makes_a_prospect_a_customer(work: Work):
    acme = await an_account(work)
    supplier = await an_account(work, "Supplier", type=AccountType.SUPPLIER)
    roof = await an_opportunity(work, account_id=acme.id)
    wall = await an_opportunity(work, "Wall", account_id=supplier.id)
    await finished(work)

    await opportunities.win(work, roof.id)
    await opportunities.win(work, wall.id)

    assert (acme.type, supplier.type) == (AccountType.CUSTOMER, AccountType.SUPPLIER)
    changes = {change.record: change for change in await work.finish()}
    assert (changes[acme].before, changes[acme].after) == ({"type": "PROSPECT"}, {"type": "CUSTOMER"})
    assert supplier not in changes


async def test_a_rep_who_wins_makes_a_customer_of_an_account_that_is_not_the_reps(work: Work, as_role: AsRole):
    moses = await a_user(work, "Moses Frase")
    acme = await an_account(work)
    roof = await an_opportunity(work, account_id=acme.id, owner_id=moses.id)
    await work.finish()
    rep = await as_role("sales_rep", moses)

    await opportunities.win(rep, roof.id)
    changes = await rep.finish()

    assert [change.record.object for change in changes] == ["opportunity", "account"]
    assert await rep.load(Account, [acme.id]) == {}
    with pytest.raises(NotFound):
        await accounts.update(rep, acme.id, {"name": "Mine"})


async def test_an_opportunity_without_an_account_is_not_won(work: Work):
    roof = await an_opportunity(work)
    await finished(work)

    with pytest.raises(Required) as refused:
        await opportunities.win(work, roof.id)

    assert refused.value.path == ("account",)
    assert roof.status is Status.OPEN
    assert await nothing_changed(work, roof)


@pytest.mark.parametrize(
    ("day", "constraint"),
    [(TODAY + timedelta(days=1), "future"), (date(2026, 1, 31), "before_opened"), (date(1800, 1, 1), "range")],
)
async def test_the_day_of_closing_is_between_opening_and_today(work: Work, day: date, constraint: str):
    acme = await an_account(work)
    roof = await an_opportunity(work, account_id=acme.id, opened_on=date(2026, 2, 1))
    await finished(work)

    for closing in (
        opportunities.win(work, roof.id, closed_on=day),
        opportunities.lose(work, roof.id, "Price", closed_on=day),
    ):
        with pytest.raises(Invalid) as refused:
            await closing
        assert (refused.value.path, refused.value.constraint) == (("closed_on",), constraint)
    assert await nothing_changed(work, roof)
    assert roof.status is Status.OPEN


async def test_today_is_the_day_where_the_tenant_is(work: Work):
    (await work.tenant_settings()).zone = "Pacific/Kiritimati"  # 14 hours ahead
    work.now = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    acme = await an_account(work)

    roof = await an_opportunity(work, account_id=acme.id, status=Status.WON)

    assert (roof.opened_on, roof.closed_on) == (date(2026, 3, 3), date(2026, 3, 3))


async def test_an_opportunity_is_lost_for_a_reason(work: Work):
    roof = await an_opportunity(work)
    await finished(work)

    with pytest.raises(Required) as refused:
        await opportunities.lose(work, roof.id, "  ")
    assert refused.value.path == ("reason",)
    assert await nothing_changed(work, roof)

    await opportunities.lose(work, roof.id, "Price", competitor="Initech", closed_on=TODAY)
    assert (roof.status, roof.probability, roof.forecast_category) == (Status.LOST, 0, ForecastCategory.OMITTED)
    assert (roof.loss_reason, roof.competitor, roof.closed_on) == ("Price", "Initech", TODAY)
    assert work.events[1:] == [OpportunityLost(roof.id, TODAY, "Price", "Initech")]


async def test_a_reopened_opportunity_has_the_figures_of_its_new_stage(work: Work):
    roof = await an_opportunity(work, status=Status.LOST)
    await finished(work)
    negotiation = await a_stage(work, "Negotiation")

    with pytest.raises(Required):
        await opportunities.reopen(work, roof.id, negotiation.id, " ")
    with pytest.raises(IllegalTransition):
        await opportunities.reopen(work, roof.id, (await a_stage(work, "Won")).id, "They called")
    assert await nothing_changed(work, roof)

    await opportunities.reopen(work, roof.id, negotiation.id, "They called")
    assert (roof.status, roof.probability, roof.forecast_category) == (Status.OPEN, 75, ForecastCategory.COMMIT)
    assert (roof.closed_on, roof.loss_reason) == (None, None)
    assert work.events[1:] == [OpportunityReopened(roof.id, "They called")]
    stays = await history_of(work, roof)
    assert [stay.reason for stay in stays] == [None, None, "They called"]


async def test_a_stage_may_be_visited_many_times(work: Work):
    acme = await an_account(work)
    roof = await an_opportunity(work, account_id=acme.id)
    prospecting = roof.stage_id
    for _ in range(3):
        await opportunities.win(work, roof.id)
        await opportunities.reopen(work, roof.id, prospecting, "Not yet")

    stays = await history_of(work, roof)
    assert [stay.stage_id == prospecting for stay in stays] == [True, False] * 3 + [True]
    assert [stay.left_at is None for stay in stays] == [False] * 6 + [True]


CLOSED_CALLS: list[tuple[str, Callable[[Work, Opportunity], Awaitable[object]]]] = [
    ("advance", lambda work, roof: opportunities.advance(work, roof.id, roof.stage_id)),
    ("win", lambda work, roof: opportunities.win(work, roof.id)),
    ("lose", lambda work, roof: opportunities.lose(work, roof.id, "Again")),
    ("move_pipeline", lambda work, roof: opportunities.move_pipeline(work, roof.id, roof.stage_id)),
    ("update", lambda work, roof: opportunities.update(work, roof.id, {"name": "Wall"})),
    ("update", lambda work, roof: opportunities.update(work, roof.id, {"amount": Money(1, "USD")})),
    ("update", lambda work, roof: opportunities.update(work, roof.id, {"close_date": date(2026, 1, 1)})),
    (
        "add_line",
        lambda work, roof: opportunities.add_line(work, roof.id, {"name": "x", "unit_price": Money(1, "USD")}),
    ),
    ("update_line", lambda work, roof: opportunities.update_line(work, roof.id, new_id(), {})),
    ("remove_line", lambda work, roof: opportunities.remove_line(work, roof.id, new_id())),
]


@pytest.mark.parametrize("closed", [Status.WON, Status.LOST])
@pytest.mark.parametrize(("verb", "call"), CLOSED_CALLS)
async def test_a_closed_opportunity_is_read_only_until_it_is_reopened(work: Work, closed: Status, verb: str, call: Any):
    roof = await an_opportunity(work, status=closed)
    await finished(work)

    with pytest.raises(IllegalTransition) as refused:
        await call(work, roof)

    assert (refused.value.current, refused.value.requested) == (closed.value, verb)
    assert refused.value.allowed == ("reopen",)
    assert await nothing_changed(work, roof)


async def test_notes_and_next_step_of_a_closed_opportunity_may_change(work: Work):
    roof = await an_opportunity(work, status=Status.WON)
    await work.finish()

    await opportunities.update(work, roof.id, {"notes": "Great people", "next_step": "Send flowers", "name": "Roof"})

    (change,) = await work.finish()
    assert change.changed == ["nextStep", "notes"]


async def test_an_open_opportunity_is_not_reopened(work: Work):
    roof = await an_opportunity(work)

    with pytest.raises(IllegalTransition) as refused:
        await opportunities.reopen(work, roof.id, roof.stage_id, "Why not")

    assert refused.value.allowed == ("advance", "move_pipeline", "win", "lose")


@pytest.mark.parametrize("name", ["stage_id", "pipeline_id", "closed_on", "loss_reason"])
async def test_an_update_does_not_do_the_work_of_a_verb(work: Work, name: str):
    roof = await an_opportunity(work)
    await finished(work)

    with pytest.raises(Invalid) as refused:
        await opportunities.update(work, roof.id, {name: None})  # type: ignore[misc]

    assert refused.value.path == (name.removesuffix("_id"),)
    assert await nothing_changed(work, roof)


async def test_a_close_date_that_moves_to_a_later_month_is_counted(work: Work):
    roof = await an_opportunity(work)
    counts = []
    for day in (date(2026, 3, 10), date(2026, 3, 31), date(2026, 4, 1), date(2026, 2, 1), date(2027, 1, 1), None):
        await opportunities.update(work, roof.id, {"close_date": day})
        counts.append(roof.push_count)

    assert counts == [0, 0, 1, 1, 2, 2]
    assert [event for event in work.events if isinstance(event, OpportunityPushed)] == [
        OpportunityPushed(roof.id, date(2026, 3, 31), date(2026, 4, 1), 1),
        OpportunityPushed(roof.id, date(2026, 2, 1), date(2027, 1, 1), 2),
    ]


async def test_another_currency_comes_with_an_amount_in_it(work: Work):
    roof = await an_opportunity(work)
    await finished(work)

    with pytest.raises(Invalid) as refused:
        await opportunities.update(work, roof.id, {"currency": "EUR"})
    assert refused.value.path == ("amount",)
    assert await nothing_changed(work, roof)

    await opportunities.update(work, roof.id, {"amount": Money(90_000, "EUR")})
    assert (roof.amount_minor, roof.currency) == (90_000, "EUR")
    await opportunities.update(work, roof.id, {"amount": None})
    assert (roof.amount_minor, roof.currency) == (None, "EUR")


async def test_an_archived_opportunity_waits_to_be_restored(work: Work):
    roof = await an_opportunity(work)
    await opportunities.archive(work, roof.id)

    with pytest.raises(Archived):
        await opportunities.win(work, roof.id)

    await opportunities.restore(work, roof.id)
    assert (roof.archived_at, roof.status) == (None, Status.OPEN)


async def test_a_verb_on_an_older_version_is_refused(work: Work):
    roof = await an_opportunity(work)
    await finished(work)

    with pytest.raises(StaleVersion):
        await opportunities.lose(work, roof.id, "Price", if_version=7)

    assert await nothing_changed(work, roof)


async def test_a_sales_rep_sees_and_changes_only_own_opportunities(work: Work, as_role: AsRole):
    moses = await a_user(work, "Moses Frase")
    foreign = await an_opportunity(work, "Foreign")
    own = await an_opportunity(work, "Own", owner_id=moses.id)
    rep = await as_role("sales_rep", moses)
    proposal = await a_stage(rep, "Proposal")

    await opportunities.advance(rep, own.id, proposal.id)
    for forbidden in (
        opportunities.advance(rep, foreign.id, proposal.id),
        opportunities.win(rep, foreign.id),
        opportunities.update(rep, foreign.id, {"name": "Mine"}),
        opportunities.archive(rep, foreign.id),
    ):
        with pytest.raises(NotFound):
            await forbidden
    with pytest.raises(NotAllowed):
        await opportunities.create(rep, {"name": "For another", "owner_id": work.viewer.user})

    changes = await rep.finish()
    assert [change.record.id for change in changes] == [own.id]


@pytest.mark.parametrize("role", ["read_only", "sales_rep"])
async def test_without_the_right_nothing_is_written(work: Work, as_role: AsRole, role: str):
    roof = await an_opportunity(work)
    other = await as_role(role, await a_user(work, "Reader"))
    refusal = NotAllowed if role == "read_only" else NotFound

    with pytest.raises(refusal):
        await opportunities.lose(other, roof.id, "Price")
    with pytest.raises(NotAllowed):
        await opportunities.create_default_pipeline(other)

    assert other.events == []
    assert await other.finish() == []


async def test_what_is_possible_now_is_known_without_trying(work: Work):
    await a_pipeline(work, strict_order=True)
    roof = await an_opportunity(work, stage="Qualification")
    transitions = await opportunities.available_transitions(work, roof.id)
    assert [(each.verb, [stage.name for stage in each.stages]) for each in transitions] == [
        ("advance", ["Prospecting", "Proposal"]),
        ("win", ["Won"]),
        ("lose", ["Lost"]),
    ]

    await opportunities.lose(work, roof.id, "Price")
    transitions = await opportunities.available_transitions(work, roof.id)
    assert [(each.verb, len(each.stages)) for each in transitions] == [("reopen", 4)]


def test_every_status_has_its_transitions_and_every_verb_is_a_command():
    assert set(TRANSITIONS) == set(Status)
    verbs = {verb for steps in TRANSITIONS.values() for verb in steps}
    assert verbs == {"advance", "move_pipeline", "win", "lose", "reopen"}
    assert all(callable(getattr(opportunities, verb)) for verb in verbs)


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"closed_on": TODAY}, "ck_opportunities_closed"),
        ({"status": Status.LOST, "probability": 0, "forecast_category": ForecastCategory.OMITTED}, "closed"),
        ({"status": Status.WON, "closed_on": TODAY}, "ck_opportunities_(probability|forecast|won)"),
        ({"probability": 101}, "ck_opportunities_probability_of_status"),
        ({"forecast_category": ForecastCategory.CLOSED}, "ck_opportunities_forecast_category_of_status"),
        ({"amount_minor": -1}, "ck_opportunities_amount"),
        ({"currency": "usd"}, "ck_opportunities_currency"),
        ({"push_count": -1}, "ck_opportunities_push_count"),
    ],
)
async def test_the_database_repeats_the_invariants(work: Work, broken: dict[str, Any], constraint: str):
    roof = await an_opportunity(work)
    for name, value in broken.items():
        setattr(roof, name, value)

    with pytest.raises(IntegrityError, match=constraint):
        await work.flush()


async def test_an_external_id_is_given_at_creation(work: Work):
    await a_pipeline(work)
    roof = await opportunities.create(work, {"name": "Roof"}, external_ids=[ExternalKey("erp", "1")])
    (*_, change) = await work.finish()

    assert change.record is roof
    assert change.after["externalIds"] == [{"type": "opportunity", "source": "erp", "value": "1"}]
