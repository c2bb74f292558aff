"""What partner users see of commissions: those of the accounts that they act for, and nothing of what we earn."""

from decimal import Decimal

from api.domain import opportunities, partner_programs
from tests.factories import a_commission_plan, a_sourced_sale
from tests.sharing.conftest import World

SEEN = """{ partnerCommissions { nodes { id status account { name } amount { amount } paid { amount } revenue { amount }
    revenuePercent tier { name } } }
  partnerCommissionEntries { nodes { kind amount { amount } balance { amount } } }
  partnerCommissionStatements { nodes { closing { amount } } } }"""


SALES = {"Brightwater": 100_000, "Grove": 200_000, "Riverside": 300_000}


async def commissioned(world: World) -> None:
    """A sale of each partner is won."""
    async with world.committed.open_as() as work:
        silver = await work.get(partner_programs.PartnerTier, world.keys["Silver"], lock=True)
        silver.commission_percent = Decimal(10)
        await a_commission_plan(work, program=world.keys["Resellers"], notes="secret of the plan")
        for name, amount in SALES.items():
            sale = await a_sourced_sale(work, world.keys[name], name=f"Sale of {name}", amount=amount)
            world.note(f"{name} sale", sale)
    async with world.committed.open_as() as work:
        for name in SALES:
            await opportunities.win(work, world.keys[f"{name} sale"])


async def test_a_partner_sees_what_he_gets_and_how_it_was_reckoned(world: World) -> None:
    await commissioned(world)
    answer = await world.ask("Olga", SEEN)
    (one,) = answer["partnerCommissions"]["nodes"]
    del one["id"]
    assert one == {
        "status": "ACCRUED",
        "account": {"name": "Brightwater"},
        "amount": {"amount": "100.00"},
        "paid": {"amount": "0.00"},
        "revenue": {"amount": "1000.00"},
        "revenuePercent": "10.00",
        "tier": {"name": "Silver"},
    }
    assert answer["partnerCommissionEntries"]["nodes"] == [
        {"kind": "ACCRUED", "amount": {"amount": "100.00"}, "balance": {"amount": "100.00"}}
    ]


async def test_each_sees_those_of_the_accounts_he_acts_for(world: World) -> None:
    await commissioned(world)
    people = ("Olga", "Ann", "Pat", "Gus", "Quinn", "Nobody")
    seen = {who: (await world.ask(who, SEEN))["partnerCommissions"]["nodes"] for who in people}
    assert {who: sorted(one["amount"]["amount"] for one in found) for who, found in seen.items()} == {
        "Olga": ["100.00"],
        "Ann": ["100.00"],
        "Pat": ["100.00", "200.00"],
        "Gus": ["200.00"],
        "Quinn": ["300.00"],
        "Nobody": [],
    }
    by_id = "query($id: ID!) { partnerCommission(where: {id: $id}) { id } }"
    foreign = await world.ask("Quinn", by_id, {"id": seen["Olga"][0]["id"]})
    assert foreign == {"partnerCommission": None}


async def test_a_balance_is_shown_to_those_whose_it_is(world: World) -> None:
    await commissioned(world)
    query = "{ accounts { nodes { commissionBalances { currency balance { amount } } } } }"
    found = {who: (await world.ask(who, query))["accounts"]["nodes"] for who in ("Olga", "Quinn", "Nobody")}
    amounts = {
        who: [(of["currency"], of["balance"]["amount"]) for one in nodes for of in one["commissionBalances"]]
        for who, nodes in found.items()
    }
    assert amounts == {"Olga": [("USD", "100.00")], "Quinn": [("USD", "300.00")], "Nobody": []}


FOR_COLLEAGUES = (
    "commissionPlans { nodes { id } }",
    "partnerCommissions { nodes { plan { name } } }",
    "partnerCommissions { nodes { cost { amount } } }",
    "partnerCommissions { nodes { basisAmount { amount } } }",
    "partnerCommissions { nodes { percent } }",
    "partnerCommissions { nodes { explanation { exact } } }",
    "partnerCommissions { nodes { notes } }",
    'partnerCommissions(filter: {notes: {eq: "x"}}) { nodes { id } }',
    "partnerCommissionEntriesAggregate { count }",
    "partnerMemberships { nodes { tierEligibility { tier { name } } } }",
)
VERBS_OF_COLLEAGUES = (
    'partnerCommissionApprove(where: {id: "pco_"}) { outcome }',
    'partnerCommissionPay(where: {id: "pco_"}) { outcome }',
    'partnerCommissionReverse(where: {id: "pco_"}, reason: "x") { outcome }',
    'partnerCommissionUpdate(where: {id: "pco_"}, patch: {notes: "x"}) { outcome }',
)


async def test_what_is_for_colleagues_does_not_exist_for_him(world: World) -> None:
    for selection in FOR_COLLEAGUES:
        assert await world.refused("Pat", f"{{ {selection} }}") == "GRAPHQL_VALIDATION_FAILED", selection
    for selection in VERBS_OF_COLLEAGUES:
        assert await world.refused("Pat", f"mutation {{ {selection} }}") == "GRAPHQL_VALIDATION_FAILED", selection
