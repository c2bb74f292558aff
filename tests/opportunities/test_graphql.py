"""Opportunities through the API."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import pytest

from api.domain import opportunities
from api.domain.kernel import Money, Work
from api.domain.opportunities import Opportunity, Status
from api.domain.users import User
from tests.factories import a_pipeline, a_product, a_stage, a_user, an_account, an_opportunity
from tests.graphql_client import Client
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes

LINES = "lines { id position name quantity unitPrice { amount } discountPercent total { amount } product { code } }"


class TestOpportunity(RecordWrites):
    noun, type_name = "opportunity", "Opportunity"
    new: ClassVar[Mapping[str, Any]] = {
        "name": "Roof",
        "amount": {"amount": "1000.00", "currency": "USD"},
        "closeDate": "2026-03-31",
    }
    change: ClassVar[Mapping[str, Any]] = {"nextStep": "Call", "probability": 33}
    shown = "name amount { amount currency } closeDate nextStep probability expectedRevenue { amount }"
    statements: ClassVar[Mapping[str, int]] = {"Create": 5, "Update": 9, "Archive": 4, "Restore": 4, "BulkUpsert": 6}

    @pytest.fixture(autouse=True)
    async def ready(self, work: Work) -> None:
        await a_pipeline(work)
        await work.finish()

    async def of(self, graphql: Client, person: User) -> str:
        stages = '[{name: "a", probability: 1}, {name: "b", kind: WON}, {name: "c", kind: LOST}]'
        await graphql(
            f'mutation {{ pipelineCreate(input: {{name: "P", stages: {stages}}}) {{ outcome }} }}', user=person
        )
        return await super().of(graphql, person)


# Verbs

VERBS = {
    "Advance": "where to ifVersion dryRun",
    "MovePipeline": "where to ifVersion dryRun",
    "Reopen": "where to reason ifVersion dryRun",
    "Win": "where closedOn ifVersion dryRun",
    "Lose": "where reason competitor closedOn ifVersion dryRun",
    "LineAdd": "where line ifVersion dryRun",
    "LineUpdate": "where lineId line ifVersion dryRun",
    "LineRemove": "where lineId ifVersion dryRun",
}
TYPES = {
    "where": "OpportunityRef!",
    "to": "StageRef!",
    "reason": "String!",
    "competitor": "String",
    "closedOn": "Date",
    "line": "OpportunityLineInput!",
    "lineId": "ID!",
    "ifVersion": "Int",
    "dryRun": "Boolean! = false",
}


async def verb(graphql: Client, name: str, opportunity: Opportunity | str, /, *, who: Any = None, **given: Any) -> Any:
    """The payload of `opportunity<name>`; `to` names a stage of the pipeline Sales unless it says more."""
    id = opportunity if isinstance(opportunity, str) else f"opp_{opportunity.id.hex}"
    if isinstance(to := given.get("to"), str):
        given["to"] = {"byName": {"pipeline": "Sales", "name": to}}
    arguments = VERBS[name].split()
    declared = ", ".join(f"${argument}: {TYPES[argument]}" for argument in arguments)
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    shown = f"""
      id version status probability closedOn closeDate lossReason competitor forecastCategory pushCount
      amount {{ amount }} stage {{ name }} pipeline {{ name }} {LINES}
    """
    query = (
        f"mutation({declared}) {{ v: opportunity{name}({passed}) {{ outcome opportunity {{ {shown} }} {ERRORS} }} }}"
    )
    return (await graphql(query, {"where": {"id": id}, **given}, **(who or {})))["v"]


def refusal(payload: Any) -> tuple[str, list[str]]:
    (error,) = payload["errors"]
    assert (payload["outcome"], payload["opportunity"]) == ("FAILED", None)
    return error["code"], error["path"]


async def test_an_opportunity_goes_its_way_to_won_and_back(graphql: Client, work: Work):
    roof = await an_opportunity(work, account_id=(await an_account(work, domains=["acme.com"])).id)
    await work.finish()

    proposal = await verb(graphql, "Advance", roof, to="proposal")
    assert (proposal["outcome"], proposal["opportunity"]["stage"]["name"]) == ("UPDATED", "Proposal")
    assert (proposal["opportunity"]["probability"], proposal["opportunity"]["forecastCategory"]) == (50, "BEST_CASE")
    async with nothing_changes(graphql):
        assert (await verb(graphql, "Advance", roof, to="Proposal"))["outcome"] == "UNCHANGED"
    won = (await verb(graphql, "Win", roof))["opportunity"]
    assert (won["status"], won["closedOn"], won["probability"], won["version"]) == ("WON", "2026-03-02", 100, 3)
    customer = await graphql('{ account(where: {domain: "acme.com"}) { type version } }')
    assert customer["account"] == {"type": "CUSTOMER", "version": 2}

    again = (await verb(graphql, "Reopen", roof, to="Negotiation", reason="Wrong one"))["opportunity"]
    assert (again["status"], again["closedOn"], again["probability"]) == ("OPEN", None, 75)
    lost = await verb(graphql, "Lose", roof, reason="Price", competitor="Initrode", closedOn="2026-03-02")
    assert lost["opportunity"]["stage"] == {"name": "Lost"}
    assert (lost["opportunity"]["lossReason"], lost["opportunity"]["competitor"]) == ("Price", "Initrode")
    data = await graphql(
        """query($id: ID!) { opportunity(where: {id: $id}) {
             stageHistory(last: 10) { nodes { stage { name } fromStage { name } probability reason leftAt } } } }""",
        {"id": won["id"]},
    )
    stays = data["opportunity"]["stageHistory"]["nodes"]
    assert [(stay["stage"]["name"], stay["probability"], stay["reason"]) for stay in stays] == [
        ("Lost", 0, None),
        ("Negotiation", 75, "Wrong one"),
        ("Won", 100, None),
        ("Proposal", 50, None),
        ("Prospecting", 10, None),
    ]
    assert [stay["leftAt"] is None for stay in stays] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("status", "name", "given", "code", "path"),
    [
        (Status.WON, "Win", {}, "ILLEGAL_TRANSITION", []),
        (Status.WON, "Lose", {"reason": "x"}, "ILLEGAL_TRANSITION", []),
        (Status.LOST, "Advance", {"to": "Proposal"}, "ILLEGAL_TRANSITION", []),
        (Status.OPEN, "Reopen", {"to": "Proposal", "reason": "x"}, "ILLEGAL_TRANSITION", []),
        (Status.OPEN, "Advance", {"to": "Won"}, "ILLEGAL_TRANSITION", []),
        (Status.OPEN, "Advance", {"to": "nothing"}, "NOT_FOUND", ["to"]),
        (Status.OPEN, "Advance", {"to": {"id": "stg_" + NIL}}, "NOT_FOUND", ["to"]),
        (Status.OPEN, "MovePipeline", {"to": "Proposal"}, "INVALID", ["to"]),
        (Status.LOST, "Reopen", {"to": {"id": "stg_" + NIL}, "reason": "x"}, "NOT_FOUND", ["to"]),
        (Status.LOST, "Reopen", {"to": "Proposal", "reason": " "}, "REQUIRED", ["reason"]),
        (Status.OPEN, "Win", {}, "REQUIRED", ["where", "account"]),
        (Status.OPEN, "Lose", {"reason": ""}, "REQUIRED", ["reason"]),
        (Status.OPEN, "Lose", {"reason": "x" * 501}, "TOO_LONG", ["reason"]),
        (Status.OPEN, "Lose", {"reason": "x", "closedOn": "2026-03-03"}, "INVALID", ["closedOn"]),
        (Status.OPEN, "Lose", {"reason": "x", "closedOn": "2026-03-01"}, "INVALID", ["closedOn"]),
        (Status.OPEN, "Lose", {"reason": "x", "ifVersion": 2}, "VERSION_CONFLICT", ["ifVersion"]),
        (Status.LOST, "LineAdd", {"line": {"name": "x"}}, "ILLEGAL_TRANSITION", []),
        (Status.OPEN, "LineAdd", {"line": {}}, "REQUIRED", ["line", "name"]),
        (Status.OPEN, "LineAdd", {"line": {"name": "x"}}, "REQUIRED", ["line", "unitPrice"]),
        (Status.OPEN, "LineAdd", {"line": {"name": "x", "quantity": None}}, "REQUIRED", ["line", "quantity"]),
        (Status.OPEN, "LineAdd", {"line": {"name": "x", "quantity": "0"}}, "INVALID", ["line", "quantity"]),
        (Status.OPEN, "LineAdd", {"line": {"product": {"code": "nothing"}}}, "NOT_FOUND", ["line", "product"]),
        (Status.OPEN, "LineUpdate", {"lineId": "opl_" + NIL, "line": {"name": "x"}}, "NOT_FOUND", ["lineId"]),
        (Status.OPEN, "LineRemove", {"lineId": "opl_" + NIL}, "NOT_FOUND", ["lineId"]),
    ],
)
async def test_a_step_the_machine_does_not_have_changes_nothing(
    graphql: Client, work: Work, status: Status, name: str, given: dict[str, Any], code: str, path: list[str]
):
    roof = await an_opportunity(work, status=status)
    await work.finish()

    async with nothing_changes(graphql):
        payload = await verb(graphql, name, roof, **given)
        dry = await verb(graphql, name, roof, dryRun=True, **given)
    assert refusal(payload) == (code, path)
    assert payload == dry
    if code == "ILLEGAL_TRANSITION":
        (error,) = payload["errors"]
        assert error["state"] != ""
        assert error["requested"] != ""
        assert isinstance(error["allowed"], list)


async def test_every_verb_can_be_tried_without_effect(graphql: Client, work: Work):
    roof = await an_opportunity(work, account_id=(await an_account(work)).id)
    lost = await an_opportunity(work, status=Status.LOST)
    await a_pipeline(work, "Renewals")
    await work.finish()
    line = {"name": "x", "unitPrice": {"amount": "2", "currency": "USD"}, "quantity": "3"}
    renewals = {"byName": {"pipeline": "Renewals", "name": "Proposal"}}

    async with nothing_changes(graphql):
        tried = [
            await verb(graphql, "Advance", roof, to="Proposal", dryRun=True),
            await verb(graphql, "MovePipeline", roof, to=renewals, dryRun=True),
            await verb(graphql, "Win", roof, dryRun=True),
            await verb(graphql, "Lose", roof, reason="x", dryRun=True),
            await verb(graphql, "Reopen", lost, to="Proposal", reason="x", dryRun=True),
            await verb(graphql, "LineAdd", roof, line=line, dryRun=True),
        ]
    assert [payload["errors"] for payload in tried] == [[]] * 6
    assert [payload["opportunity"]["stage"]["name"] for payload in tried] == [
        *("Proposal", "Proposal", "Won", "Lost", "Proposal", "Prospecting")
    ]
    assert tried[1]["opportunity"]["pipeline"] == {"name": "Renewals"}
    assert tried[5]["opportunity"]["amount"] == {"amount": "6.00"}


@pytest.mark.parametrize("name", ["Advance", "Win", "Lose", "LineAdd"])
async def test_who_may_not_write_an_opportunity_takes_no_step_with_it(graphql: Client, work: Work, name: str):
    rep = await a_user(work, "Rita Rep")
    roof = await an_opportunity(work, account_id=(await an_account(work)).id)
    await work.finish()
    line = {"name": "x", "unitPrice": {"amount": "2", "currency": "USD"}}
    given: dict[str, dict[str, Any]] = {
        "Advance": {"to": "Proposal"},
        "Win": {},
        "Lose": {"reason": "x"},
        "LineAdd": {"line": line},
    }

    async with nothing_changes(graphql):
        reader = await verb(graphql, name, roof, who={"as_": "read_only"}, **given[name])
        foreign = await verb(graphql, name, roof, who={"as_": "sales_rep", "user": rep}, **given[name])
    assert refusal(reader) == ("NOT_ALLOWED", [])
    assert refusal(foreign) == ("NOT_FOUND", ["where"])


async def test_a_representative_wins_for_an_account_of_somebody_else(graphql: Client, work: Work):
    """The domain makes the customer; the representative still does not see the account."""
    rep = await a_user(work, "Rita Rep")
    account = await an_account(work, "Foreign", domains=["foreign.com"])
    roof = await an_opportunity(work, owner_id=rep.id, account_id=account.id)
    await work.finish()

    won = await verb(graphql, "Win", roof, who={"as_": "sales_rep", "user": rep})
    assert won["opportunity"]["status"] == "WON"
    data = await graphql('{ account(where: {domain: "foreign.com"}) { type } }')
    assert data["account"] == {"type": "CUSTOMER"}


VERB_STATEMENTS = {"Advance": 11, "Win": 13, "Lose": 10, "LineAdd": 9}


async def test_a_verb_is_a_fixed_number_of_statements(graphql: Client, work: Work, statements: list[str]):
    line = {"name": "x", "unitPrice": {"amount": "2", "currency": "USD"}}
    given: Mapping[str, dict[str, Any]] = {
        "Advance": {"to": "Proposal"},
        "Win": {},
        "Lose": {"reason": "x"},
        "LineAdd": {"line": line},
    }
    account = await an_account(work)
    await a_stage(work)
    found = []
    for round_ in range(2):
        ready = {name: await an_opportunity(work, f"{name} {round_}", account_id=account.id) for name in given}
        for at in range(5 * round_):
            await an_opportunity(work, f"more {at}", account_id=account.id)
        await work.finish()
        counts = {}
        for name, arguments in given.items():
            await graphql.token_of()
            statements.clear()
            assert (await verb(graphql, name, ready[name], **arguments))["errors"] == []
            counts[name] = len(statements)
        found.append(counts)
    assert found[1] == VERB_STATEMENTS
    assert found[0] == {**VERB_STATEMENTS, "Win": 15}  # the first one also makes the customer


# What can be done now


async def test_what_can_be_done_is_what_the_domain_says(graphql: Client, work: Work):
    sales = await a_pipeline(work)
    strict = await a_pipeline(work, "Strict", strict_order=True)
    gone = await a_pipeline(work, "Gone")
    account = await an_account(work)
    for pipeline in (sales, strict):
        for stage in ("Prospecting", "Qualification", "Proposal", "Negotiation"):
            at = (await a_stage(work, stage, pipeline.id)).id
            await an_opportunity(work, f"{pipeline.name} {stage}", stage_id=at, account_id=account.id)
        for status in (Status.WON, Status.LOST):
            at = (await a_stage(work, "Qualification", pipeline.id)).id
            await an_opportunity(work, f"{pipeline.name} {status}", status=status, stage_id=at, account_id=account.id)
    await opportunities.archive_pipeline(work, gone.id)
    await work.finish()
    data = await graphql("{ opportunities { nodes { id name status availableTransitions { verb stage { id } } } } }")

    assert len(data["opportunities"]["nodes"]) == 12
    for node in data["opportunities"]["nodes"]:
        found = await opportunities.available_transitions(work, UUID(node["id"][4:]))
        expected = [
            {"verb": one.verb.upper(), "stage": {"id": f"stg_{stage.id.hex}"}} for one in found for stage in one.stages
        ]
        assert sorted(node["availableTransitions"], key=str) == sorted(expected, key=str), node["name"]


async def test_an_archived_opportunity_and_a_readers_offer_no_step(graphql: Client, work: Work):
    roof = await an_opportunity(work)
    await work.finish()
    query = "query($id: ID!) { opportunity(where: {id: $id}) { availableTransitions { verb } } }"
    id = {"id": f"opp_{roof.id.hex}"}
    assert (await graphql(query, id, as_="read_only"))["opportunity"] == {"availableTransitions": []}
    await graphql("mutation($id: ID!) { opportunityArchive(where: {id: $id}) { outcome } }", id)
    assert (await graphql(query, id))["opportunity"] == {"availableTransitions": []}


# Money


@pytest.mark.parametrize(
    ("minor", "currency", "probability", "expected"),
    [
        (1, "USD", 50, "0.01"),  # half a cent away from zero
        (33, "USD", 75, "0.25"),  # 24.75 cents
        (3, "USD", 50, "0.02"),  # 1.5 cents
        (5, "USD", 10, "0.01"),
        (4, "USD", 10, "0.00"),
        (99_999, "JPY", 10, "10000"),
        (12_345, "KWD", 10, "1.235"),  # 1.2345
        (10**17, "USD", 99, "990000000000000.00"),
        (100_000, "USD", 0, "0.00"),
    ],
)
async def test_expected_revenue_is_amount_times_probability_rounded_half_away_from_zero(
    graphql: Client, work: Work, minor: int, currency: str, probability: int, expected: str
):
    roof = await an_opportunity(work, amount=None)
    changed = {"amount": Money(minor, currency), "currency": currency, "probability": probability}
    await opportunities.update(work, roof.id, changed)  # type: ignore[arg-type]
    await work.finish()
    data = await graphql(
        "query($id: ID!) { opportunity(where: {id: $id}) { expectedRevenue { amount currency } } }",
        {"id": f"opp_{roof.id.hex}"},
    )
    assert data["opportunity"]["expectedRevenue"] == {"amount": expected, "currency": currency}


async def test_lines_make_the_amount(graphql: Client, work: Work):
    await a_product(work, "GTX Pro", price=482_100)
    roof = await an_opportunity(work)
    await work.finish()

    two = await verb(graphql, "LineAdd", roof, line={"product": {"code": "gtx pro"}, "quantity": "2"})
    assert two["opportunity"]["amount"] == {"amount": "9642.00"}
    by_hand = {
        "name": "Work",
        "quantity": "2.5",
        "unitPrice": {"amount": "19.99", "currency": "USD"},
        "discountPercent": "10",
    }
    three = await verb(graphql, "LineAdd", roof, line=by_hand)
    first, second = three["opportunity"]["lines"]
    assert (first["name"], first["product"], first["total"]) == ("GTX Pro", {"code": "GTX Pro"}, {"amount": "9642.00"})
    assert {name: second[name] for name in ("position", "quantity", "discountPercent", "total")} == {
        "position": 2,
        "quantity": "2.500",
        "discountPercent": "10.00",
        "total": {"amount": "44.98"},
    }
    assert three["opportunity"]["amount"] == {"amount": "9686.98"}
    cheaper = await verb(graphql, "LineUpdate", roof, lineId=second["id"], line={"discountPercent": "100"})
    assert cheaper["opportunity"]["amount"] == {"amount": "9642.00"}
    async with nothing_changes(graphql):
        same = await verb(graphql, "LineUpdate", roof, lineId=second["id"], line={"discountPercent": "100"})
        wrong = await verb(
            graphql, "LineUpdate", roof, lineId=second["id"], line={"unitPrice": {"amount": "1", "currency": "EUR"}}
        )
    assert same["outcome"] == "UNCHANGED"
    assert refusal(wrong) == ("INVALID", ["line", "unitPrice"])
    one = await verb(graphql, "LineRemove", roof, lineId=first["id"])
    none = await verb(graphql, "LineRemove", roof, lineId=second["id"])
    assert (one["opportunity"]["amount"], none["opportunity"]["amount"]) == ({"amount": "0.00"}, None)


# A list of everything with what hangs on it is one statement


async def test_a_pipeline_four_levels_deep_is_one_statement(graphql: Client, work: Work, statements: list[str]):
    for at in range(3):
        account = await an_account(work, f"Account {at}")
        for deal in range(4):
            day = date(2026, 4, 1)
            await an_opportunity(work, f"Deal {at}.{deal}", close_date=day, account_id=account.id)
    await work.finish()
    await graphql.token_of()
    statements.clear()
    data = await graphql(
        """{ accounts(first: 5) { nodes { name opportunities(first: 5) { totalCount { value } nodes { name
             stage { name pipeline { name stages(first: 5) { nodes { name } } } }
             lines { name } availableTransitions { verb } } } } } }"""
    )
    assert [node["opportunities"]["totalCount"]["value"] for node in data["accounts"]["nodes"]] == [4, 4, 4]
    assert len(statements) == 1
