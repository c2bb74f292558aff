"""What customers and partner users see of cases, what they say to us, and what that does."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.domain import cases, sharing, tokens
from api.domain.cases import (
    Case,
    CasePriority,
    CaseStatus,
    Entitlement,
    EscalationTrigger,
    MilestoneType,
    ResolutionCode,
)
from api.domain.kernel import ShareLevel
from api.domain.queues import QueueRouting
from api.domain.tokens import TokenKind
from tests.factories import a_case, a_policy, a_queue, a_rule, a_user
from tests.graphql_client import SECRET
from tests.people import NOW
from tests.sharing.conftest import World, shared
from tests.test_guides import OPERATION, ROOT, learn, steps

FIRST, NEXT = MilestoneType.FIRST_RESPONSE, MilestoneType.NEXT_RESPONSE
OPEN = """mutation($input: CaseCreateInput!) { caseCreate(input: $input) { outcome errors { code path }
  case { id subject description origin status account { name } contact { name } version } } }"""
SAY = """mutation($case: ID!, $body: String!) { caseComment(where: {id: $case}, body: $body) {
  outcome errors { code path } case { status comments(first: 10) { nodes { body contact { name } } } } } }"""
LIST = "{ cases(first: 10, orderBy: {field: SUBJECT}) { totalCount { value } nodes { subject } } }"
FOUND = """query($text: String!) { cases(first: 10, filter: {subject: {eq: $text}}) {
  totalCount { value } nodes { subject } } }"""
COMMENTS = (
    "query($id: ID!) { node(id: $id) { ... on Case { comments(first: 10) { totalCount { value } nodes { body } } } } }"
)
WRITTEN = (
    "cases",
    "case_comments",
    "case_history",
    "case_milestones",
    "case_numbers",
    "change_events",
    "outbox",
    "jobs",
)
NOT_FOUND, NOT_ALLOWED = {"code": "NOT_FOUND", "path": ["where"]}, {"code": "NOT_ALLOWED", "path": []}


@pytest.fixture
async def desk(world: World) -> World:
    """A case of each of Initech's people, with what is said of it, and one of nobody's."""
    async with world.committed.open_as() as work:
        await a_policy(work, {FIRST: 60, NEXT: 120})
        for name, contact in (("Of Ada", "Ada"), ("Of Bob", "Bob"), ("Of Pat", "Pat"), ("Of nobody", None)):
            case = await a_case(
                work, name, contact_id=world.keys[contact] if contact else None, notes=f"secret of {name}"
            )
            await cases.comment(work, case.id, f"note of {name}")
            await cases.comment(work, case.id, f"reply to {name}", is_public=True, is_automated=True)
            world.note(name, case)
        _, world.tokens["Bob"] = await sharing.create_for_contact(
            work, world.keys["Bob"], TokenKind.CUSTOMER, "of Bob", pepper=tokens.pepper(SECRET)
        )
    return world


async def subjects(world: World, who: str) -> list[str]:
    found = (await world.ask(who, LIST))["cases"]
    assert found["totalCount"]["value"] == len(found["nodes"])
    return [node["subject"] for node in found["nodes"]]


async def written(world: World) -> Mapping[str, int]:
    """How many rows there are of all that a case writes."""
    async with world.committed.open_as() as work:
        return {table: await work.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in WRITTEN}


async def say(world: World, who: str, case: str, body: str = "It still hangs") -> Any:
    return (await world.ask(who, SAY, {"case": world.ids[case], "body": body}))["caseComment"]


async def milestones(world: World, case: str) -> list[tuple[str, str]]:
    query = text("SELECT type, status FROM case_milestones WHERE case_id = :id ORDER BY id")
    async with world.committed.open_as() as work:
        return [tuple(row) for row in await work.session.execute(query, {"id": world.keys[case]})]


async def test_customers_see_their_own_cases_and_partner_users_those_that_are_shared(desk: World) -> None:
    assert {who: await subjects(desk, who) for who in ("Ada", "Bob", "Pat", "Quinn")} == {
        "Ada": ["Of Ada"],
        "Bob": ["Of Bob"],
        "Pat": [],  # the case that a partner user asks for is not shared with him
        "Quinn": [],
    }
    await shared(desk, "Of Ada", Case, account="Brightwater")
    await shared(desk, "Of nobody", Case, contact="Ada")
    assert await subjects(desk, "Pat") == ["Of Ada"]
    assert await subjects(desk, "Ada") == ["Of Ada", "Of nobody"]
    assert await subjects(desk, "Quinn") == []


async def test_what_is_not_his_is_found_by_no_id_filter_or_comment(desk: World) -> None:
    for who in ("Ada", "Pat", "Quinn"):
        for query, given in (
            (COMMENTS, {"id": desk.ids["Of Bob"]}),
            ("query($id: ID!) { nodes(ids: [$id]) { id } }", {"id": desk.ids["Of Bob"]}),
        ):
            answer = await desk.ask(who, query, given)
            assert answer in ({"node": None}, {"nodes": [None]})
        assert (await desk.ask(who, FOUND, {"text": "Of Bob"}))["cases"] == {"totalCount": {"value": 0}, "nodes": []}
    through = "{ contacts(first: 10) { nodes { name cases(first: 10) { totalCount { value } nodes { subject } } } } }"
    (ada,) = (await desk.ask("Ada", through))["contacts"]["nodes"]
    assert ada == {"name": "Ada", "cases": {"totalCount": {"value": 1}, "nodes": [{"subject": "Of Ada"}]}}


async def test_of_a_case_outsiders_see_the_public_comments_only(desk: World) -> None:
    await shared(desk, "Of Ada", Case, account="Brightwater", level=ShareLevel.EDIT)
    for who in ("Ada", "Pat"):
        (node,) = (await desk.ask(who, COMMENTS, {"id": desk.ids["Of Ada"]})).values()
        assert node == {"comments": {"totalCount": {"value": 1}, "nodes": [{"body": "reply to Of Ada"}]}}


EXPLAIN = """query($id: ID!, $principal: ID, $as: OutsiderKind!) { explainAccess(
  id: $id, principal: $principal, as: $as) { read { allowed grants { kind because } } write { allowed } } }"""
REPORT = """query($id: ID!, $as: OutsiderKind!) { shareReport(principal: $id, as: $as) {
  objectType level record { ... on Case { subject } } } }"""


async def test_who_administers_is_told_what_an_outsider_sees_and_why(desk: World) -> None:
    await shared(desk, "Of nobody", Case, account="Brightwater", level=ShareLevel.EDIT)
    seen = {}
    for who, kind in (("Ada", "CUSTOMER"), ("Pat", "PARTNER")):
        report = (await desk.ask("admin", REPORT, {"id": desk.ids[who], "as": kind}))["shareReport"]
        seen[who] = [(one["record"]["subject"], one["level"]) for one in report if one["objectType"] == "case"]
        for case in ("Of Ada", "Of Pat", "Of nobody"):
            asked = {"id": desk.ids[case], "principal": desk.ids[who], "as": kind}
            told = (await desk.ask("admin", EXPLAIN, asked))["explainAccess"]
            assert told["read"]["allowed"] == (case in await subjects(desk, who)), (who, case)
            assert told["write"] == {"allowed": False}  # he says something to it, which is another thing
            if (who, case) == ("Ada", "Of Ada"):
                assert told["read"]["grants"] == [{"kind": "OWN_RECORD", "because": "SELF"}]
    assert seen == {"Ada": [("Of Ada", None)], "Pat": [("Of nobody", "EDIT")]}


HIDDEN = (
    *("number", "notes", "owner { name }", "queue { name }", "priority", "severity", "skills", "isEscalated"),
    *("escalationLevel", "nextDueAt", "fromEmail", "resolution", "businessHours { id }", "reopenCount"),
    *("milestones { id }", "assignments { id }", "escalations { id }", "availableTransitions { verb }"),
    *("statusHistory { id }", "history { nodes { id } }", "duplicateOf { id }", "parent { id }", "archivedAt"),
    "comments(first: 1) { nodes { user { name } } }",
)
FOR_COLLEAGUES = (
    'caseUpdate(where: {id: "cas_"}, patch: {subject: "x"}) { outcome }',
    'caseResolve(where: {id: "cas_"}, code: SOLVED) { outcome }',
    'caseComment(where: {id: "cas_"}, body: "x", isPublic: false) { outcome }',
    'caseComment(where: {id: "cas_"}, body: "x", isAutomated: true) { outcome }',
    'caseComment(where: {id: "cas_"}, body: "x", contact: {id: "con_"}) { outcome }',
    *(
        f'caseCreate(input: {{subject: "x", {more}}}) {{ outcome }}'
        for more in ("priority: URGENT", "severity: CRITICAL", 'owner: {id: "usr_"}', 'queue: {id: "que_"}')
    ),
    *(
        f'caseCreate(input: {{subject: "x", {more}}}) {{ outcome }}'
        for more in ('contact: {id: "con_"}', 'account: {id: "acc_"}', "origin: PHONE", "externalIds: []")
    ),
)


async def test_what_is_for_colleagues_does_not_exist_for_outsiders(desk: World) -> None:
    for who in ("Ada", "Pat"):
        for field in HIDDEN:
            query = f"{{ cases(first: 1) {{ nodes {{ {field} }} }} }}"
            assert await desk.refused(who, query) == "GRAPHQL_VALIDATION_FAILED", field
        for given in ("filter: {number: {eq: 1}}", "orderBy: {field: NUMBER}", "orderBy: {field: NEXT_DUE_AT}"):
            query = f"{{ cases(first: 1, {given}) {{ nodes {{ id }} }} }}"
            assert await desk.refused(who, query) == "GRAPHQL_VALIDATION_FAILED", given
        for selection in FOR_COLLEAGUES:
            assert await desk.refused(who, f"mutation {{ {selection} }}") == "GRAPHQL_VALIDATION_FAILED", selection


async def test_a_customer_opens_a_case_for_himself_and_its_clocks_run(desk: World) -> None:
    made = (await desk.ask("Ada", OPEN, {"input": {"subject": "Router hangs", "description": "Since today"}}))[
        "caseCreate"
    ]
    opened = made["case"].pop("id")
    assert made == {
        "outcome": "CREATED",
        "errors": [],
        "case": {
            "subject": "Router hangs",
            "description": "Since today",
            "origin": "WEB",
            "status": "NEW",
            "account": None,  # which a customer does not see
            "contact": {"name": "Ada"},
            "version": 1,
        },
    }
    assert await subjects(desk, "Ada") == ["Of Ada", "Router hangs"]
    assert await subjects(desk, "Bob") == ["Of Bob"]
    query = "query($id: ID!) { case(id: $id) { account { name } owner { name } priority milestones { type status } } }"
    query = query.replace("case(id: $id)", "case(where: {id: $id})")
    assert (await desk.ask("admin", query, {"id": opened}))["case"] == {
        "account": {"name": "Initech"},
        "owner": None,
        "priority": "NORMAL",
        "milestones": [{"type": "FIRST_RESPONSE", "status": "IN_PROGRESS"}],
    }


FOLLOW = """query($since: DateTime!) { cases(filter: {updatedAt: {gt: $since}}, orderBy: {field: UPDATED_AT}) {
  totalCount { value } nodes { subject status comments(first: 10) { nodes { body } } } } }"""


async def test_a_customer_follows_his_cases_by_asking_what_changed_and_is_told_nothing_of_others(desk: World) -> None:
    since = {"since": NOW.isoformat()}
    assert (await desk.ask("Ada", FOLLOW, since))["cases"] == {"totalCount": {"value": 0}, "nodes": []}
    async with desk.committed.open_as() as work:
        work.now += timedelta(minutes=5)
        for case in ("Of Ada", "Of Bob", "Of nobody"):
            await cases.start(work, desk.keys[case])
            await cases.comment(work, desk.keys[case], f"never tell {case}")
            await cases.comment(work, desk.keys[case], f"answer to {case}", is_public=True)
    said = {"nodes": [{"body": "reply to Of Ada"}, {"body": "answer to Of Ada"}]}
    assert (await desk.ask("Ada", FOLLOW, since))["cases"] == {
        "totalCount": {"value": 1},
        "nodes": [{"subject": "Of Ada", "status": "OPEN", "comments": said}],
    }
    for who in ("Ada", "Pat"):  # who have no feed: it would tell that something internal happened, and when
        for asked in ("subscription { events { id } }", "{ events(first: 1) { nodes { id } } }"):
            assert await desk.refused(who, asked) == "GRAPHQL_VALIDATION_FAILED"


async def test_a_partner_user_opens_no_case_and_a_blank_one_is_refused(desk: World) -> None:
    before = await written(desk)
    refused = (await desk.ask("Pat", OPEN, {"input": {"subject": "Mine"}}))["caseCreate"]
    assert (refused["outcome"], refused["case"], refused["errors"]) == (
        "FAILED",
        None,
        [{"code": "NOT_ALLOWED", "path": []}],
    )
    blank = (await desk.ask("Ada", OPEN, {"input": {"subject": " "}}))["caseCreate"]
    assert blank["errors"] == [{"code": "REQUIRED", "path": ["input", "subject"]}]
    assert await written(desk) == before


async def test_what_a_customer_says_wants_an_answer_and_is_none(desk: World) -> None:
    said = await say(desk, "Ada", "Of Ada")
    assert said == {
        "outcome": "UPDATED",
        "errors": [],
        "case": {
            "status": "NEW",
            "comments": {
                "nodes": [
                    {"body": "reply to Of Ada", "contact": None},
                    {"body": "It still hangs", "contact": {"name": "Ada"}},
                ]
            },
        },
    }
    assert await milestones(desk, "Of Ada") == [("FIRST_RESPONSE", "IN_PROGRESS")]
    async with desk.committed.open_as() as work:
        assert (await work.get(Case, desk.keys["Of Ada"])).first_response_at is None
        await cases.start(work, desk.keys["Of Ada"])
        await cases.comment(work, desk.keys["Of Ada"], "Try again", is_public=True)
        await cases.wait_for_customer(work, desk.keys["Of Ada"])
    assert await milestones(desk, "Of Ada") == [("FIRST_RESPONSE", "MET")]
    assert (await say(desk, "Ada", "Of Ada", "No"))["case"]["status"] == "OPEN"
    assert await milestones(desk, "Of Ada") == [("FIRST_RESPONSE", "MET"), ("NEXT_RESPONSE", "IN_PROGRESS")]


async def test_a_customer_reopens_what_was_resolved_and_what_was_finished_goes_on_in_a_new_case(desk: World) -> None:
    async with desk.committed.open_as() as work:
        await cases.start(work, desk.keys["Of Ada"])
        await cases.resolve(work, desk.keys["Of Ada"], ResolutionCode.SOLVED)
    assert (await say(desk, "Ada", "Of Ada", "No"))["case"]["status"] == "OPEN"
    async with desk.committed.open_as() as work:
        await cases.resolve(work, desk.keys["Of Ada"], ResolutionCode.SOLVED)
        await cases.close(work, desk.keys["Of Ada"])
    assert (await say(desk, "Ada", "Of Ada", "Again"))["case"]["status"] == "CLOSED"
    query = "{ cases(first: 5, filter: {status: {eq: NEW}}) { nodes { subject follows { status } %s } } }"
    said = "comments(first: 5) { nodes { body } }"
    assert (await desk.ask("Ada", query % said))["cases"]["nodes"] == [
        {"subject": "Of Ada", "follows": {"status": "CLOSED"}, "comments": {"nodes": [{"body": "Again"}]}}
    ]
    found = await desk.ask("admin", query % "account { name } contact { name }")
    assert [
        (node["account"]["name"], node["contact"]["name"]) for node in found["cases"]["nodes"] if node["follows"]
    ] == [("Initech", "Ada")]


async def test_what_a_customer_goes_on_with_has_the_terms_of_the_account_that_the_case_was_about(desk: World) -> None:
    async with desk.committed.open_as() as work:
        gold = await a_policy(work, {FIRST: 10}, "Gold", is_active=False)
        values: Any = {"name": "Contract", "policy_id": gold.id, "account_id": desk.keys["Riverside"]}
        contract = await cases.create_entitlement(work, values | {"remaining_cases": 2})
        await work.flush()
        about = {"account_id": desk.keys["Riverside"], "contact_id": desk.keys["Ada"]}
        desk.note("Of both", await a_case(work, "Of both", status=CaseStatus.CLOSED, **about))
    assert (await say(desk, "Ada", "Of both", "Again"))["errors"] == []
    query = text("SELECT account_id, entitlement_id FROM cases WHERE follows_id = :id")
    async with desk.committed.open_as() as work:
        found = (await work.session.execute(query, {"id": desk.keys["Of both"]})).all()
        assert found == [(desk.keys["Riverside"], contract.id)]
        assert (await work.get(Entitlement, contract.id)).remaining_cases == 0


async def test_a_partner_user_begins_no_case_in_the_moment_before_a_resolved_one_closes(desk: World) -> None:
    await shared(desk, "Of Ada", Case, account="Brightwater", level=ShareLevel.COMMENT)
    async with desk.committed.open_as() as work:
        await cases.start(work, desk.keys["Of Ada"])
        work.now -= timedelta(days=7)
        await cases.resolve(work, desk.keys["Of Ada"], ResolutionCode.SOLVED)
    before = await written(desk)
    refused = await say(desk, "Pat", "Of Ada")
    assert (refused["outcome"], refused["errors"]) == ("FAILED", [{"code": "ILLEGAL_TRANSITION", "path": []}])
    assert await written(desk) == before


async def test_what_a_customer_reopens_escalates_by_our_rules_and_waits_for_an_agent(desk: World) -> None:
    async with desk.committed.open_as() as work:
        queue = await a_queue(work, [])
        await a_rule(
            work, EscalationTrigger.REOPENED, times=1, to_level=2, to_priority=CasePriority.URGENT, to_queue_id=queue.id
        )
        await cases.start(work, desk.keys["Of Ada"])
        await cases.resolve(work, desk.keys["Of Ada"], ResolutionCode.SOLVED)
    assert (await say(desk, "Ada", "Of Ada", "No"))["case"]["status"] == "OPEN"
    async with desk.committed.open_as() as work:
        case = await work.get(Case, desk.keys["Of Ada"])
        assert (case.escalation_level, case.priority, case.queue_id, case.owner_id) == (
            2,
            CasePriority.URGENT,
            queue.id,
            None,
        )


async def test_what_a_customer_goes_on_with_is_given_to_an_agent_of_the_same_queue(desk: World) -> None:
    async with desk.committed.open_as() as work:
        agent = await a_user(work, "Rita Rep")
        queue = await a_queue(work, [agent], QueueRouting.ROUND_ROBIN)
        about = {"contact_id": desk.keys["Ada"], "queue_id": queue.id}
        desk.note("Before", await a_case(work, "Before", status=CaseStatus.CLOSED, **about))
    assert (await say(desk, "Ada", "Before", "Again"))["errors"] == []
    query = text("SELECT queue_id, owner_id FROM cases WHERE follows_id = :id")
    async with desk.committed.open_as() as work:
        found = (await work.session.execute(query, {"id": desk.keys["Before"]})).all()
        assert found == [(queue.id, agent.id)]


async def test_a_partner_user_comments_on_what_is_shared_for_that(desk: World) -> None:
    share = await shared(desk, "Of Ada", Case, account="Brightwater", level=ShareLevel.COMMENT)
    said = await say(desk, "Pat", "Of Ada", "We look, too")
    assert said["case"]["comments"]["nodes"][-1] == {"body": "We look, too", "contact": {"name": "Pat"}}
    assert await milestones(desk, "Of Ada") == [("FIRST_RESPONSE", "IN_PROGRESS")]
    for level, refusal in ((ShareLevel.VIEW, NOT_ALLOWED), (None, NOT_FOUND)):
        async with desk.committed.open_as() as work:
            if level is None:
                await sharing.revoke(work, share)
            else:
                await sharing.change(work, share, {"level": level})
        before = await written(desk)
        refused = await say(desk, "Pat", "Of Ada")
        assert refused == {"outcome": "FAILED", "errors": [refusal], "case": None}
        assert await written(desk) == before


async def test_outsiders_say_nothing_about_cases_they_do_not_see(desk: World) -> None:
    before = await written(desk)
    for who in ("Ada", "Pat", "Quinn"):
        hidden = await say(desk, who, "Of Bob")
        absent = (await desk.ask(who, SAY, {"case": "cas_" + "0" * 32, "body": "x"}))["caseComment"]
        assert hidden == absent
        assert hidden == {"outcome": "FAILED", "errors": [NOT_FOUND], "case": None}
    assert await written(desk) == before


async def test_a_partner_user_begins_no_case_by_an_answer_to_a_finished_one(desk: World) -> None:
    await shared(desk, "Of Ada", Case, account="Brightwater", level=ShareLevel.COMMENT)
    async with desk.committed.open_as() as work:
        await cases.cancel(work, desk.keys["Of Ada"], "No answer needed")
    before = await written(desk)
    refused = await say(desk, "Pat", "Of Ada")
    assert (refused["outcome"], refused["errors"]) == ("FAILED", [{"code": "ILLEGAL_TRANSITION", "path": []}])
    assert await written(desk) == before
    async with desk.committed.open_as() as work:
        assert (await work.get(Case, desk.keys["Of Ada"])).status is CaseStatus.CANCELLED


async def test_the_guide_to_service_gives_the_customer_the_answers_it_promises(world: World) -> None:
    known: dict[str, str] = {}
    guide = list(steps(ROOT / "docs/guides/service.md", after="## The customer by himself"))
    for operation, expected in guide:
        given = {name: known[name] for name in OPERATION.findall(operation)}
        who = "admin" if operation.startswith("mutation Staff") else "Ada"
        found = await world.ask(who, operation, given)
        assert found == learn(expected, found, known)
    assert len(guide) == 4
