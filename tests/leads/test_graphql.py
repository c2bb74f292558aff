"""Leads through the API."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work
from api.domain.leads import TRANSITIONS, Lead, LeadStatus
from tests.factories import a_contact, a_lead, a_pipeline, a_user, an_account, an_opportunity
from tests.graphql_client import Client
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes


class TestLead(RecordWrites):
    noun, type_name = "lead", "Lead"
    new: ClassVar[Mapping[str, Any]] = {
        "firstName": "Grace",
        "lastName": "Hopper",
        "company": "Initech",
        "email": "grace@initech.example",
        "phone": "+1 202 456 1111",
        "domain": "Initech.example.",
        "country": "US",
        "source": "Fair",
    }
    change: ClassVar[Mapping[str, Any]] = {"nextStep": "Call", "rating": "HOT", "skills": ["erp", "german"]}
    shown = "name firstName lastName company email phone domain country source nextStep rating skills status"
    statements: ClassVar[Mapping[str, int]] = {"Create": 2, "Update": 4, "Archive": 4, "Restore": 4, "BulkUpsert": 3}

    def another(self, mark: str) -> dict[str, Any]:
        return {**self.new, "lastName": f"Hopper {mark}"}


# Verbs

VERBS = {
    "Assign": "where owner ifVersion dryRun",
    "Start": "where ifVersion dryRun",
    "Qualify": "where ifVersion dryRun",
    "Nurture": "where ifVersion dryRun",
    "Disqualify": "where reason detail ifVersion dryRun",
    "Reopen": "where ifVersion dryRun",
    "Convert": "where account contact opportunity newOpportunity ifVersion dryRun",
}
TYPES = {
    "where": "LeadRef!",
    "owner": "UserRef",
    "reason": "LeadUnqualifiedReason!",
    "detail": "String",
    "account": "AccountRef",
    "contact": "ContactRef",
    "opportunity": "OpportunityRef",
    "newOpportunity": "LeadOpportunityInput",
    "ifVersion": "Int",
    "dryRun": "Boolean! = false",
}
STEPS = {"start": {}, "qualify": {}, "nurture": {}, "disqualify": {"reason": "SPAM"}, "reopen": {}, "convert": {}}


async def verb(graphql: Client, name: str, lead: Lead | str, /, *, who: Any = None, **given: Any) -> Any:
    """The payload of `lead<name>`."""
    id = lead if isinstance(lead, str) else f"lea_{lead.id.hex}"
    arguments = VERBS[name].split()
    declared = ", ".join(f"${argument}: {TYPES[argument]}" for argument in arguments)
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    shown = """
      id version status unqualifiedReason unqualifiedDetail owner { name } convertedAt
      account { id name domains territory addresses { kind country } }
      contact { id name email phone account { name } }
      opportunity { id name amount { amount } closeDate nextStep account { name }
                    contactRoles { isPrimary contact { name } } }
    """
    query = f"mutation({declared}) {{ v: lead{name}({passed}) {{ outcome lead {{ {shown} }} {ERRORS} }} }}"
    return (await graphql(query, {"where": {"id": id}, **given}, **(who or {})))["v"]


def refusal(payload: Any) -> tuple[str, list[str]]:
    (error,) = payload["errors"]
    assert (payload["outcome"], payload["lead"]) == ("FAILED", None)
    return error["code"], error["path"]


async def event_types(graphql: Client, lead: Lead) -> list[list[str]]:
    await graphql.connection.fetchval("SELECT set_config('crm.tenant', $1, true)", str(graphql.admin.tenant_id))
    rows = await graphql.connection.fetch("SELECT types FROM outbox WHERE aggregate_id = $1 ORDER BY version", lead.id)
    return [row["types"] for row in rows]


async def test_a_lead_is_worked_on_put_aside_taken_up_and_given_up_for_a_reason(graphql: Client, work: Work):
    lead = await a_lead(work)
    await work.finish()

    for name, given, status in (
        ("Start", {}, "WORKING"),
        ("Nurture", {}, "NURTURING"),
        ("Reopen", {}, "WORKING"),
        ("Qualify", {}, "QUALIFIED"),
        ("Disqualify", {"reason": "NO_BUDGET", "detail": " Next year. "}, "UNQUALIFIED"),
    ):
        payload = await verb(graphql, name, lead, **given)
        assert (payload["outcome"], payload["lead"]["status"]) == ("UPDATED", status)
    assert (payload["lead"]["unqualifiedReason"], payload["lead"]["unqualifiedDetail"]) == ("NO_BUDGET", "Next year.")
    again = (await verb(graphql, "Reopen", lead))["lead"]
    assert (again["status"], again["unqualifiedReason"], again["unqualifiedDetail"]) == ("WORKING", None, None)
    assert await event_types(graphql, lead) == [
        ["lead.created"],
        ["lead.started", "lead.updated"],
        ["lead.nurtured", "lead.updated"],
        ["lead.reopened", "lead.updated"],
        ["lead.qualified", "lead.updated"],
        ["lead.disqualified", "lead.updated"],
        ["lead.reopened", "lead.updated"],
    ]


@pytest.mark.parametrize("status", list(LeadStatus))
async def test_what_can_be_done_now_is_told_and_everything_else_is_refused(
    graphql: Client, work: Work, status: LeadStatus
):
    lead = await a_lead(work, status=status)
    await work.finish()
    query = "query($id: ID!) { lead(where: {id: $id}) { availableTransitions { verb status } } }"
    id = f"lea_{lead.id.hex}"
    told = (await graphql(query, {"id": id}))["lead"]["availableTransitions"]
    expected = [{"verb": name.upper(), "status": to.value} for name, to in TRANSITIONS[status].items()]
    assert told == expected
    nobody = (await graphql(query, {"id": id}, as_="read_only"))["lead"]["availableTransitions"]
    assert nobody == []

    for name, given in STEPS.items():
        async with nothing_changes(graphql):
            payload = await verb(graphql, name.capitalize(), lead, dryRun=True, **given)
            stranger = await verb(graphql, name.capitalize(), f"lea_{NIL}", **given)
            reader = await verb(graphql, name.capitalize(), lead, who={"as_": "read_only"}, **given)
        assert refusal(stranger) == ("NOT_FOUND", ["where"])
        assert refusal(reader)[0] == "NOT_ALLOWED"
        if name in TRANSITIONS[status]:
            assert (payload["outcome"], payload["lead"]["status"]) == ("UPDATED", TRANSITIONS[status][name].value)
        elif (name, status) == ("convert", LeadStatus.CONVERTED):
            assert payload["outcome"] == "UNCHANGED"
        else:
            assert refusal(payload) == ("ILLEGAL_TRANSITION", [])
            (error,) = payload["errors"]
            assert (error["state"], error["requested"], error["allowed"]) == (
                status.value,
                name,
                list(TRANSITIONS[status]),
            )


async def test_a_lead_is_assigned_to_a_user_and_to_nobody(graphql: Client, work: Work):
    rita = await a_user(work, "Rita Rep")
    lead = await a_lead(work)
    await work.finish()

    given = {"owner": {"id": f"usr_{rita.id.hex}"}}
    assert (await verb(graphql, "Assign", lead, **given))["lead"]["owner"] == {"name": "Rita Rep"}
    async with nothing_changes(graphql):
        assert (await verb(graphql, "Assign", lead, **given))["outcome"] == "UNCHANGED"
        missing = await verb(graphql, "Assign", lead, owner={"id": f"usr_{NIL}"})
        away = await verb(graphql, "Assign", lead, who={"as_": "sales_rep", "user": rita})
    assert refusal(missing) == ("NOT_FOUND", ["owner"])
    assert refusal(away) == ("NOT_ALLOWED", ["owner"])
    assert (await verb(graphql, "Assign", lead))["lead"]["owner"] is None
    assert (await event_types(graphql, lead))[1:] == [["lead.assigned", "lead.updated"]] * 2


# Conversion


async def test_a_qualified_lead_becomes_an_account_a_contact_and_an_opportunity(graphql: Client, work: Work):
    await a_pipeline(work)
    lead = await a_lead(
        work,
        first_name="Grace",
        email="grace@initech.example",
        phone="+12024561111",
        domain="initech.example",
        country="US",
        territory="AMER/US",
        next_step="Send an offer",
        status=LeadStatus.QUALIFIED,
    )
    await work.finish()

    deal = {"name": "Roof", "amount": {"amount": "1000.00", "currency": "USD"}}
    payload = await verb(graphql, "Convert", lead, newOpportunity=deal)
    converted = payload["lead"]
    assert (payload["outcome"], converted["status"]) == ("UPDATED", "CONVERTED")
    assert converted["convertedAt"] == "2026-03-02T09:15:00Z"
    account, contact, opportunity = (converted[name] for name in ("account", "contact", "opportunity"))
    assert {**account, "id": None} == {
        "id": None,
        "name": "Initech",
        "domains": ["initech.example"],
        "territory": "AMER/US",
        "addresses": [{"kind": "OFFICE", "country": "US"}],
    }
    assert {**contact, "id": None} == {
        "id": None,
        "name": "Grace Hopper",
        "email": "grace@initech.example",
        "phone": "+12024561111",
        "account": {"name": "Initech"},
    }
    assert {**opportunity, "id": None} == {
        "id": None,
        "name": "Roof",
        "amount": {"amount": "1000.00"},
        "closeDate": "2026-03-31",
        "nextStep": "Send an offer",
        "account": {"name": "Initech"},
        "contactRoles": [{"isPrimary": True, "contact": {"name": "Grace Hopper"}}],
    }
    assert (await event_types(graphql, lead))[-1] == ["lead.converted", "lead.updated"]

    async with nothing_changes(graphql):
        again = await verb(graphql, "Convert", lead, newOpportunity={"name": "Another"})
        changed = await graphql(
            'mutation($id: ID!) { leadUpdate(where: {id: $id}, patch: {nextStep: "x"}) { errors { code } } }',
            {"id": converted["id"]},
        )
    assert (again["outcome"], again["lead"]) == ("UNCHANGED", converted)
    assert changed["leadUpdate"]["errors"] == [{"code": "ILLEGAL_TRANSITION"}]


async def test_a_lead_is_tied_to_what_there_is_already_and_that_stays_as_it_is(graphql: Client, work: Work):
    await a_pipeline(work)
    account = await an_account(work, "Initech", domains=["initech.example"])
    contact = await a_contact(work, "Hopper", email="grace@initech.example")
    deal = await an_opportunity(work, account_id=account.id)
    known: dict[str, Any] = {
        "email": "grace@initech.example",
        "domain": "initech.example",
        "status": LeadStatus.QUALIFIED,
    }
    leads = [await a_lead(work, **known) for _ in range(2)]
    await work.finish()

    async with nothing_changes(graphql):
        taken = await verb(graphql, "Convert", leads[0])
        person = await verb(graphql, "Convert", leads[0], account={"domain": "initech.example"})
        both = await verb(
            graphql,
            "Convert",
            leads[0],
            opportunity={"id": f"opp_{deal.id.hex}"},
            newOpportunity={"name": "Another"},
        )
        missing = await verb(graphql, "Convert", leads[0], account={"id": f"acc_{NIL}"})
    assert refusal(taken) == ("DUPLICATE", ["account"])
    assert taken["errors"][0]["existing"] == {"id": f"acc_{account.id.hex}"}
    assert refusal(person) == ("DUPLICATE", ["contact"])
    assert person["errors"][0]["existing"] == {"id": f"con_{contact.id.hex}"}
    assert refusal(both) == ("INVALID", ["opportunity"])
    assert refusal(missing) == ("NOT_FOUND", ["account"])

    for lead in leads:
        payload = await verb(
            graphql,
            "Convert",
            lead,
            account={"domain": "initech.example"},
            contact={"id": f"con_{contact.id.hex}"},
            opportunity={"id": f"opp_{deal.id.hex}"},
        )
        assert payload["errors"] == []
        assert payload["lead"]["opportunity"]["id"] == f"opp_{deal.id.hex}"
    versions = await graphql(
        """query($id: ID!) {
             account(where: {domain: "initech.example"}) { version } contact(where: {id: $id}) { version } }""",
        {"id": f"con_{contact.id.hex}"},
    )
    assert versions == {"account": {"version": 1}, "contact": {"version": 1}}


async def test_a_lead_without_a_company_needs_an_account_and_one_without_a_person_gets_no_contact(
    graphql: Client, work: Work
):
    person = await a_lead(work, company=None, status=LeadStatus.QUALIFIED)
    company = await a_lead(work, last_name=None, status=LeadStatus.QUALIFIED)
    await work.finish()

    async with nothing_changes(graphql):
        assert refusal(await verb(graphql, "Convert", person)) == ("REQUIRED", ["account"])
    made = (await verb(graphql, "Convert", company))["lead"]
    assert (made["account"]["name"], made["contact"], made["opportunity"]) == ("Initech", None, None)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({}, ["input", "lastName"]),
        ({"lastName": "x", "email": "nobody"}, ["input", "email"]),
        ({"lastName": "x", "phone": "12"}, ["input", "phone"]),
        ({"lastName": "x", "domain": "no domain"}, ["input", "domain"]),
        ({"lastName": "x", "skills": [""]}, ["input", "skills"]),
        ({"lastName": "x", "skills": [str(at) for at in range(21)]}, ["input", "skills"]),
    ],
)
async def test_a_lead_that_cannot_be_is_refused(graphql: Client, values: Any, path: list[str]):
    query = "mutation($input: LeadCreateInput!) { leadCreate(input: $input) { outcome errors { path } } }"
    async with nothing_changes(graphql):
        payload = (await graphql(query, {"input": values}))["leadCreate"]
    assert payload == {"outcome": "FAILED", "errors": [{"path": path}]}
