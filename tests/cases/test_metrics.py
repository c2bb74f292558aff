"""Figures about cases: exact numbers of a handful of cases, each computed here by hand, and their rows."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.domain import business_hours, cases
from api.domain.business_hours import Weekday
from api.domain.cases import CasePriority, MilestoneType, ResolutionCode
from api.domain.kernel import Work, wire
from tests.cases.figures import BETWEEN, FIGURES, asked, numbers, traced
from tests.factories import a_case, a_policy, a_user, an_account
from tests.graphql_client import Client, GraphQLFailed
from tests.people import NOW

MONDAY = NOW.replace(hour=9, minute=0) - timedelta(days=7)  # 2026-02-23; the figures are of 2026-03-02, 9:15
FIRST, RESOLUTION = MilestoneType.FIRST_RESPONSE, MilestoneType.RESOLUTION


@pytest.fixture
async def desk(work: Work) -> dict[str, Any]:
    """Mondays to Fridays 9 to 17, from Monday 9:00 on. Promised: an answer in 2 business hours, the end in 8.

    * One is answered after 30 minutes and resolved after 4 hours, 2 of which it waited for the customer.
    * Two, urgent and of Initech, is answered on Tuesday 10:00, which is 9 business hours and 25 by the clock, resolved
      then, reopened on Wednesday 9:00, and resolved at 11:00.
    * Three is answered after 90 minutes with two answers and resolved at once.
    * Four waits unanswered from Monday 16:00 on.
    * Five was cancelled.
    """
    week: list[business_hours.IntervalValues] = [
        {"day": day, "opens": "09:00", "closes": "17:00"} for day in list(Weekday)[:5]
    ]
    hours = await business_hours.create(work, {"name": "Office", "zone": "UTC", "intervals": week})
    account = (await an_account(work, "Initech")).id
    await a_policy(work, {FIRST: 120, RESOLUTION: 480}, business_hours_id=hours.id)
    ids: dict[str, Any] = {"account": account}

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        work.now = MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)
        return work.now

    async def say(id: UUID) -> None:
        await cases.comment(work, id, "Look here.", is_public=True)

    at(0, 9)
    for name in ("one", "three", "five"):
        ids[name] = (await a_case(work, name)).id
    ids["two"] = (await a_case(work, "two", account_id=account, priority=CasePriority.URGENT)).id
    for name in ("one", "two", "three"):
        await cases.start(work, ids[name])
    await cases.cancel(work, ids["five"], "Spam")
    at(0, 9, 30)
    await cases.comment(work, ids["one"], "We have got it.", is_public=True, is_automated=True)
    await say(ids["one"])
    at(0, 10)
    await cases.wait_for_customer(work, ids["one"])
    at(0, 10, 30)
    await say(ids["three"])
    await say(ids["three"])
    await cases.resolve(work, ids["three"], ResolutionCode.ANSWERED)
    at(0, 12)
    await cases.resume(work, ids["one"])
    at(0, 13)
    await cases.resolve(work, ids["one"], ResolutionCode.SOLVED)
    at(0, 16)
    ids["four"] = (await a_case(work, "four")).id
    at(1, 10)
    await say(ids["two"])
    await cases.resolve(work, ids["two"], ResolutionCode.WORKAROUND)
    at(2, 9)
    await cases.reopen(work, ids["two"], "It came back")
    at(2, 11)
    await cases.resolve(work, ids["two"], ResolutionCode.SOLVED)
    await work.finish()
    return ids


async def test_the_figures_of_cases_and_their_rows(graphql: Client, desk: dict[str, Any]):
    (row,) = await asked(graphql)
    assert numbers(row) == {
        # 30, 90 and 540 minutes of business time; 30, 90 and 1500 on the wall; p90 is 4/5 of the way to the last
        "firstResponseMedian": ("90.00", "90", "1", 3),
        "firstResponseNinetieth": ("450.00", "450", "1", 3),
        "firstResponseCalendarMedian": ("90.00", "90", "1", 3),
        "firstResponseCalendarNinetieth": ("1218.00", "1218", "1", 3),
        # one and three in time, two too late, four's target has passed; five is cancelled
        "firstResponseAttainment": ("0.500000", "2", "4", 4),
        "nextResponseAttainment": (None, "0", "0", 0),
        "updateAttainment": (None, "0", "0", 0),
        # one and three in time, two after 11 of 8 hours, four's target has passed
        "resolutionAttainment": ("0.500000", "2", "4", 4),
        # 120 minutes without the pause, 90, and 9 hours and 2 more after it was reopened
        "resolutionMean": ("290.00", "870", "3", 3),
        "resolutionMedian": ("120.00", "120", "1", 3),
        "resolutionNinetieth": ("552.00", "552", "1", 3),
        "reopenRate": ("0.333333", "1", "3", 3),
        "firstContactResolution": ("0.333333", "1", "3", 3),
        "backlog": ("1", "1", "1", 1),
        "backlogUnderOneDay": ("0", "0", "1", 0),
        "backlogUnderSevenDays": ("1", "1", "1", 1),
        "backlogUnderThirtyDays": ("0", "0", "1", 0),
        "backlogOlder": ("0", "0", "1", 0),
    }
    assert {name: row[name]["absence"] for name in FIGURES if row[name]["absence"]} == {
        "nextResponseAttainment": "NO_RECORDS",
        "updateAttainment": "NO_RECORDS",
    }
    assert {row[name]["unit"] for name in BETWEEN} == {"MINUTES"}
    await traced(graphql, row)


async def test_figures_of_a_period_an_account_and_of_each_priority(graphql: Client, desk: dict[str, Any]):
    (row,) = await asked(graphql, '(from: "2026-02-24", to: "2026-02-25")')
    shown = numbers(row)
    # On Tuesday two was answered and first resolved; four's promise of an answer was broken.
    assert shown["firstResponseMedian"] == ("540.00", "540", "1", 1)
    assert shown["firstResponseAttainment"] == ("0.000000", "0", "1", 1)
    assert shown["reopenRate"] == ("1.000000", "1", "1", 1)
    assert shown["resolutionMean"] == (None, "0", "0", 0)
    await traced(graphql, row, **{"from": "2026-02-24", "to": "2026-02-25"})
    rows = await asked(graphql, "(by: [PRIORITY])", "priority")
    assert {one["priority"]: one["resolutionMean"]["value"] for one in rows} == {"NORMAL": "105.00", "URGENT": "660.00"}
    by_account = await asked(graphql, "(by: [ACCOUNT, OWNER])", "account { name } owner { name }")
    assert [one["account"] and one["account"]["name"] for one in by_account].count("Initech") == 1
    (of_account,) = await asked(graphql, f'(account: {{id: "{wire("acc", desk["account"])}"}})')
    assert numbers(of_account)["firstResponseCalendarMedian"] == ("1500.00", "1500", "1", 1)


async def test_who_sees_no_cases_has_figures_of_none_and_of_several_dimensions_each_is_named_once(
    graphql: Client, desk: dict[str, Any]
):
    (row,) = await asked(graphql, as_="channel_manager")
    assert {one["absence"] for one in row.values()} == {"NO_RECORDS", None}
    assert {one["sampleSize"] for one in row.values()} == {0}
    with pytest.raises(GraphQLFailed, match="name each dimension once"):
        await asked(graphql, "(by: [OWNER, OWNER])")


async def test_a_promise_is_broken_after_its_last_instant_and_not_in_it(graphql: Client, work: Work):
    await a_policy(work, {FIRST: 60, RESOLUTION: 59})
    work.now = NOW - timedelta(hours=1)
    await a_case(work)
    work.now = NOW
    await work.finish()

    shown = numbers((await asked(graphql))[0])
    assert shown["firstResponseAttainment"] == (None, "0", "0", 0)
    assert shown["resolutionAttainment"] == ("0.000000", "0", "1", 1)


async def test_the_cases_of_accounts_that_the_asker_may_not_see_are_one_group(graphql: Client, work: Work):
    rep = await a_user(work, "Rita Rep")
    own, other, third = [
        (await an_account(work, name, owner_id=owner)).id
        for name, owner in (("Initech", rep.id), ("Globex", None), ("Umbrella", None))
    ]
    for account in (own, other, third, None):
        await a_case(work, account_id=account)
    await work.finish()

    groups = await asked(graphql, "(by: [ACCOUNT])", "account { name }", as_="sales_rep", user=rep)
    assert [(one["account"], one["backlog"]["value"]) for one in groups] == [({"name": "Initech"}, "1"), (None, "3")]
    all_groups = await asked(graphql, "(by: [ACCOUNT])", "account { name }")
    assert sorted((one["account"] or {"name": ""})["name"] for one in all_groups) == [
        "",
        "Globex",
        "Initech",
        "Umbrella",
    ]
