"""Cases: their numbers, their way through the states, and what comments do to them."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.domain import cases
from api.domain.cases import CLOSES_AFTER, FINISHED, TRANSITIONS, Case, CaseStatus, ResolutionCode
from api.domain.kernel import (
    DomainError,
    IllegalTransition,
    Invalid,
    LimitExceeded,
    NotAllowed,
    NotFound,
    Required,
    Work,
    wire,
)
from tests.conftest import AsRole
from tests.factories import a_case, a_contact, an_account

VERBS: dict[str, Callable[[Work, Case], Awaitable[Case]]] = {
    "start": lambda work, case: cases.start(work, case.id),
    "wait_for_customer": lambda work, case: cases.wait_for_customer(work, case.id),
    "wait_for_third_party": lambda work, case: cases.wait_for_third_party(work, case.id),
    "resume": lambda work, case: cases.resume(work, case.id),
    "resolve": lambda work, case: cases.resolve(work, case.id, ResolutionCode.SOLVED),
    "reopen": lambda work, case: cases.reopen(work, case.id, "It came back"),
    "close": lambda work, case: cases.close(work, case.id),
    "cancel": lambda work, case: cases.cancel(work, case.id, "A mistake"),
}


def types(work: Work) -> list[str]:
    return [event.type for event in work.events]


async def timers(work: Work) -> list[tuple[str, datetime]]:
    await work.flush()
    rows = await work.session.execute(
        text("SELECT payload ->> 'case', due_at FROM jobs WHERE kind = 'case.close' AND state = 'WAITING' ORDER BY 2")
    )
    return [(case, due_at) for case, due_at in rows]


# What is known of a case


async def test_numbers_rise_by_one_for_each_case_of_the_tenant(work: Work):
    assert [(await a_case(work)).number for _ in range(3)] == [1, 2, 3]


async def test_a_new_case_is_nobodys_of_normal_priority_and_has_its_first_stay(work: Work):
    case = await a_case(work)

    assert (case.status, case.owner_id, case.priority, case.origin) == ("NEW", None, "NORMAL", "API")
    stays = await work.session.execute(text("SELECT status, entered_at, left_at FROM case_history"))
    assert stays.all() == [("NEW", work.now, None)]


async def test_the_address_it_came_from_finds_the_contact_and_its_account(work: Work):
    account = await an_account(work)
    ada = await a_contact(work, emails=[{"email": "ada@example.com"}, {"email": "ada@home.example"}])
    ada.account_id = account.id
    await work.flush()

    known = await a_case(work, from_email="ADA@home.example")
    unknown = await a_case(work, from_email="eve@example.com")

    assert (known.contact_id, known.account_id, known.from_email) == (ada.id, account.id, "ADA@home.example")
    assert (unknown.contact_id, unknown.account_id) == (None, None)


async def test_a_contact_that_is_named_counts_more_than_the_address(work: Work):
    await a_contact(work, emails=[{"email": "ada@example.com"}])
    eve = await a_contact(work, "Evans")

    assert (await a_case(work, from_email="ada@example.com", contact_id=eve.id)).contact_id == eve.id


async def test_a_case_cannot_be_below_itself(work: Work):
    parent = await a_case(work)
    child = await a_case(work, parent_id=parent.id)

    with pytest.raises(Invalid) as refused:
        await cases.update(work, parent.id, {"parent_id": child.id})
    assert (refused.value.constraint, refused.value.path) == ("circle", ("parent",))


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({}, Required, ("subject",)),
        ({"subject": " "}, Required, ("subject",)),
        ({"subject": "x", "priority": None}, Required, ("priority",)),
        ({"subject": "x", "from_email": "nobody"}, Invalid, ("email",)),
    ],
)
async def test_what_cannot_be_a_case_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as refused:
        await cases.create(work, values)
    assert refused.value.path == path
    assert (await work.finish(), work.events) == ([], [])


# The machine


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("verb", list(VERBS))
async def test_a_verb_leads_where_the_machine_says_or_is_refused_without_a_trace(
    work: Work, status: CaseStatus, verb: str
):
    case = await a_case(work, status=status)
    await work.finish()

    if verb in TRANSITIONS[status]:
        await VERBS[verb](work, case)
        assert case.status is TRANSITIONS[status][verb]
        assert "case.status_changed" in types(work)
        (change,) = await work.finish()
        assert change.record is case
    else:
        with pytest.raises(IllegalTransition) as refused:
            await VERBS[verb](work, case)
        assert (refused.value.current, refused.value.allowed) == (status.value, tuple(TRANSITIONS[status]))
        assert (await work.finish(), work.events, case.status) == ([], [], status)


@pytest.mark.parametrize("status", list(CaseStatus))
async def test_what_is_possible_now_is_what_the_machine_has(work: Work, status: CaseStatus):
    case = await a_case(work, status=status)

    assert await cases.available_transitions(work, case.id) == list(TRANSITIONS[status])


@pytest.mark.parametrize("status", sorted(FINISHED))
async def test_a_finished_case_is_read_only(work: Work, status: CaseStatus):
    case = await a_case(work, status=status)
    await work.finish()

    for attempt in (
        lambda: cases.update(work, case.id, {"subject": "Other"}),
        lambda: cases.escalate(work, case.id, "Now"),
        lambda: cases.comment(work, case.id, "One more thing"),
    ):
        with pytest.raises(IllegalTransition):
            await attempt()
    assert (await work.finish(), work.events) == ([], [])


async def test_whoever_starts_a_case_of_nobody_owns_it(work: Work):
    case = await a_case(work, status=CaseStatus.OPEN)

    assert case.owner_id == work.viewer.user


async def test_each_stay_follows_the_one_before(work: Work):
    case = await a_case(work, status=CaseStatus.RESOLVED)
    await cases.reopen(work, case.id, "It came back")
    await work.flush()

    stays = await work.session.execute(
        text("SELECT status, left_at IS NULL, reason FROM case_history ORDER BY entered_at, id")
    )
    assert stays.all() == [
        ("NEW", False, None),
        ("OPEN", False, None),
        ("RESOLVED", False, None),
        ("OPEN", True, "It came back"),
    ]


async def test_a_duplicate_points_at_a_case_that_is_none(work: Work):
    duplicate = await a_case(work, status=CaseStatus.DUPLICATE)
    case = await a_case(work)
    await work.finish()

    for of in (case.id, duplicate.id):
        with pytest.raises(Invalid) as refused:
            await cases.mark_duplicate(work, case.id, of)
        assert refused.value.path == ("of",)
    assert (await work.finish(), work.events) == ([], [])
    assert duplicate.duplicate_of_id is not None


async def test_escalation_only_rises_and_ends_at_five(work: Work):
    case = await a_case(work)
    for _ in range(5):
        await cases.escalate(work, case.id, "The customer calls every hour")

    with pytest.raises(LimitExceeded):
        await cases.escalate(work, case.id, "Again")
    assert case.escalation_level == 5
    assert types(work).count("case.escalated") == 5


@pytest.mark.parametrize("verb", ["reopen", "cancel", "escalate"])
async def test_a_reason_is_needed(work: Work, verb: str):
    status = CaseStatus.RESOLVED if verb == "reopen" else CaseStatus.OPEN
    case = await a_case(work, status=status)
    await work.finish()

    with pytest.raises(Required) as refused:
        await getattr(cases, verb)(work, case.id, " ")
    assert refused.value.path == ("reason",)
    assert (await work.finish(), work.events) == ([], [])


# The reopen window and the timer


async def test_resolving_sets_a_timer_and_reopening_takes_it_away(work: Work):
    case = await a_case(work, status=CaseStatus.RESOLVED)
    assert await timers(work) == [(wire("cas", case.id), work.now + CLOSES_AFTER)]

    await cases.reopen(work, case.id, "It came back")
    assert await timers(work) == []
    assert (case.resolved_at, case.resolution_code, case.closes_at, case.reopen_count) == (None, None, None, 1)


async def test_the_timer_closes_a_case_once(work: Work):
    case = await a_case(work, status=CaseStatus.RESOLVED)
    await work.finish()
    payload = {"case": wire("cas", case.id)}

    work.now += CLOSES_AFTER
    await cases.close_due(work, payload)
    await cases.close_due(work, payload)

    assert (case.status, case.closed_at, case.closes_at) == ("CLOSED", work.now, None)
    assert types(work).count("case.closed") == 1


async def test_a_timer_that_comes_too_early_is_set_again(work: Work):
    case = await a_case(work, status=CaseStatus.RESOLVED)
    await work.session.execute(text("UPDATE jobs SET state = 'DONE', finished_at = now()"))

    work.now += CLOSES_AFTER - timedelta(seconds=1)
    await cases.close_due(work, json.loads(json.dumps({"case": wire("cas", case.id)})))

    assert case.status is CaseStatus.RESOLVED
    assert await timers(work) == [(wire("cas", case.id), case.closes_at)]


async def test_after_seven_days_it_cannot_be_reopened_even_if_the_timer_is_late(work: Work):
    case = await a_case(work, status=CaseStatus.RESOLVED)
    await work.finish()

    work.now += CLOSES_AFTER
    with pytest.raises(IllegalTransition) as refused:
        await cases.reopen(work, case.id, "It came back")
    assert refused.value.allowed == ("close",)
    assert await cases.available_transitions(work, case.id) == ["close"]
    assert (await work.finish(), work.events) == ([], [])


# Comments


async def test_the_first_public_comment_of_a_person_is_the_first_response(work: Work):
    case = await a_case(work)
    await cases.comment(work, case.id, "Who takes this one?")
    await cases.comment(work, case.id, "We have got your message.", is_public=True, is_automated=True)
    assert case.first_response_at is None

    await cases.comment(work, case.id, "Have you tried the other cable?", is_public=True)
    assert case.first_response_at == work.now
    first, work.now = work.now, work.now + timedelta(hours=1)
    await cases.comment(work, case.id, "Or the other socket?", is_public=True)

    assert case.first_response_at == first
    assert types(work).count("case.responded") == 1


async def test_what_the_customer_says_is_no_response(work: Work):
    contact = await a_contact(work)
    case = await a_case(work, contact_id=contact.id)
    await cases.comment(work, case.id, "Hello?", is_public=True, contact_id=contact.id)

    assert case.first_response_at is None


async def test_an_answer_of_the_customer_resumes_what_waited_and_reopens_what_was_resolved(work: Work):
    contact = await a_contact(work)
    for status in (CaseStatus.WAITING_CUSTOMER, CaseStatus.RESOLVED):
        case = await a_case(work, contact_id=contact.id, status=status)
        await cases.comment(work, case.id, "It still does not start", is_public=True, contact_id=contact.id)
        assert case.status is CaseStatus.OPEN


async def test_an_automatic_answer_of_the_customer_does_neither(work: Work):
    contact = await a_contact(work)
    for status in (CaseStatus.WAITING_CUSTOMER, CaseStatus.RESOLVED, CaseStatus.CLOSED):
        case = await a_case(work, contact_id=contact.id, status=status)
        said = {"is_public": True, "is_automated": True, "contact_id": contact.id}
        await cases.comment(work, case.id, "I am on holiday", **said)  # type: ignore[arg-type]
        assert case.status is status


async def test_an_answer_to_a_closed_case_begins_a_new_one(work: Work):
    contact = await a_contact(work)
    case = await a_case(work, contact_id=contact.id, status=CaseStatus.CLOSED)
    before = await work.finish()
    assert before

    found = await cases.comment(work, case.id, "It came back", is_public=True, contact_id=contact.id)

    assert (found.follows_id, found.status, found.subject) == (case.id, "NEW", case.subject)
    assert (found.contact_id, case.status) == (contact.id, "CLOSED")
    assert types(work) == ["case.followed_up", "case.commented"]


async def test_what_a_customer_says_is_never_internal(work: Work):
    contact = await a_contact(work)
    case = await a_case(work)
    await work.finish()

    with pytest.raises(Invalid) as refused:
        await cases.comment(work, case.id, "psst", contact_id=contact.id)
    assert refused.value.path == ("is_public",)
    assert (await work.finish(), work.events) == ([], [])


# Who may


async def test_agents_serve_every_customer_and_sellers_look_on(work: Work, as_role: AsRole):
    case = await a_case(work, status=CaseStatus.OPEN)
    agent, seller, marketer = [await as_role(role) for role in ("support_agent", "sales_rep", "marketer")]

    await cases.wait_for_customer(agent, case.id)
    await agent.flush()
    assert (await seller.get(Case, case.id)).id == case.id
    with pytest.raises(NotAllowed):
        await cases.resume(seller, case.id)
    with pytest.raises(NotFound):
        await marketer.get(Case, case.id)
