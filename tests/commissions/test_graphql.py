"""Plans, commissions, ledgers and statements through the API, as colleagues see and write them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from api.domain.commissions import CommissionBasis
from api.domain.kernel import Work, wire
from api.domain.users import User
from tests.factories import a_commission, a_commission_plan, a_membership, a_program, a_sourced_sale, a_stage, a_tier
from tests.graphql_client import Client
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes


class TestCommissionPlan(RecordWrites):
    noun, type_name = "commissionPlan", "CommissionPlan"
    new: ClassVar[dict[str, Any]] = {"name": "Channel", "basis": "NET_REVENUE", "startsOn": "2026-01-01"}
    change: ClassVar[Mapping[str, Any]] = {"percent": "2.50", "notes": "Until summer"}
    shown = "name basis role startsOn endsOn currency percent cap { amount } notes"
    natural = ("name", "Channel")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 4, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 4}

    @pytest.fixture(autouse=True)
    async def program(self, work: Work) -> None:
        made = await a_program(work)
        await work.finish()
        self.new["program"] = {"id": wire("prg", made.id)}

    async def of(self, graphql: Client, person: User) -> str:
        given = 'mutation { partnerProgramCreate(input: {name: "Theirs"}) { partnerProgram { id } } }'
        own = (await graphql(given, user=person))["partnerProgramCreate"]["partnerProgram"]["id"]
        self.new["program"] = {"id": own}
        return await super().of(graphql, person)

    @pytest.mark.parametrize(
        ("patch", "path"),
        [
            ({"cap": {"amount": "1", "currency": "EUR"}}, "cap"),
            ({"cap": {"amount": "0", "currency": "USD"}, "currency": "USD"}, "cap"),
            ({"startsOn": None}, "startsOn"),
            ({"endsOn": "2025-12-31"}, "endsOn"),
            ({"percent": "101"}, "percent"),
            ({"program": {"id": "prg_" + NIL}}, "program"),
        ],
    )
    async def test_values_that_no_plan_has_are_refused(self, graphql: Client, patch: Any, path: str) -> None:
        made = await self.create(graphql)
        async with nothing_changes(graphql):
            given = {"where": {"id": made["id"]}, "patch": patch}
            payload = await self.call(graphql, "Update", "where patch", given)
        assert self.refusal(payload)[1] == ["patch", path]


# Verbs: other arguments, the state that it starts from, the state it leads to, what can be done then

VERBS: Mapping[str, tuple[str, str, str, list[str]]] = {
    "Approve": ("", "ACCRUED", "APPROVED", ["PAY", "REVERSE"]),
    "Pay": (', reference: "SEPA 4711"', "APPROVED", "PAID", ["REVERSE"]),
    "Reverse": (', reason: "Refunded"', "PAID", "REVERSED", []),
}


async def give(graphql: Client, verb: str, id: str, more: str = "", **who: Any) -> Any:
    shown = "partnerCommission { status availableTransitions { verb status } }"
    given = f'where: {{id: "{id}"}}{VERBS[verb][0]}{more}'
    query = f"mutation {{ partnerCommission{verb}({given}) {{ outcome {shown} {ERRORS} }} }}"
    return (await graphql(query, **who))[f"partnerCommission{verb}"]


async def begun(work: Work, status: str) -> str:
    made = wire("pco", (await a_commission(work, status=status)).id)
    await work.finish()
    return made


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_makes_its_step_and_a_dry_run_of_it_nothing(graphql: Client, work: Work, verb: str) -> None:
    _, before, after, then = VERBS[verb]
    id = await begun(work, before)
    async with nothing_changes(graphql):
        tried = await give(graphql, verb, id, ", dryRun: true")
    done = await give(graphql, verb, id)
    assert tried == done
    shown = done["partnerCommission"]
    assert (done["outcome"], done["errors"], shown["status"]) == ("UPDATED", [], after)
    assert [one["verb"] for one in shown["availableTransitions"]] == then


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_that_is_not_possible_changes_nothing(graphql: Client, work: Work, verb: str) -> None:
    id = await begun(work, "REVERSED")
    async with nothing_changes(graphql):
        refused = await give(graphql, verb, id)
        others = [
            await give(graphql, verb, id, as_="read_only"),
            await give(graphql, verb, id, as_="channel_manager"),
            await give(graphql, verb, id, as_="sales_rep"),
            await give(graphql, verb, id[:4] + NIL),
            await give(graphql, verb, id, ", ifVersion: 99"),
        ]
    error = refused["errors"][0]
    assert (error["code"], error["state"], error["allowed"]) == ("ILLEGAL_TRANSITION", "REVERSED", [])
    assert [one["errors"][0]["code"] for one in others] == [
        "NOT_ALLOWED", "NOT_ALLOWED", "NOT_FOUND", "NOT_FOUND", "VERSION_CONFLICT"
    ]  # fmt: skip


async def test_finance_approves_and_pays_and_cannot_change_plans(graphql: Client, work: Work) -> None:
    id = await begun(work, "ACCRUED")
    for verb, status in (("Approve", "APPROVED"), ("Pay", "PAID")):
        done = await give(graphql, verb, id, as_="finance")
        assert done["partnerCommission"]["status"] == status
    query = 'mutation { commissionPlanArchive(where: {name: "Channel"}) { errors { code } } }'
    async with nothing_changes(graphql):
        refused = await graphql(query, as_="finance")
    assert refused["commissionPlanArchive"]["errors"] == [{"code": "NOT_ALLOWED"}]


async def test_a_note_is_for_whoever_may_write(graphql: Client, work: Work) -> None:
    id = await begun(work, "ACCRUED")
    query = f"""mutation {{ partnerCommissionUpdate(where: {{id: "{id}"}}, patch: {{notes: "Ask first"}}) {{
      partnerCommission {{ notes }} errors {{ code }} }} }}"""
    async with nothing_changes(graphql):
        reader = await graphql(query, as_="read_only")
    assert reader["partnerCommissionUpdate"]["errors"] == [{"code": "NOT_ALLOWED"}]
    assert (await graphql(query))["partnerCommissionUpdate"]["partnerCommission"] == {"notes": "Ask first"}


# What accrues when a sale is won, and by asking

WIN = """mutation($id: ID!, $dry: Boolean) { opportunityWin(where: {id: $id}, dryRun: $dry) { outcome opportunity {
  commissions { nodes { status explanation { exact rounding isCapped } amount { amount currency }
    tier { name } plan { name } } } } } }"""
REOPEN = """mutation($id: ID!, $stage: ID!) {
  opportunityReopen(where: {id: $id}, to: {id: $stage}, reason: "They want more") {
    opportunity { commissions { nodes { status reversed { amount } reversalReason } } } } }"""


async def test_to_win_a_sale_accrues_and_to_open_it_again_takes_back(graphql: Client, work: Work) -> None:
    member = await a_membership(work, tier=await a_tier(work, commission_percent=Decimal(10)))
    await a_commission_plan(work, program=member.program_id)
    sale = await a_sourced_sale(work, member.account_id, amount=100_005)
    stage = wire("stg", (await a_stage(work)).id)
    await work.finish()
    id = wire("opp", sale.id)
    async with nothing_changes(graphql):
        tried = await graphql(WIN, {"id": id, "dry": True})
    won = await graphql(WIN, {"id": id})
    assert tried == won
    assert won["opportunityWin"]["opportunity"]["commissions"]["nodes"] == [
        {
            "status": "ACCRUED",
            "explanation": {"exact": "100.005", "rounding": "-0.005", "isCapped": False},
            "amount": {"amount": "100.00", "currency": "USD"},
            "tier": {"name": "Silver"},
            "plan": {"name": "Channel"},
        }
    ]
    opened = await graphql(REOPEN, {"id": id, "stage": stage})
    assert opened["opportunityReopen"]["opportunity"]["commissions"]["nodes"] == [
        {"status": "REVERSED", "reversed": {"amount": "100.00"}, "reversalReason": "The sale was opened again."}
    ]


ACCRUE = f"""mutation($input: PartnerCommissionAccrueInput!) {{ partnerCommissionAccrue(input: $input) {{
  outcome partnerCommission {{ explanation {{ exact isCapped }}
    amount {{ amount }} cost {{ amount }} revenuePercent }} {ERRORS} }} }}"""


def refusal(payload: Any) -> tuple[str, list[str]]:
    assert payload["outcome"] == "FAILED"
    return payload["errors"][0]["code"], payload["errors"][0]["path"]


async def test_a_commission_on_the_margin_is_booked_with_the_cost_once(graphql: Client, work: Work) -> None:
    member = await a_membership(work, tier=await a_tier(work, commission_percent=Decimal(10)))
    plan = await a_commission_plan(work, program=member.program_id, basis=CommissionBasis.MARGIN)
    sale = await a_sourced_sale(work, member.account_id)
    await work.finish()
    partner = {"id": wire("acc", member.account_id)}
    keys = {"opportunity": {"id": wire("opp", sale.id)}, "plan": {"id": wire("cpl", plan.id)}, "account": partner}
    given = {**keys, "cost": {"amount": "700.00", "currency": "USD"}}
    async with nothing_changes(graphql):
        early = (await graphql(ACCRUE, {"input": given}))["partnerCommissionAccrue"]
    assert refusal(early) == ("INVALID", ["input", "opportunity"])
    await graphql(WIN, {"id": keys["opportunity"]["id"]})
    async with nothing_changes(graphql):
        for more, code, path in (
            ({"cost": None}, "REQUIRED", "cost"),
            ({"cost": {"amount": "1", "currency": "EUR"}}, "INVALID", "cost"),
            ({"cost": {"amount": "1000", "currency": "USD"}}, "INVALID", "cost"),
            ({"opportunity": {"id": "opp_" + NIL}}, "NOT_FOUND", "opportunity"),
            ({"plan": {"id": "cpl_" + NIL}}, "NOT_FOUND", "plan"),
            ({"account": {"id": "acc_" + NIL}}, "NOT_FOUND", "account"),
        ):
            refused = (await graphql(ACCRUE, {"input": {**given, **more}}))["partnerCommissionAccrue"]
            assert refusal(refused) == (code, ["input", path])
        for role in ("read_only", "sales_rep"):
            refused = (await graphql(ACCRUE, {"input": given}, as_=role))["partnerCommissionAccrue"]
            assert refused["errors"][0]["code"] in {"NOT_ALLOWED", "NOT_FOUND"}
    made = (await graphql(ACCRUE, {"input": given}, as_="channel_manager"))["partnerCommissionAccrue"]
    assert (made["outcome"], made["errors"]) == ("CREATED", [])
    assert made["partnerCommission"] == {
        "explanation": {"exact": "30", "isCapped": False},
        "amount": {"amount": "30.00"},
        "cost": {"amount": "700.00"},
        "revenuePercent": None,
    }
    async with nothing_changes(graphql):
        again = (await graphql(ACCRUE, {"input": given}))["partnerCommissionAccrue"]
    assert (again["outcome"], again["partnerCommission"]) == ("UNCHANGED", made["partnerCommission"])


# Ledgers and statements

LEDGER = """{ partnerCommissionEntries(orderBy: [{field: SEQUENCE, direction: ASC}]) {
  nodes { sequence kind amount { amount } opening { amount } balance { amount } bookedOn text
    commission { status } account { name commissionBalances { currency balance { amount } } } } }
  partnerCommissionEntriesAggregate(groupBy: [KIND]) { count amounts { sum { amount } } } }"""
ISSUE = f"""mutation($input: PartnerCommissionStatementIssueInput!) {{ partnerCommissionStatementIssue(input: $input) {{
  outcome partnerCommissionStatement {{ startsOn endsOn fromSequence toSequence opening {{ amount }}
    accrued {{ amount }} reversed {{ amount }} paid {{ amount }} closing {{ amount }} }} {ERRORS} }} }}"""


async def test_a_statement_sums_up_the_ledger(graphql: Client, work: Work) -> None:
    today = work.now
    work.now -= timedelta(days=3)
    made = await a_commission(work, status="PAID")
    await work.finish()
    work.now = today
    given = {"account": {"id": wire("acc", made.account_id)}, "currency": "USD", "endsOn": "2026-03-01"}
    async with nothing_changes(graphql):
        for more, code, path in (
            ({"endsOn": "2026-03-02"}, "INVALID", "endsOn"),
            ({"endsOn": "2026-02-26"}, "INVALID", "endsOn"),
            ({"currency": "EUR"}, "INVALID", "account"),
            ({"account": {"id": "acc_" + NIL}}, "NOT_FOUND", "account"),
        ):
            refused = (await graphql(ISSUE, {"input": {**given, **more}}))["partnerCommissionStatementIssue"]
            assert refusal(refused) == (code, ["input", path])
        reader = (await graphql(ISSUE, {"input": given}, as_="read_only"))["partnerCommissionStatementIssue"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"
    done = (await graphql(ISSUE, {"input": given}, as_="finance"))["partnerCommissionStatementIssue"]
    assert (done["outcome"], done["partnerCommissionStatement"]) == (
        "CREATED",
        {
            "startsOn": "2026-02-27",
            "endsOn": "2026-03-01",
            "fromSequence": 1,
            "toSequence": 3,
            "opening": {"amount": "0.00"},
            "accrued": {"amount": "100.00"},
            "reversed": {"amount": "0.00"},
            "paid": {"amount": "100.00"},
            "closing": {"amount": "0.00"},
        },
    )
    async with nothing_changes(graphql):
        again = (await graphql(ISSUE, {"input": given}))["partnerCommissionStatementIssue"]
    assert refusal(again) == ("INVALID", ["input", "endsOn"])


async def test_a_ledger_is_read_with_its_balance(graphql: Client, work: Work) -> None:
    await a_commission(work, status="PAID")
    await work.finish()
    answer = await graphql(LEDGER)
    shown = answer["partnerCommissionEntries"]["nodes"]
    assert [(one["sequence"], one["kind"], one["amount"]["amount"], one["balance"]["amount"]) for one in shown] == [
        (1, "ACCRUED", "100.00", "100.00"), (2, "APPROVED", "0.00", "100.00"), (3, "PAID", "-100.00", "0.00")
    ]  # fmt: skip
    assert shown[2]["text"] == "SEPA 4711"
    assert shown[2]["commission"] == {"status": "PAID"}
    assert shown[2]["account"] == {
        "name": "Brightwater",
        "commissionBalances": [{"currency": "USD", "balance": {"amount": "0.00"}}],
    }
    sums = [(one["count"], one["amounts"]) for one in answer["partnerCommissionEntriesAggregate"]]
    assert sorted(sums, key=str) == [
        (1, [{"sum": {"amount": "-100.00"}}]), (1, [{"sum": {"amount": "0.00"}}]), (1, [{"sum": {"amount": "100.00"}}])
    ]  # fmt: skip
