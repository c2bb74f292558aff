"""Cases through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.cases import TRANSITIONS, CaseStatus
from api.domain.kernel import Work, wire
from tests.factories import a_case, a_contact
from tests.graphql_client import Client
from tests.record_writes import RecordWrites
from tests.watching import nothing_changes


class TestCase(RecordWrites):
    noun, type_name = "case", "Case"
    new: ClassVar[Mapping[str, Any]] = {
        "subject": "It does not start",
        "origin": "EMAIL",
        "fromEmail": "ada@example.com",
        "type": "PROBLEM",
    }
    change: ClassVar[Mapping[str, Any]] = {"priority": "URGENT", "severity": "CRITICAL", "notes": "Call back"}
    shown = "subject origin fromEmail type priority severity notes"
    statements: ClassVar[Mapping[str, int]] = {"Create": 5, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 6}

    def another(self, mark: str) -> dict[str, Any]:
        return {**self.new, "subject": f"It does not start {mark}"}


STATE = """
status number isEscalated escalationLevel firstResponseAt resolvedAt resolutionCode closesAt closedAt reopenCount
availableTransitions { verb leadsTo }
"""
ARGUMENTS = {
    "ESCALATE": ', reason: "Now"',
    "RESOLVE": ', code: ANSWERED, resolution: "Plug it in"',
    "REOPEN": ', reason: "No"',
    "CANCEL": ', reason: "Spam"',
}


def verb_of(name: str, case: str, more: str = "") -> str:
    field = "case" + "".join(word.title() for word in name.split("_"))
    arguments = f'where: {{id: "{case}"}}{ARGUMENTS.get(name, "")}{more}'
    return f"mutation {{ {field}({arguments}) {{ outcome case {{ {STATE} }} errors {{ code path }} }} }}"


async def step(graphql: Client, name: str, case: str, more: str = "", **who: Any) -> Any:
    return next(iter((await graphql(verb_of(name, case, more), **who)).values()))


async def test_a_case_goes_its_way_and_says_at_each_step_what_is_possible(graphql: Client):
    made = await graphql(f'mutation {{ caseCreate(input: {{subject: "x"}}) {{ case {{ id {STATE} }} }} }}')
    case = made["caseCreate"]["case"]["id"]
    way = "START WAIT_FOR_CUSTOMER RESUME WAIT_FOR_THIRD_PARTY RESUME ESCALATE RESOLVE REOPEN RESOLVE CLOSE".split()
    seen = []
    for name in way:
        payload = await step(graphql, name, case)
        assert (payload["outcome"], payload["errors"]) == ("UPDATED", [])
        now = payload["case"]
        possible = {one["verb"].lower(): one["leadsTo"] for one in now["availableTransitions"]}
        assert possible == {verb: to.value for verb, to in TRANSITIONS[CaseStatus(now["status"])].items()}
        seen.append(now["status"])

    assert seen == ("OPEN WAITING_CUSTOMER OPEN WAITING_THIRD_PARTY OPEN OPEN RESOLVED OPEN RESOLVED CLOSED".split())
    assert (now["number"], now["isEscalated"], now["reopenCount"]) == (1, True, 1)
    assert (now["resolutionCode"], now["closesAt"], now["closedAt"]) == ("ANSWERED", None, "2026-03-02T09:15:00Z")


@pytest.mark.parametrize("verb", "START WAIT_FOR_CUSTOMER RESUME RESOLVE REOPEN CLOSE CANCEL ESCALATE".split())
async def test_a_finished_case_refuses_every_verb(graphql: Client, work: Work, verb: str):
    case = await a_case(work, status=CaseStatus.CLOSED)
    await work.finish()

    async with nothing_changes(graphql):
        payload = await step(graphql, verb, wire("cas", case.id))
    assert payload == {"outcome": "FAILED", "case": None, "errors": [{"code": "ILLEGAL_TRANSITION", "path": []}]}


async def test_a_dry_run_of_a_verb_shows_the_result_and_leaves_nothing(graphql: Client, work: Work):
    case = await a_case(work, status=CaseStatus.OPEN)
    await work.finish()

    async with nothing_changes(graphql):
        payload = await step(graphql, "RESOLVE", wire("cas", case.id), ", dryRun: true")
    assert (payload["case"]["status"], payload["case"]["closesAt"]) == ("RESOLVED", "2026-03-09T09:15:00Z")


async def test_who_may_only_look_has_no_steps(graphql: Client, work: Work):
    case = await a_case(work, status=CaseStatus.OPEN)
    await work.finish()
    query = f'{{ case(where: {{id: "{wire("cas", case.id)}"}}) {{ status availableTransitions {{ verb }} }} }}'

    assert await graphql(query, as_="sales_rep") == {"case": {"status": "OPEN", "availableTransitions": []}}
    assert await graphql(query, as_="marketer") == {"case": None}


async def test_an_answer_to_a_closed_case_is_found_among_its_follow_ups(graphql: Client, work: Work):
    contact = await a_contact(work)
    case = await a_case(work, contact_id=contact.id, status=CaseStatus.CLOSED)
    await work.finish()

    payload = await graphql(
        """mutation($case: ID!, $contact: ID!) {
          caseComment(where: {id: $case}, body: "Again", isPublic: true, isAutomated: false, contact: {id: $contact}) {
            case { comments { nodes { body } } followUps { nodes { number status comments { nodes { body isPublic
              contact { lastName } user { name } } } } } }
            errors { code }
          }
        }""",
        {"case": wire("cas", case.id), "contact": wire("con", contact.id)},
    )
    said = {"body": "Again", "isPublic": True, "contact": {"lastName": "Lovelace"}, "user": None}
    follow_up = {"number": 2, "status": "NEW", "comments": {"nodes": [said]}}
    assert payload["caseComment"] == {
        "case": {"comments": {"nodes": []}, "followUps": {"nodes": [follow_up]}},
        "errors": [],
    }
