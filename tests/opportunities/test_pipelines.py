"""Pipelines and their stages."""

from typing import Any

import pytest

from api.domain import opportunities
from api.domain.kernel import DomainError, Duplicate, Invalid, Outcome, Required, RestoreConflict, Work
from api.domain.opportunities import ForecastCategory, Stage, StageValues, Status
from tests.factories import a_pipeline, a_stage, an_opportunity

CLOSINGS: list[StageValues] = [{"name": "Won", "kind": Status.WON}, {"name": "Lost", "kind": Status.LOST}]


async def stages_of(work: Work, pipeline: opportunities.Pipeline) -> list[Stage]:
    return (await opportunities.load_board(work)).order[pipeline.id]


async def test_a_new_tenant_begins_with_six_stages(work: Work):
    sales = await opportunities.create_default_pipeline(work)

    stages = await stages_of(work, sales)
    assert [(stage.position, stage.name, stage.kind.value, stage.probability) for stage in stages] == [
        (1, "Prospecting", "OPEN", 10),
        (2, "Qualification", "OPEN", 25),
        (3, "Proposal", "OPEN", 50),
        (4, "Negotiation", "OPEN", 75),
        (5, "Won", "WON", 100),
        (6, "Lost", "LOST", 0),
    ]
    assert [stage.forecast_category.value for stage in stages] == [
        "PIPELINE",
        "PIPELINE",
        "BEST_CASE",
        "COMMIT",
        "CLOSED",
        "OMITTED",
    ]
    assert (sales.name, sales.currency, sales.strict_order) == ("Sales", None, False)


@pytest.mark.parametrize(
    ("stages", "refusal", "path"),
    [
        (CLOSINGS, Required, ("stages",)),
        ([{"name": "Talk", "probability": 10}, CLOSINGS[0]], Required, ("stages",)),
        ([{"name": "Talk"}, *CLOSINGS], Required, ("stages", "0", "probability")),
        ([{"probability": 1}, *CLOSINGS], Required, ("stages", "0", "name")),
        ([{"name": "Talk", "probability": 101}, *CLOSINGS], Invalid, ("stages", "0", "probability")),
        ([{"name": "WON", "probability": 10}, *CLOSINGS], Duplicate, ("stages", "1", "name")),
        ([{"name": "Talk", "probability": 9, "max_days": 0}, *CLOSINGS], Invalid, ("stages", "0", "max_days")),
        (
            [{"name": "Talk", "probability": 9, "forecast_category": ForecastCategory.CLOSED}, *CLOSINGS],
            Invalid,
            ("stages", "0", "forecast_category"),
        ),
        (
            [{"name": "Talk", "probability": 10}, *CLOSINGS, {"name": "Gone", "kind": Status.LOST, "probability": 5}],
            Invalid,
            ("stages", "3", "probability"),
        ),
    ],
)
async def test_a_pipeline_that_cannot_work_is_refused(
    work: Work, stages: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as refused:
        await opportunities.create_pipeline(work, {"name": "Odd"}, stages)

    assert refused.value.path == path
    assert await work.finish() == []


async def test_a_live_pipeline_has_a_name_of_its_own(work: Work):
    sales = await a_pipeline(work, "Sales")

    with pytest.raises(Duplicate) as refused:
        await a_pipeline(work, "SALES")
    assert (refused.value.path, refused.value.existing) == (("name",), sales.id)

    await opportunities.archive_pipeline(work, sales.id)
    await a_pipeline(work, "Sales")
    with pytest.raises(RestoreConflict):
        await opportunities.restore_pipeline(work, sales.id)


async def test_a_pipeline_with_open_deals_is_not_archived(work: Work):
    roof = await an_opportunity(work)

    with pytest.raises(Invalid) as refused:
        await opportunities.archive_pipeline(work, roof.pipeline_id)
    assert (refused.value.constraint, refused.value.limit) == ("in_use", 1)

    await opportunities.lose(work, roof.id, "Price")
    assert (await opportunities.archive_pipeline(work, roof.pipeline_id)).archived_at == work.now


async def test_a_new_stage_pushes_the_later_ones_back(work: Work):
    sales = await a_pipeline(work)
    await opportunities.add_stage(work, sales.id, {"name": "Demo", "probability": 40, "position": 3, "max_days": 14})

    stages = await stages_of(work, sales)
    assert [(stage.position, stage.name) for stage in stages] == [
        (1, "Prospecting"),
        (2, "Qualification"),
        (3, "Demo"),
        (4, "Proposal"),
        (5, "Negotiation"),
        (6, "Won"),
        (7, "Lost"),
    ]


async def test_a_stage_moves_to_another_position(work: Work):
    sales = await a_pipeline(work)

    await opportunities.update_stage(work, (await a_stage(work, "Negotiation")).id, {"position": 1})

    names = [stage.name for stage in await stages_of(work, sales)]
    assert names == ["Negotiation", "Prospecting", "Qualification", "Proposal", "Won", "Lost"]


@pytest.mark.parametrize(
    ("stage", "values", "refusal", "path"),
    [
        ("Proposal", {"kind": Status.WON}, Invalid, ("kind",)),
        ("Proposal", {"name": "negotiation"}, Duplicate, ("name",)),
        ("Proposal", {"probability": None}, Required, ("probability",)),
        ("Won", {"probability": 90}, Invalid, ("probability",)),
        ("Won", {"max_days": 5}, Invalid, ("max_days",)),
        ("Lost", {"forecast_category": ForecastCategory.COMMIT}, Invalid, ("forecast_category",)),
    ],
)
async def test_a_stage_with_a_wrong_value_is_refused(
    work: Work, stage: str, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    await a_pipeline(work)
    await work.finish()

    with pytest.raises(refusal) as refused:
        await opportunities.update_stage(work, (await a_stage(work, stage)).id, values)

    assert refused.value.path == path
    assert await work.finish() == []


async def test_a_stage_is_archived_only_when_nobody_needs_it(work: Work):
    roof = await an_opportunity(work, stage="Proposal")
    proposal, won = await a_stage(work, "Proposal"), await a_stage(work, "Won")

    with pytest.raises(Invalid) as in_use:
        await opportunities.archive_stage(work, proposal.id)
    with pytest.raises(Invalid) as last:
        await opportunities.archive_stage(work, won.id)
    assert (in_use.value.constraint, last.value.constraint) == ("in_use", "last_of_kind")

    await opportunities.advance(work, roof.id, (await a_stage(work, "Negotiation")).id)
    await opportunities.archive_stage(work, proposal.id)
    assert proposal.archived_at == work.now

    await opportunities.add_stage(work, proposal.pipeline_id, {"name": "Proposal", "probability": 55})
    with pytest.raises(RestoreConflict):
        await opportunities.restore_stage(work, proposal.id)


async def test_a_pipeline_that_lost_its_last_open_stages_in_a_race_takes_no_new_opportunity(work: Work):
    empty = await a_pipeline(work, "Renewals")
    await an_opportunity(work)  # in the oldest pipeline
    for stage in (await stages_of(work, empty))[:4]:
        stage.archived_at = work.now  # as two who archive the last two at once may leave it
    await work.finish()
    row = opportunities.OpportunityRow(values={"name": "Roof", "pipeline_id": empty.id})

    (result,) = await opportunities.upsert_many(work, [row])

    assert result.outcome is Outcome.FAILED
    assert isinstance(result.refusal, Required)
    assert result.refusal.path == ("stage",)
    assert str(result.refusal) == "the pipeline has no OPEN stage; add or restore one first"
    assert await work.finish() == []
