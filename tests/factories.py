"""One function for each kind of record: `await an_opportunity(work, stage="Negotiation")`.

They go through the commands, so that what they make is what the product makes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from api.domain import accounts, business_hours, cases, contacts, opportunities, products, users
from api.domain.cases import CasePriority, CaseStatus, MilestoneType, ResolutionCode
from api.domain.kernel import Money, Work
from api.domain.opportunities import Status


async def a_user(work: Work, name: str = "Grace Hopper", **values: Any) -> users.User:
    user = await users.create(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return user


async def a_team(work: Work, name: str = "Central", **values: Any) -> users.Team:
    team = await users.create_team(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return team


async def an_account(work: Work, name: str = "Acme Corporation", **values: Any) -> accounts.Account:
    account = await accounts.create(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return account


async def a_contact(work: Work, last_name: str = "Lovelace", **values: Any) -> contacts.Contact:
    contact = await contacts.create(work, {"last_name": last_name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return contact


async def a_product(
    work: Work, name: str = "GTX Pro", *, price: int | None = 482_100, **values: Any
) -> products.Product:
    """`price` in US cents."""
    given = {"code": name, "name": name, "list_price": None if price is None else Money(price, "USD"), **values}
    product = await products.create(work, given)  # type: ignore[arg-type]
    await work.flush()
    return product


async def a_pipeline(work: Work, name: str = "Sales", **values: Any) -> opportunities.Pipeline:
    """Prospecting 10 %, Qualification 25 %, Proposal 50 %, Negotiation 75 %, Won, Lost."""
    pipeline = await opportunities.create_pipeline(
        work,
        {"name": name, **values},  # type: ignore[typeddict-item]
        opportunities.DEFAULT_STAGES,
    )
    await work.flush()
    return pipeline


async def a_stage(work: Work, name: str = "Prospecting", pipeline: UUID | None = None) -> opportunities.Stage:
    """The stage of this name in the oldest pipeline, which is made if there is none."""
    board = await opportunities.load_board(work)
    if not board.pipelines:
        await a_pipeline(work)
        board = await opportunities.load_board(work)
    stage = board.named(name, pipeline)
    assert stage is not None, f"there is no stage {name}"
    return stage


async def an_opportunity(
    work: Work,
    name: str = "Roof",
    *,
    stage: str = "Prospecting",
    status: Status = Status.OPEN,
    amount: int | None = 100_000,
    **values: Any,
) -> opportunities.Opportunity:
    """`amount` in US cents. A closed one was won from a new account, or lost on price."""
    given = {"name": name, "stage_id": (await a_stage(work, stage)).id, **values}
    if amount is not None:
        given["amount"] = Money(amount, "USD")
    if status is Status.WON and "account_id" not in given:
        given["account_id"] = (await an_account(work)).id
    opportunity = await opportunities.create(work, given)  # type: ignore[arg-type]
    await work.flush()
    if status is Status.WON:
        await opportunities.win(work, opportunity.id)
    if status is Status.LOST:
        await opportunities.lose(work, opportunity.id, "Price")
    await work.flush()
    return opportunity


async def some_business_hours(work: Work, name: str = "Office", **values: Any) -> business_hours.BusinessHours:
    """Monday to Friday, 09:00 to 17:00, in UTC."""
    week = [{"day": day, "opens": "09:00", "closes": "17:00"} for day in list(business_hours.Weekday)[:5]]
    hours = await business_hours.create(work, {"name": name, "intervals": week, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return hours


async def a_holiday_calendar(
    work: Work, name: str = "Holidays", *, days: Mapping[date, str] | None = None
) -> business_hours.HolidayCalendar:
    holidays: list[business_hours.HolidayValues] = [
        {"day": day, "name": called} for day, called in (days or {}).items()
    ]
    calendar = await business_hours.create_calendar(work, {"name": name, "holidays": holidays})
    await work.flush()
    return calendar


async def a_case(
    work: Work, subject: str = "It does not start", *, status: CaseStatus = CaseStatus.NEW, **values: Any
) -> cases.Case:
    """By the shortest way to its status."""
    case = await cases.create(work, {"subject": subject, **values})  # type: ignore[typeddict-item]
    await work.flush()
    if status is CaseStatus.CANCELLED:
        await cases.cancel(work, case.id, "No answer needed")
    elif status is CaseStatus.DUPLICATE:
        await cases.mark_duplicate(work, case.id, (await a_case(work, "The same before")).id)
    elif status is not CaseStatus.NEW:
        await cases.start(work, case.id)
    if status is CaseStatus.WAITING_CUSTOMER:
        await cases.wait_for_customer(work, case.id)
    if status is CaseStatus.WAITING_THIRD_PARTY:
        await cases.wait_for_third_party(work, case.id)
    if status in {CaseStatus.RESOLVED, CaseStatus.CLOSED}:
        await cases.resolve(work, case.id, ResolutionCode.SOLVED)
    if status is CaseStatus.CLOSED:
        await cases.close(work, case.id)
    await work.flush()
    return case


async def a_policy(
    work: Work,
    promises: Mapping[MilestoneType, int],
    name: str = "Standard",
    *,
    urgent: Mapping[MilestoneType, int] | None = None,
    hours_of_target: UUID | None = None,
    **values: Any,
) -> cases.SlaPolicy:
    """`promises` in minutes, for every priority; round the clock. `urgent`: others for urgent cases."""
    targets: list[cases.TargetValues] = [
        {"priority": priority, "milestone": milestone, "minutes": minutes, "business_hours_id": hours_of_target}
        for priority in CasePriority
        for milestone, minutes in (urgent if urgent and priority is CasePriority.URGENT else promises).items()
    ]
    policy = await cases.create_policy(work, {"name": name, "targets": targets, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return policy
