"""Budgets, allocations, requests and claims through the API, as colleagues see and write them."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work, wire
from tests.factories import a_budget, a_fund_claim, a_fund_request, a_membership, an_allocation
from tests.graphql_client import Client
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes

USD_100 = {"amount": "100.00", "currency": "USD"}


class TestPartnerMarketingBudget(RecordWrites):
    noun, type_name = "partnerMarketingBudget", "PartnerMarketingBudget"
    new: ClassVar[Mapping[str, Any]] = {
        "name": "Spring",
        "startsOn": "2026-01-01",
        "endsOn": "2026-06-30",
        "amount": {"amount": "10000.00", "currency": "USD"},
    }
    change: ClassVar[Mapping[str, Any]] = {"accrualPercent": "1.50", "notes": "Half before May"}
    shown = "name startsOn endsOn amount { amount currency } allocated { amount } accrualPercent notes"
    natural = ("name", "Spring")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 3}

    @pytest.mark.parametrize(
        ("patch", "path"),
        [
            ({"amount": {"amount": "1", "currency": "EUR"}}, "amount"),
            ({"amount": None}, "amount"),
            ({"endsOn": "2025-12-31"}, "endsOn"),
            ({"accrualPercent": "101"}, "accrualPercent"),
            ({"program": {"id": "prg_" + NIL}}, "program"),
        ],
    )
    async def test_values_that_no_budget_has_are_refused(self, graphql: Client, patch: Any, path: str) -> None:
        made = await self.create(graphql)
        async with nothing_changes(graphql):
            given = {"where": {"id": made["id"]}, "patch": patch}
            payload = await self.call(graphql, "Update", "where patch", given)
        assert self.refusal(payload)[1] == ["patch", path]


# Verbs: the noun, its input or other arguments, the state that it starts from, the state it leads to

VERBS: Mapping[str, tuple[str, str, str]] = {
    "partnerFundRequestApprove": ("", "SUBMITTED", "APPROVED"),
    "partnerFundRequestReject": (', reason: "Not this year"', "SUBMITTED", "REJECTED"),
    "partnerFundRequestWithdraw": ("", "SUBMITTED", "WITHDRAWN"),
    "partnerFundClaimApprove": ("", "SUBMITTED", "APPROVED"),
    "partnerFundClaimReject": (', reason: "No proof"', "SUBMITTED", "REJECTED"),
    "partnerFundClaimWithdraw": ("", "SUBMITTED", "WITHDRAWN"),
    "partnerFundClaimPay": (', reference: "SEPA 4711"', "APPROVED", "PAID"),
}
NEXT = {"APPROVED": {"partnerFundClaimApprove": ["PAY"]}}


def noun(verb: str) -> str:
    return "partnerFundClaim" if "Claim" in verb else "partnerFundRequest"


async def begun(work: Work, verb: str, status: str) -> str:
    if "Claim" in verb:
        made = wire("mdc", (await a_fund_claim(work, status=status)).id)
    else:
        made = wire("mdf", (await a_fund_request(work, status=status)).id)
    await work.finish()
    return made


async def give(graphql: Client, verb: str, id: str, more: str = "", **who: Any) -> Any:
    shown = f"{noun(verb)} {{ status decidedOn availableTransitions {{ verb status }} }}"
    query = f'mutation {{ {verb}(where: {{id: "{id}"}}{VERBS[verb][0]}{more}) {{ outcome {shown} {ERRORS} }} }}'
    return (await graphql(query, **who))[verb]


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_makes_its_step_and_a_dry_run_of_it_nothing(graphql: Client, work: Work, verb: str) -> None:
    _, before, after = VERBS[verb]
    id = await begun(work, verb, before)
    async with nothing_changes(graphql):
        tried = await give(graphql, verb, id, ", dryRun: true")
    done = await give(graphql, verb, id)
    assert tried == done
    shown = done[noun(verb)]
    assert (done["outcome"], done["errors"], shown["status"]) == ("UPDATED", [], after)
    assert [one["verb"] for one in shown["availableTransitions"]] == NEXT.get(after, {}).get(verb, [])


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_that_is_not_possible_changes_nothing(graphql: Client, work: Work, verb: str) -> None:
    id = await begun(work, verb, "REJECTED")
    async with nothing_changes(graphql):
        refused = await give(graphql, verb, id)
        others = [
            await give(graphql, verb, id, as_="read_only"),
            await give(graphql, verb, id[:4] + NIL),
            await give(graphql, verb, id, ", ifVersion: 99"),
        ]
    error = refused["errors"][0]
    assert (error["code"], error["state"], error["allowed"]) == ("ILLEGAL_TRANSITION", "REJECTED", [])
    assert [one["errors"][0]["code"] for one in others] == ["NOT_ALLOWED", "NOT_FOUND", "VERSION_CONFLICT"]


# Allocations, and what is asked of them

ALLOCATE = f"""mutation($input: PartnerFundAllocationCreateInput!) {{ partnerFundAllocationCreate(input: $input) {{
  outcome partnerFundAllocation {{
    id endsOn amount {{ amount }} budget {{ allocated {{ amount }} }} }} {ERRORS} }} }}"""
CHANGE = f"""mutation($id: ID!, $patch: PartnerFundAllocationPatch!) {{
  partnerFundAllocationUpdate(where: {{id: $id}}, patch: $patch) {{
    outcome partnerFundAllocation {{ amount {{ amount }} notes }} {ERRORS} }} }}"""
END = "mutation {{ partnerFundAllocation{}(where: {{id: {!r}}}) {{ outcome errors {{ code }} }} }}"


def refusals(payload: Any) -> list[tuple[str, list[str]]]:
    assert payload["outcome"] == "FAILED"
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def test_a_partner_is_given_a_part_of_a_budget(graphql: Client, work: Work) -> None:
    budget, member = await a_budget(work, amount=50_000), await a_membership(work)
    await work.finish()
    given = {
        "budget": {"id": wire("mdb", budget.id)},
        "account": {"id": wire("acc", member.account_id)},
        "amount": USD_100,
    }
    made = (await graphql(ALLOCATE, {"input": given}))["partnerFundAllocationCreate"]["partnerFundAllocation"]
    id = made.pop("id")
    assert made == {
        "endsOn": "2026-12-31",
        "amount": {"amount": "100.00"},
        "budget": {"allocated": {"amount": "100.00"}},
    }
    async with nothing_changes(graphql):
        for more, code, path in (
            ({"amount": {"amount": "400.01", "currency": "USD"}}, "INVALID", "amount"),
            ({"amount": {"amount": "0", "currency": "USD"}}, "INVALID", "amount"),
            ({"amount": {"amount": "1", "currency": "EUR"}}, "INVALID", "amount"),
            ({"endsOn": "2025-01-01"}, "INVALID", "endsOn"),
            ({"budget": {"id": "mdb_" + NIL}}, "NOT_FOUND", "budget"),
            ({"account": {"id": "acc_" + NIL}}, "NOT_FOUND", "account"),
        ):
            refused = (await graphql(ALLOCATE, {"input": {**given, **more}}))["partnerFundAllocationCreate"]
            assert refusals(refused) == [(code, ["input", path])]
        reader = (await graphql(ALLOCATE, {"input": given}, as_="read_only"))["partnerFundAllocationCreate"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"
        more = {"amount": {"amount": "500.01", "currency": "USD"}}
        refused = (await graphql(CHANGE, {"id": id, "patch": more}))["partnerFundAllocationUpdate"]
        assert refusals(refused) == [("INVALID", ["patch", "amount"])]
        for verb in ("Archive", "Restore"):
            query = END.format(verb, id).replace("'", '"')
            answer = await graphql(query, as_="read_only")
            assert answer[f"partnerFundAllocation{verb}"]["errors"] == [{"code": "NOT_ALLOWED"}]
    patch = {"amount": {"amount": "500.00", "currency": "USD"}, "notes": "All of it"}
    done = (await graphql(CHANGE, {"id": id, "patch": patch}))["partnerFundAllocationUpdate"]
    assert done["partnerFundAllocation"] == {"amount": {"amount": "500.00"}, "notes": "All of it"}


ASK = f"""mutation($input: PartnerFundRequestSubmitInput!) {{ partnerFundRequestSubmit(input: $input) {{
  outcome partnerFundRequest {{ status activity }} {ERRORS} }} }}"""
CLAIM = f"""mutation($input: PartnerFundClaimSubmitInput!) {{ partnerFundClaimSubmit(input: $input) {{
  outcome partnerFundClaim {{ status }} {ERRORS} }} }}"""
NOTE = """mutation {{ {0}Update(where: {{id: {1!r}}}, patch: {{notes: 'Call'}}) {{
  outcome {0} {{ notes }} errors {{ code }} }} }}"""


async def test_colleagues_ask_for_a_partner_too_and_what_cannot_be_asked_is_refused(
    graphql: Client, work: Work
) -> None:
    allocation = await an_allocation(work)
    await work.finish()
    given = {"allocation": {"id": wire("mda", allocation.id)}, "title": "Fair", "amount": USD_100}
    made = (await graphql(ASK, {"input": given}))["partnerFundRequestSubmit"]
    assert made["partnerFundRequest"] == {"status": "SUBMITTED", "activity": "OTHER"}
    async with nothing_changes(graphql):
        for more, code, path in (
            ({"title": " "}, "REQUIRED", "title"),
            ({"amount": {"amount": "0", "currency": "USD"}}, "INVALID", "amount"),
            ({"amount": {"amount": "1", "currency": "EUR"}}, "INVALID", "amount"),
            ({"startsOn": "2026-05-02", "endsOn": "2026-05-01"}, "INVALID", "endsOn"),
            ({"allocation": {"id": "mda_" + NIL}}, "NOT_FOUND", "allocation"),
        ):
            refused = (await graphql(ASK, {"input": {**given, **more}}))["partnerFundRequestSubmit"]
            assert refusals(refused) == [(code, ["input", path])]
        reader = (await graphql(ASK, {"input": given}, as_="read_only"))["partnerFundRequestSubmit"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"


async def test_claims_are_made_on_what_was_promised(graphql: Client, work: Work) -> None:
    request = await a_fund_request(work)
    waiting = await a_fund_request(work, allocation=request.allocation_id, status="SUBMITTED")
    claim = await a_fund_claim(work, request=request.id)
    await work.finish()
    given = {"request": {"id": wire("mdf", request.id)}, "amount": USD_100}
    made = (await graphql(CLAIM, {"input": given}))["partnerFundClaimSubmit"]
    assert made["partnerFundClaim"] == {"status": "SUBMITTED"}
    async with nothing_changes(graphql):
        for more, code, path in (
            ({"request": {"id": wire("mdf", waiting.id)}}, "INVALID", "request"),
            ({"request": {"id": "mdf_" + NIL}}, "NOT_FOUND", "request"),
            ({"amount": {"amount": "1", "currency": "EUR"}}, "INVALID", "amount"),
            ({"invoice": "x" * 256}, "TOO_LONG", "invoice"),
        ):
            refused = (await graphql(CLAIM, {"input": {**given, **more}}))["partnerFundClaimSubmit"]
            assert refusals(refused) == [(code, ["input", path])]
        reader = (await graphql(CLAIM, {"input": given}, as_="read_only"))["partnerFundClaimSubmit"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"
    for name, id in (("partnerFundRequest", wire("mdf", request.id)), ("partnerFundClaim", wire("mdc", claim.id))):
        query = NOTE.format(name, id).replace("'", '"')
        async with nothing_changes(graphql):
            reader = (await graphql(query, as_="read_only"))[f"{name}Update"]
        assert reader["errors"] == [{"code": "NOT_ALLOWED"}]
        assert (await graphql(query))[f"{name}Update"][name] == {"notes": "Call"}
