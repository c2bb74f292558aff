"""What partner users see of market development funds, and what they do with them: by their scope, and by themselves."""

from typing import Any

from api.domain import market_development_funds as funds
from tests.factories import a_budget, an_allocation
from tests.sharing.conftest import World

REQUEST = """mutation($allocation: ID!) { partnerFundRequestSubmit(input: {
  allocation: {id: $allocation}, title: "Fair", activity: EVENT, amount: {amount: "1500.00", currency: "USD"}}) {
    outcome errors { code path } partnerFundRequest { id status title amount { amount } approvedAmount { amount }
      contact { name } claimed { amount } } } }"""
CLAIM = """mutation($request: ID!, $amount: Decimal!) { partnerFundClaimSubmit(input: {
  request: {id: $request}, invoice: "R-17", amount: {amount: $amount, currency: "USD"}}) {
    outcome errors { code path } partnerFundClaim { id status amount { amount } } } }"""
WITHDRAW = """mutation($id: ID!) { partnerFund%sWithdraw(where: {id: $id}) {
  outcome errors { code path } partnerFund%s { status } } }"""
APPROVE = """mutation($id: ID!) { partnerFundRequestApprove(
  where: {id: $id}, amount: {amount: "1200.00", currency: "USD"}) {
  outcome errors { code } } }"""
SEEN = """{ partnerFundRequests { nodes { id title status notes: __typename } } partnerFundClaims { nodes { id } }
  partnerFundAllocations { nodes { account { name } amount { amount } committed { amount } } } }"""


async def funded(world: World) -> dict[str, str]:
    """Ids of allocations by the names of the accounts that they are for."""
    async with world.committed.open_as() as work:
        budget = await a_budget(work, notes="secret of the budget")
        for name in ("Brightwater", "Grove", "Riverside"):
            made = await an_allocation(work, 300_000, budget=budget.id, account=world.keys[name])
            await funds.update_allocation(work, made.id, {"notes": f"secret of the allocation of {name}"})
            world.note(f"{name} allocation", made)
        world.note("Spring", budget)
    return world.ids


async def submitted(world: World, who: str, allocation: str) -> Any:
    return (await world.ask(who, REQUEST, {"allocation": world.ids[f"{allocation} allocation"]}))[
        "partnerFundRequestSubmit"
    ]


async def test_a_partner_asks_is_promised_claims_and_sees_what_is_left(world: World) -> None:
    await funded(world)
    made = await submitted(world, "Olga", "Brightwater")
    request = made["partnerFundRequest"].pop("id")
    assert made == {
        "outcome": "CREATED",
        "errors": [],
        "partnerFundRequest": {
            "status": "SUBMITTED",
            "title": "Fair",
            "amount": {"amount": "1500.00"},
            "approvedAmount": None,
            "contact": {"name": "Olga"},
            "claimed": {"amount": "0.00"},
        },
    }
    early = (await world.ask("Olga", CLAIM, {"request": request, "amount": "1.00"}))["partnerFundClaimSubmit"]
    assert early["errors"] == [{"code": "INVALID", "path": ["input", "request"]}]
    await world.ask("channel_manager", APPROVE, {"id": request})
    claim = (await world.ask("Olga", CLAIM, {"request": request, "amount": "900.00"}))["partnerFundClaimSubmit"]
    assert (claim["outcome"], claim["partnerFundClaim"]["status"]) == ("CREATED", "SUBMITTED")
    answer = await world.ask("Olga", SEEN)
    assert answer["partnerFundAllocations"]["nodes"] == [
        {"account": {"name": "Brightwater"}, "amount": {"amount": "3000.00"}, "committed": {"amount": "1200.00"}}
    ]
    taken = await world.ask("Olga", WITHDRAW % ("Claim", "Claim"), {"id": claim["partnerFundClaim"]["id"]})
    assert taken["partnerFundClaimWithdraw"]["partnerFundClaim"] == {"status": "WITHDRAWN"}
    late = (await world.ask("Olga", WITHDRAW % ("Request", "Request"), {"id": request}))["partnerFundRequestWithdraw"]
    assert late["errors"] == [{"code": "ILLEGAL_TRANSITION", "path": []}]


async def test_requests_are_seen_by_scope_and_never_by_another_partner(world: World) -> None:
    await funded(world)
    ids = {
        who: (await submitted(world, who, account))["partnerFundRequest"]["id"]
        for who, account in (("Olga", "Brightwater"), ("Ann", "Brightwater"), ("Gus", "Grove"), ("Quinn", "Riverside"))
    }
    names = {id: who for who, id in ids.items()}
    seen = {
        who: {names[node["id"]] for node in (await world.ask(who, SEEN))["partnerFundRequests"]["nodes"]}
        for who in ("Olga", "Ann", "Pat", "Gus", "Quinn", "Nobody")
    }
    assert seen == {
        "Olga": {"Olga"},
        "Ann": {"Olga", "Ann"},
        "Pat": {"Olga", "Ann", "Gus"},
        "Gus": {"Gus"},
        "Quinn": {"Quinn"},
        "Nobody": set(),
    }
    other = await submitted(world, "Quinn", "Brightwater")
    assert other["errors"] == [{"code": "NOT_FOUND", "path": ["input", "allocation"]}]
    hidden = await world.ask("Quinn", WITHDRAW % ("Request", "Request"), {"id": ids["Olga"]})
    absent = await world.ask("Quinn", WITHDRAW % ("Request", "Request"), {"id": "mdf_" + "0" * 32})
    assert hidden == absent
    assert hidden["partnerFundRequestWithdraw"]["errors"] == [{"code": "NOT_FOUND", "path": ["where"]}]
    mate = await world.ask("Olga", WITHDRAW % ("Request", "Request"), {"id": ids["Ann"]})
    assert mate == hidden


FOR_COLLEAGUES = (
    "partnerMarketingBudgets { nodes { id } }",
    "partnerFundAllocations { nodes { budget { amount { amount } } } }",
    "partnerFundAllocations { nodes { notes } }",
    "partnerFundRequests { nodes { notes } }",
    "partnerFundClaims { nodes { notes } }",
    'partnerFundRequests(filter: {notes: {eq: "x"}}) { nodes { id } }',
    "partnerFundRequestsAggregate { groups { count } }",
)
VERBS_OF_COLLEAGUES = (
    'partnerFundRequestApprove(where: {id: "mdf_"}) { outcome }',
    'partnerFundClaimPay(where: {id: "mdc_"}) { outcome }',
    'partnerFundRequestUpdate(where: {id: "mdf_"}, patch: {notes: "x"}) { outcome }',
)


async def test_what_is_for_colleagues_does_not_exist_for_him(world: World) -> None:
    for selection in FOR_COLLEAGUES:
        assert await world.refused("Pat", f"{{ {selection} }}") == "GRAPHQL_VALIDATION_FAILED", selection
    for selection in VERBS_OF_COLLEAGUES:
        assert await world.refused("Pat", f"mutation {{ {selection} }}") == "GRAPHQL_VALIDATION_FAILED", selection


async def test_whoever_is_suspended_asks_for_nothing(world: World) -> None:
    await funded(world)
    suspend = """mutation($id: ID!) { partnerMembershipSuspend(where: {id: $id}, reason: "Unpaid") { outcome } }"""
    await world.ask("channel_manager", suspend, {"id": world.ids["Brightwater membership"]})
    refused = await submitted(world, "Ann", "Brightwater")
    assert refused["errors"] == [{"code": "INVALID", "path": ["input", "allocation"]}]
