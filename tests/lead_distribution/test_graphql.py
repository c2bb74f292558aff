"""Lead distribution through the API, as staff."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from api.domain import lead_distribution, leads
from api.domain.kernel import Work
from api.domain.leads import Lead, LeadStatus
from tests.factories import a_lead, a_membership, a_tier, an_account, some_partners
from tests.graphql_client import Client
from tests.people import NOW
from tests.record_writes import ERRORS, NIL
from tests.watching import nothing_changes

LEAD = """id status routing partner { name } offers(last: 10) { nodes { id status attempt level seed draw totalWeight
  expiresAt partner { name } declineReason declineDetail
  candidates { partner { name } standing weight openLeads } availableTransitions { verb status } } }"""


async def distribute(graphql: Client, lead: Lead | str, *, who: Mapping[str, Any] | None = None, **given: Any) -> Any:
    id = lead if isinstance(lead, str) else f"lea_{lead.id.hex}"
    query = f"""mutation($id: ID!, $seed: String, $hours: Int, $dryRun: Boolean! = false, $ifVersion: Int) {{
      v: leadDistribute(where: {{id: $id}}, seed: $seed, hours: $hours, dryRun: $dryRun, ifVersion: $ifVersion) {{
        outcome lead {{ {LEAD} }} {ERRORS} }} }}"""
    return (await graphql(query, {"id": id, **given}, **(who or {})))["v"]


async def answer(graphql: Client, verb: str, offer: str, *, who: Mapping[str, Any] | None = None, **given: Any) -> Any:
    more = "(where: {id: $id}, dryRun: $dryRun, ifVersion: $ifVersion"
    more += ", reason: NO_CAPACITY, detail: $detail)" if verb == "Decline" else ")"
    detail = ", $detail: String" if verb == "Decline" else ""
    query = f"""mutation($id: ID!, $dryRun: Boolean! = false, $ifVersion: Int{detail}) {{
      v: partnerLeadOffer{verb}{more} {{
        outcome partnerLeadOffer {{ status lead {{ {LEAD} }} }} {ERRORS} }} }}"""
    return (await graphql(query, {"id": offer, **given}, **(who or {})))["v"]


def refusal(payload: Any) -> tuple[str, list[str]]:
    (error,) = payload["errors"]
    assert payload["outcome"] == "FAILED"
    return error["code"], error["path"]


def offers(payload: Any) -> list[Any]:
    lead = payload["lead"] if "lead" in payload else payload["partnerLeadOffer"]["lead"]
    return sorted(lead["offers"]["nodes"], key=lambda one: one["attempt"])


async def events(graphql: Client, kind: str) -> list[str]:
    await graphql.connection.fetchval("SELECT set_config('crm.tenant', $1, true)", str(graphql.admin.tenant_id))
    query = "SELECT unnest(types) AS type FROM outbox WHERE aggregate_type = $1 ORDER BY occurred_at, version"
    return [row["type"].removeprefix(f"{kind}.") for row in await graphql.connection.fetch(query, kind)]


async def a_profile(work: Work, partner: Any, **values: Any) -> None:
    await lead_distribution.create_profile(work, {"partner_id": partner, **values})  # type: ignore[typeddict-item]


async def test_a_lead_is_offered_declined_offered_to_the_next_and_accepted(graphql: Client, work: Work):
    near, far = await some_partners(work, "Near", "Far")
    await a_profile(work, near, territories=["EMEA/DACH"], skills=["ERP"], capacity=5)
    await a_profile(work, far, territories=["EMEA"], skills=["ERP", "German"])
    lead = await a_lead(work, territory="EMEA / DACH", skills=["erp"])
    await work.finish()

    payload = await distribute(graphql, lead, seed="A public number")
    assert (payload["outcome"], payload["lead"]["routing"]) == ("UPDATED", "OFFERED")
    (first,) = offers(payload)
    assert (first["partner"], first["level"], first["seed"]) == ({"name": "Near"}, "emea/dach", "A public number")
    assert (first["draw"], first["totalWeight"], first["expiresAt"]) == (0, 1, "2026-03-03T09:15:00Z")
    assert first["candidates"] == [
        {"partner": {"name": "Near"}, "standing": "CHOSEN", "weight": 1, "openLeads": 0},
        {"partner": {"name": "Far"}, "standing": "FARTHER", "weight": 1, "openLeads": 0},
    ]
    assert first["availableTransitions"] == [
        {"verb": "ACCEPT", "status": "ACCEPTED"},
        {"verb": "DECLINE", "status": "DECLINED"},
    ]
    async with nothing_changes(graphql):
        assert refusal(await distribute(graphql, lead)) == ("INVALID", ["where"])  # somebody is being asked

    declined = offers(await answer(graphql, "Decline", first["id"], detail=" Too busy "))
    assert [(one["status"], one["partner"]["name"], one["declineDetail"]) for one in declined] == [
        ("DECLINED", "Near", "Too busy"),
        ("OFFERED", "Far", None),
    ]
    assert declined[1]["seed"] == f"{lead.id}/2"
    accepted = await answer(graphql, "Accept", declined[1]["id"])
    assert accepted["partnerLeadOffer"]["status"] == "ACCEPTED"
    taken = accepted["partnerLeadOffer"]["lead"]
    assert (taken["routing"], taken["partner"]) == ("PARTNER", {"name": "Far"})
    async with nothing_changes(graphql):
        assert refusal(await distribute(graphql, lead)) == ("INVALID", ["where"])
        for verb in ("Accept", "Decline"):
            assert refusal(await answer(graphql, verb, declined[1]["id"])) == ("ILLEGAL_TRANSITION", [])
    assert sorted(await events(graphql, "partner_lead_offer")) == sorted(
        ["offered", "created", "declined", "updated", "offered", "created", "accepted", "updated"]
    )
    assert (await events(graphql, "lead"))[-2:] == ["taken_by_partner", "updated"]


async def test_a_decline_is_that_of_everybody_below_the_partner_and_then_colleagues_are_left(
    graphql: Client, work: Work
):
    tier = await a_tier(work)
    (head,) = await some_partners(work, "Head", tier=tier)
    for name in ("Branch", "Office"):
        await a_membership(work, (await an_account(work, name, parent_id=head)).id, tier)
    await a_profile(work, head, territories=["emea"])
    lead = await a_lead(work, territory="EMEA")
    await work.finish()

    (offer,) = offers(await distribute(graphql, lead))
    assert offer["partner"] == {"name": "Head"}
    payload = await answer(graphql, "Decline", offer["id"])
    assert payload["partnerLeadOffer"]["lead"]["routing"] == "INTERNAL"
    assert len(offers(payload)) == 1
    assert (await events(graphql, "lead"))[-2:] == ["queued_internally", "updated"]
    queue = await graphql("{ leads(filter: {routing: {eq: INTERNAL}}) { nodes { name } } }")
    assert queue["leads"]["nodes"] == [{"name": "Hopper"}]


async def test_who_lets_the_time_go_by_is_not_asked_again_and_the_next_one_is(graphql: Client, work: Work):
    await some_partners(work, "One", "Other")
    lead = await a_lead(work)
    await lead_distribution.distribute(work, lead.id, hours=2)
    await work.finish()
    (job,) = await graphql.connection.fetch(
        "SELECT kind, payload::text, due_at FROM jobs WHERE state = 'WAITING' AND kind <> 'partner_membership.review'"
    )
    assert (job["kind"], job["due_at"]) == (lead_distribution.EXPIRE, NOW + timedelta(hours=2))
    first = await offers_in(graphql, lead)
    payload = {"id": str(first[0]["id"].removeprefix("plo_"))}

    for hours, statuses in ((1, ["OFFERED"]), (2, ["EXPIRED", "OFFERED"]), (2, ["EXPIRED", "OFFERED"])):
        work.now = NOW + timedelta(hours=hours)
        await lead_distribution.expire(work, payload)
        await work.finish()
        assert [one["status"] for one in await offers_in(graphql, lead)] == statuses
    second = (await offers_in(graphql, lead))[1]
    assert second["partner"] != first[0]["partner"]
    assert second["expiresAt"] == "2026-03-02T13:15:00Z"
    work.now = NOW + timedelta(hours=4)
    await lead_distribution.expire(work, {"id": second["id"].removeprefix("plo_")})
    await work.finish()
    assert lead.routing == "INTERNAL"


async def offers_in(graphql: Client, lead: Lead) -> list[Any]:
    query = f"query($id: ID!) {{ lead(where: {{id: $id}}) {{ {LEAD} }} }}"
    return offers(await graphql(query, {"id": f"lea_{lead.id.hex}"}))


async def test_capacity_counts_what_a_partner_has_and_is_asked(graphql: Client, work: Work):
    (only,) = await some_partners(work, "Only")
    await a_profile(work, only, capacity=2)
    found = [await a_lead(work, f"Hopper {at}") for at in range(3)]
    for lead in found:
        await lead_distribution.distribute(work, lead.id)
    assert [lead.routing for lead in found] == ["OFFERED", "OFFERED", "INTERNAL"]
    await work.finish()
    (offer,) = await offers_in(graphql, found[0])
    assert (await answer(graphql, "Accept", offer["id"]))["outcome"] == "UPDATED"
    await leads.start(work, found[2].id)
    assert (await distribute(graphql, found[2]))["lead"]["routing"] == "INTERNAL"


REFUSED: tuple[tuple[Mapping[str, Any], tuple[str, list[str]]], ...] = (
    ({"hours": 0}, ("INVALID", ["hours"])),
    ({"hours": 721}, ("INVALID", ["hours"])),
    ({"seed": "x" * 101}, ("TOO_LONG", ["seed"])),
    ({"ifVersion": 9}, ("VERSION_CONFLICT", ["ifVersion"])),
    ({"who": {"as_": "read_only"}}, ("NOT_ALLOWED", [])),
    ({"who": {"as_": "sales_rep"}}, ("NOT_ALLOWED", [])),
)


@pytest.mark.parametrize(("given", "expected"), REFUSED)
async def test_a_distribution_that_cannot_be_is_refused(
    graphql: Client, work: Work, given: Any, expected: tuple[str, list[str]]
):
    lead = await a_lead(work)
    await work.finish()
    async with nothing_changes(graphql):
        assert refusal(await distribute(graphql, lead, **given)) == expected
        assert refusal(await distribute(graphql, f"lea_{NIL}")) == ("NOT_FOUND", ["where"])


@pytest.mark.parametrize("status", [LeadStatus.QUALIFIED, LeadStatus.UNQUALIFIED, LeadStatus.CONVERTED])
async def test_only_leads_that_are_new_or_worked_on_are_distributed(graphql: Client, work: Work, status: LeadStatus):
    lead = await a_lead(work, status=status)
    await work.finish()
    async with nothing_changes(graphql):
        assert refusal(await distribute(graphql, lead)) == ("INVALID", ["where"])


async def test_an_answer_that_cannot_be_is_refused(graphql: Client, work: Work):
    await some_partners(work, "One")
    lead = await a_lead(work)
    await lead_distribution.distribute(work, lead.id)
    await work.finish()
    (offer,) = await offers_in(graphql, lead)
    for verb in ("Accept", "Decline"):
        async with nothing_changes(graphql):
            tried = await answer(graphql, verb, offer["id"], dryRun=True)
            assert tried["outcome"] == "UPDATED"
            assert refusal(await answer(graphql, verb, f"plo_{NIL}")) == ("NOT_FOUND", ["where"])
            assert refusal(await answer(graphql, verb, offer["id"], ifVersion=2))[0] == "VERSION_CONFLICT"
            assert refusal(await answer(graphql, verb, offer["id"], who={"as_": "read_only"}))[0] == "NOT_ALLOWED"
    archive = "mutation($id: ID!) { v: leadArchive(where: {id: $id}) { outcome } }"
    assert (await graphql(archive, {"id": f"lea_{lead.id.hex}"}))["v"] == {"outcome": "UPDATED"}
    async with nothing_changes(graphql):
        assert refusal(await answer(graphql, "Accept", offer["id"])) == ("INVALID", ["where"])


async def test_fairness_compares_offers_with_weights(graphql: Client, work: Work):
    light, heavy = await a_tier(work, "Light"), None
    heavy = await a_tier(work, "Heavy", light.program_id, rank=2, weight=3)
    await some_partners(work, "Small", tier=light)
    await some_partners(work, "Large", tier=heavy)
    for at in range(8):
        lead = await a_lead(work, f"Hopper {at}")
        await lead_distribution.distribute(work, lead.id, seed=f"seed {at}")
    await work.finish()
    query = """query($from: DateTime, $to: DateTime) {
      leadDistributionShares(from: $from, to: $to) { partner { name } offers draws expected deviation }
      leadDistributionFairness(from: $from, to: $to) { offers chiSquare degreesOfFreedom } }"""
    data = await graphql(query)
    by_name = {one["partner"]["name"]: one for one in data["leadDistributionShares"]}
    assert {name: (one["draws"], one["expected"]) for name, one in by_name.items()} == {
        "Small": (8, "2.0000"),
        "Large": (8, "6.0000"),
    }
    small, large = by_name["Small"]["offers"], by_name["Large"]["offers"]
    assert small + large == 8
    expected = (small - 2) ** 2 / 2 + (large - 6) ** 2 / 6
    assert data["leadDistributionFairness"]["offers"] == 8
    assert float(data["leadDistributionFairness"]["chiSquare"]) == pytest.approx(expected, abs=0.0001)
    assert data["leadDistributionFairness"]["degreesOfFreedom"] == 1
    later = await graphql(query, {"from": "2027-01-01T00:00:00Z"})
    nothing = {"offers": 0, "chiSquare": "0.0000", "degreesOfFreedom": 0}
    assert later == {"leadDistributionShares": [], "leadDistributionFairness": nothing}


async def test_a_partner_has_one_profile(graphql: Client, work: Work):
    partner, free = await some_partners(work, "One", "Free")
    await work.finish()
    create = """mutation($input: PartnerLeadProfileCreateInput!) { v: partnerLeadProfileCreate(input: $input) {
      outcome errors { code path } partnerLeadProfile { id territories skills capacity isPaused } } }"""
    given = {"partner": {"id": f"acc_{partner.hex}"}, "territories": ["EMEA / DACH", "emea"], "skills": ["ERP"]}
    other = {"partner": {"id": f"acc_{free.hex}"}}
    made = (await graphql(create, {"input": given}))["v"]
    assert {**made["partnerLeadProfile"], "id": None} == {
        "id": None, "territories": ["emea", "emea/dach"], "skills": ["erp"], "capacity": None, "isPaused": False
    }  # fmt: skip
    async with nothing_changes(graphql):
        for values, code, path in (
            (given, "DUPLICATE", ["input", "partner"]),
            ({**other, "capacity": -1}, "INVALID", ["input", "capacity"]),
            ({**other, "territories": [""]}, "REQUIRED", ["input", "territories"]),
        ):
            assert (await graphql(create, {"input": values}))["v"]["errors"] == [{"code": code, "path": path}]
        denied = (await graphql(create, {"input": given}, as_="read_only"))["v"]["errors"]
    assert [one["code"] for one in denied] == ["NOT_ALLOWED"]
