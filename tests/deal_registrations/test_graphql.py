"""Deal registrations through the API, as staff."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from api.domain import deal_registrations, opportunities
from api.domain.deal_registrations import TRANSITIONS, DealRegistration, RegistrationStatus
from api.domain.kernel import Work
from api.domain.users import User
from tests.factories import (
    a_membership,
    a_pipeline,
    a_product,
    a_registration,
    an_account,
    an_opportunity,
    some_business_hours,
    some_partners,
)
from tests.graphql_client import Client
from tests.people import NOW
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes

S = RegistrationStatus


class TestDealRegistration(RecordWrites):
    noun, type_name = "dealRegistration", "DealRegistration"
    new: ClassVar[Mapping[str, Any]] = {
        "partner": {"domain": "brightwater.example"},
        "name": "Initech",
        "customerDomain": "Initech.example.",
        "customerTaxId": "DE 123.456.789",
        "customerCountry": "DE",
        "estimatedAmount": {"amount": "1000.00", "currency": "USD"},
    }
    change: ClassVar[Mapping[str, Any]] = {"evidence": "Three meetings", "estimatedClose": "2026-05-31"}
    shown = """name customerDomain customerTaxId customerCountry estimatedAmount { amount } evidence estimatedClose
      status partner { name } owner { name } hasConflict"""
    statements: ClassVar[Mapping[str, int]] = {"Create": 5, "Update": 4, "Archive": 4, "Restore": 4, "BulkUpsert": 5}

    @pytest.fixture(autouse=True)
    async def ready(self, work: Work) -> None:
        partner = await an_account(work, "Brightwater", domains=["brightwater.example"])
        await a_membership(work, partner.id)
        await work.finish()

    async def of(self, graphql: Client, person: User) -> str:
        query = """mutation {
          a: accountCreate(input: {name: "Theirs", domains: ["brightwater.example"]}) { outcome }
          p: partnerProgramCreate(input: {name: "P"}) { outcome }
          t: partnerTierCreate(input: {program: {name: "P"}, name: "T", rank: 1}) { outcome }
          m: partnerMembershipApply(input: {program: {name: "P"}, account: {domain: "brightwater.example"}}) {
            partnerMembership { id } } }"""
        member = (await graphql(query, user=person))["m"]["partnerMembership"]["id"]
        steps = """mutation($id: ID!) { a: partnerMembershipApprove(where: {id: $id}) { outcome }
          b: partnerMembershipActivate(where: {id: $id}, tier: {byName: {program: "P", name: "T"}}) { outcome } }"""
        await graphql(steps, {"id": member}, user=person)
        return await super().of(graphql, person)


# Verbs

VERBS = {
    "Submit": "where ifVersion dryRun",
    "Review": "where ifVersion dryRun",
    "Override": "where reason ifVersion dryRun",
    "Approve": "where days ifVersion dryRun",
    "Reject": "where reason detail ifVersion dryRun",
    "Extend": "where progress days ifVersion dryRun",
    "Convert": "where opportunity pipeline ifVersion dryRun",
    "Withdraw": "where ifVersion dryRun",
}
TYPES = {
    "where": "DealRegistrationRef!",
    "reason": "String!",
    "detail": "String",
    "progress": "String!",
    "days": "Int",
    "opportunity": "OpportunityRef",
    "pipeline": "PipelineRef",
    "ifVersion": "Int",
    "dryRun": "Boolean! = false",
}
GIVEN: Mapping[str, Mapping[str, Any]] = {
    "Override": {"reason": "Agreed"},
    "Reject": {"reason": "CONFLICT"},
    "Extend": {"progress": "A trial"},
}


async def verb(graphql: Client, name: str, which: DealRegistration | str, /, *, who: Any = None, **given: Any) -> Any:
    """The payload of `dealRegistration<name>`."""
    id = which if isinstance(which, str) else f"dlr_{which.id.hex}"
    types = {**TYPES, "reason": "DealRegistrationRejection!"} if name == "Reject" else TYPES
    arguments = VERBS[name].split()
    declared = ", ".join(f"${argument}: {types[argument]}" for argument in arguments)
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    shown = """id version status hasConflict conflict overrideReason matchedBy customerAccount { name } owner { name }
      submittedAt decisionDueAt decidedAt approvedAt expiresAt extensions progress rejectionReason rejectionDetail
      opportunity { id name amount { amount } account { name domains } }"""
    query = f"mutation({declared}) {{ v: dealRegistration{name}({passed}) {{ outcome dealRegistration {{ {shown} }} {ERRORS} }} }}"  # noqa: E501 - one line
    return (await graphql(query, {"where": {"id": id}, **GIVEN.get(name, {}), **given}, **(who or {})))["v"]


def refusal(payload: Any) -> tuple[str, list[str]]:
    (error,) = payload["errors"]
    assert (payload["outcome"], payload["dealRegistration"]) == ("FAILED", None)
    return error["code"], error["path"]


async def events(graphql: Client, which: DealRegistration) -> list[str]:
    await graphql.connection.fetchval("SELECT set_config('crm.tenant', $1, true)", str(graphql.admin.tenant_id))
    query = "SELECT types[1] AS type FROM outbox WHERE aggregate_id = $1 ORDER BY version"
    return [row["type"].removeprefix("deal_registration.") for row in await graphql.connection.fetch(query, which.id)]


async def test_a_registration_is_submitted_reviewed_approved_extended_and_converted(graphql: Client, work: Work):
    await a_pipeline(work)
    one = await a_registration(work, customer_domain="initech.example", estimated_amount=None)
    await work.finish()

    submitted = (await verb(graphql, "Submit", one))["dealRegistration"]
    assert (submitted["status"], submitted["hasConflict"], submitted["submittedAt"]) == (
        "SUBMITTED", False, "2026-03-02T09:15:00Z"
    )  # fmt: skip
    assert submitted["decisionDueAt"] == "2026-03-04T09:15:00Z"
    reviewed = (await verb(graphql, "Review", one))["dealRegistration"]
    assert (reviewed["status"], reviewed["owner"]) == ("UNDER_REVIEW", {"name": "Ada Admin"})
    approved = (await verb(graphql, "Approve", one))["dealRegistration"]
    assert (approved["status"], approved["expiresAt"]) == ("APPROVED", "2026-05-31T09:15:00Z")
    extended = (await verb(graphql, "Extend", one, days=10))["dealRegistration"]
    assert (extended["expiresAt"], extended["extensions"], extended["progress"]) == (
        "2026-06-10T09:15:00Z", 1, "A trial"
    )  # fmt: skip
    converted = (await verb(graphql, "Convert", one))["dealRegistration"]
    assert converted["status"] == "CONVERTED"
    assert converted["opportunity"]["account"] == {"name": "Initech", "domains": ["initech.example"]}
    async with nothing_changes(graphql):
        again = await verb(graphql, "Convert", one)
    assert (again["outcome"], again["dealRegistration"]["opportunity"]) == ("UNCHANGED", converted["opportunity"])
    share = "{ recordShares { nodes { level account { name } record { ... on Opportunity { name } } } } }"
    assert (await graphql(share))["recordShares"]["nodes"] == [
        {"level": "EDIT", "account": {"name": "Brightwater"}, "record": {"name": "Initech"}}
    ]
    assert await events(graphql, one) == [
        "created", "submitted", "review_started", "approved", "extended", "converted"
    ]  # fmt: skip


@pytest.mark.parametrize("status", list(S))
async def test_what_can_be_done_now_is_told_and_everything_else_is_refused(graphql: Client, work: Work, status: S):
    await a_pipeline(work)
    one = await a_registration(work, status=status)
    await work.finish()
    query = "query($id: ID!) { dealRegistration(where: {id: $id}) { availableTransitions { verb status } } }"
    told = (await graphql(query, {"id": f"dlr_{one.id.hex}"}))["dealRegistration"]["availableTransitions"]
    steps = {name: to for name, to in TRANSITIONS[status].items() if name != "expire"}
    assert told == [{"verb": name.upper(), "status": to.value} for name, to in steps.items()]

    for name in VERBS:
        async with nothing_changes(graphql):
            payload = await verb(graphql, name, one, dryRun=True)
            stranger = await verb(graphql, name, f"dlr_{NIL}")
            reader = await verb(graphql, name, one, who={"as_": "read_only"})
            stale = await verb(graphql, name, one, ifVersion=99)
        assert refusal(stranger) == ("NOT_FOUND", ["where"])
        assert refusal(reader)[0] == "NOT_ALLOWED"
        assert refusal(stale) == ("VERSION_CONFLICT", ["ifVersion"])
        if name == "Override" and name.lower() in steps:
            assert refusal(payload) == ("INVALID", ["where"])  # nothing stands against it
        elif name.lower() in steps:
            assert payload["dealRegistration"]["status"] == steps[name.lower()].value
        elif (name, status) == ("Convert", S.CONVERTED):
            assert payload["outcome"] == "UNCHANGED"
        else:
            assert refusal(payload) == ("ILLEGAL_TRANSITION", [])


async def test_of_two_claims_the_earlier_counts_and_the_other_is_not_approved_whatever_is_said(
    graphql: Client, work: Work
):
    brightwater, riverside = await some_partners(work, "Brightwater", "Riverside")
    first = await a_registration(work, brightwater, status=S.UNDER_REVIEW, customer_domain="initech.example")
    second = await a_registration(
        work, riverside, status=S.UNDER_REVIEW, name="Initech Inc.", customer_domain="initech.example"
    )
    await work.finish()

    async with nothing_changes(graphql):
        refused = await verb(graphql, "Approve", second)
    assert refusal(refused) == ("CONFLICT", [])
    assert refused["errors"][0]["message"].startswith("another partner's registration for this customer came earlier")
    assert (await verb(graphql, "Approve", first))["outcome"] == "UPDATED"
    async with nothing_changes(graphql):
        for name in ("Approve", "Override"):
            assert refusal(await verb(graphql, name, second)) == ("CONFLICT", [])
    assert (await verb(graphql, "Withdraw", first))["outcome"] == "UPDATED"
    approved = await verb(graphql, "Approve", second)
    assert approved["dealRegistration"]["status"] == "APPROVED"


# Who the customer is

MATCHES = [
    ({"customer_domain": "initech.example"}, "DOMAIN"),
    ({"customer_tax_id": "us-12 345"}, "TAX_ID"),
    ({"customer_country": "DE"}, "NAME"),
    ({"customer_country": "US"}, None),
    ({"name": "Other", "customer_country": "DE"}, None),
    ({"name": "Other", "customer_domain": "other.example", "customer_tax_id": "US 12345"}, "TAX_ID"),
]


@pytest.mark.parametrize(("values", "by"), MATCHES)
async def test_the_customer_is_found_by_domain_tax_id_or_name_and_country(
    graphql: Client, work: Work, values: Mapping[str, Any], by: str | None
):
    office: Any = {"kind": "OFFICE", "country": "DE"}
    await an_account(work, "Initech", domains=["initech.example"], tax_id="US 12345", addresses=[office])
    one = await a_registration(work, **{"customer_country": None, **values})
    await work.finish()

    found = (await verb(graphql, "Submit", one))["dealRegistration"]
    assert (found["matchedBy"], found["customerAccount"]) == (by, {"name": "Initech"} if by else None)


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({"name": "Initech Inc.", "customer_domain": "initech.example"}, True),
        ({"name": "Initech Inc.", "customer_tax_id": "US 12345"}, True),
        ({"name": "initech", "customer_country": "US"}, True),
        ({"name": "Initech", "customer_country": "DE"}, False),
        ({"name": "Initech", "customer_country": "US", "customer_domain": "other.example"}, False),
        ({"name": "Initech", "customer_country": "US", "product_family": "CRM"}, False),
        ({"name": "Initech", "customer_country": "US", "product_family": "erp"}, True),
    ],
)
async def test_claims_are_for_the_same_customer_if_anything_that_names_one_is_the_same(
    graphql: Client, work: Work, values: Mapping[str, Any], same: bool
):
    brightwater, riverside = await some_partners(work, "Brightwater", "Riverside")
    known = {"customer_domain": "initech.example", "customer_tax_id": "US-12345", "product_family": "ERP"}
    await a_registration(work, brightwater, status=S.APPROVED, **known)
    other = await a_registration(work, riverside, **{"customer_country": None, **values})
    await work.finish()

    found = (await verb(graphql, "Submit", other))["dealRegistration"]
    assert (found["hasConflict"], found["conflict"]) == (same, "REGISTERED" if same else None)


# What stands against it


async def test_a_direct_deal_that_somebody_works_on_needs_a_reason_to_override(graphql: Client, work: Work):
    account = await an_account(work, "Initech", domains=["initech.example"])
    deal = await an_opportunity(work, account_id=account.id)
    one = await a_registration(work, customer_domain="initech.example", status=S.UNDER_REVIEW)
    await work.finish()

    async with nothing_changes(graphql):
        refused = await verb(graphql, "Approve", one)
        blank = await verb(graphql, "Override", one, reason=" ")
    assert refusal(refused) == ("CONFLICT", [])
    assert refusal(blank) == ("REQUIRED", ["reason"])
    overridden = (await verb(graphql, "Override", one, reason="The customer asked for them"))["dealRegistration"]
    assert (overridden["conflict"], overridden["overrideReason"]) == ("DIRECT", "The customer asked for them")
    assert (await verb(graphql, "Approve", one))["dealRegistration"]["status"] == "APPROVED"

    work.now += timedelta(days=31)
    await opportunities.lose(work, deal.id, "Price")
    old = await an_opportunity(work, "Old", account_id=account.id)
    await work.finish()
    work.now += timedelta(days=31)
    await deal_registrations.expire(work, {"id": str(one.id)})
    work.now += timedelta(days=31)
    await deal_registrations.expire(work, {"id": str(one.id)})
    later = await a_registration(work, one.partner_id, customer_domain="initech.example", status=S.SUBMITTED)
    assert (old.status.value, later.conflict) == ("OPEN", None)


async def test_what_the_customer_has_bought_is_no_new_deal(graphql: Client, work: Work):
    account = await an_account(work, "Initech", domains=["initech.example"])
    product = await a_product(work, "GTX Pro", family="GTX")
    deal = await an_opportunity(work, account_id=account.id, amount=None)
    await opportunities.add_line(work, deal.id, {"product_id": product.id})
    await opportunities.win(work, deal.id)
    brightwater, riverside = await some_partners(work, "Brightwater", "Riverside")
    found = [
        (await a_registration(work, partner, customer_domain="initech.example", status=S.SUBMITTED, **family)).conflict
        for partner, family in ((brightwater, {"product_family": "MG"}), (riverside, {"product_family": "gtx"}))
    ]
    assert found == [None, "INSTALLED_BASE"]


# Time


async def test_a_decision_is_due_after_48_hours_of_the_oldest_business_hours(graphql: Client, work: Work):
    await some_business_hours(work)
    one = await a_registration(work, status=S.SUBMITTED)
    assert one.decision_due_at is not None
    assert one.decision_due_at.isoformat() == "2026-03-10T09:15:00+00:00"  # a Monday, and six working days

    for days, overdue in ((1, False), (9, True), (10, True)):
        work.now = NOW + timedelta(days=days)
        await deal_registrations.note_overdue(work, {"id": str(one.id)})
        assert one.is_overdue is overdue
        await work.finish()
    assert (await events(graphql, one))[-1] == "decision_overdue"
    assert one.version == 2


async def test_protection_ends_at_its_instant_and_the_timer_says_so_once(graphql: Client, work: Work):
    brightwater, riverside = await some_partners(work, "Brightwater", "Riverside")
    one = await a_registration(work, brightwater, status=S.APPROVED)
    await work.finish()
    assert one.expires_at == NOW + timedelta(days=90)
    jobs = await graphql.connection.fetch(
        "SELECT kind, due_at, state FROM jobs WHERE kind LIKE 'deal_registration.%' ORDER BY kind"
    )
    assert [(job["kind"], job["due_at"], job["state"]) for job in jobs] == [
        ("deal_registration.decision", NOW + timedelta(days=2), "DONE"),
        ("deal_registration.expiry", NOW + timedelta(days=90), "WAITING"),
    ]
    work.now = one.expires_at - timedelta(seconds=1)
    await deal_registrations.expire(work, {"id": str(one.id)})
    assert (one.status, await work.finish()) == (S.APPROVED, [])
    work.now = one.expires_at
    # Before any timer has come, the customer is free for others.
    other = await a_registration(work, riverside, status=S.APPROVED)
    assert (other.status, other.conflict) == (S.APPROVED, None)
    for _ in range(2):
        await deal_registrations.expire(work, {"id": str(one.id)})
        await work.finish()
    assert (one.status, one.version) == (S.EXPIRED, 2)
    assert (await events(graphql, one))[-1] == "expired"


# Values


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"evidence": None}, ["evidence"]),
        ({"customer_country": None}, ["customerDomain"]),
    ],
)
async def test_a_claim_needs_evidence_and_more_than_a_name(
    graphql: Client, work: Work, values: Mapping[str, Any], path: list[str]
):
    one = await a_registration(work, **values)
    await work.finish()
    async with nothing_changes(graphql):
        assert refusal(await verb(graphql, "Submit", one)) == ("REQUIRED", ["where", *path])


async def test_only_active_members_register_and_are_approved(graphql: Client, work: Work):
    member = await a_membership(work)
    one = await a_registration(work, member.account_id, status=S.UNDER_REVIEW)
    draft = await a_registration(work, member.account_id, name="Globex")
    await work.finish()
    suspend = 'mutation($id: ID!) { partnerMembershipSuspend(where: {id: $id}, reason: "x") { outcome } }'
    await graphql(suspend, {"id": f"pmb_{member.id.hex}"})
    create = """mutation($id: ID!) { dealRegistrationCreate(input: {partner: {id: $id}, name: "Late"}) {
      errors { code path } } }"""
    async with nothing_changes(graphql):
        assert refusal(await verb(graphql, "Approve", one)) == ("INVALID", ["where"])
        assert refusal(await verb(graphql, "Submit", draft))[0] == "INVALID"
        made = await graphql(create, {"id": f"acc_{member.account_id.hex}"})
    assert made["dealRegistrationCreate"]["errors"] == [{"code": "INVALID", "path": ["input", "partner"]}]


async def test_a_protection_is_extended_three_times_and_for_a_sensible_time(graphql: Client, work: Work):
    one = await a_registration(work, status=S.APPROVED)
    await work.finish()
    async with nothing_changes(graphql):
        for days in (0, 366):
            assert refusal(await verb(graphql, "Extend", one, days=days)) == ("INVALID", ["days"])
    for _ in range(3):
        assert (await verb(graphql, "Extend", one, days=1))["outcome"] == "UPDATED"
    async with nothing_changes(graphql):
        assert refusal(await verb(graphql, "Extend", one)) == ("LIMIT_EXCEEDED", ["where"])


async def test_what_is_submitted_stays_as_it_was_but_for_what_colleagues_note(graphql: Client, work: Work):
    one = await a_registration(work, status=S.APPROVED)
    await work.finish()
    update = """mutation($id: ID!, $patch: DealRegistrationPatch!) {
      dealRegistrationUpdate(where: {id: $id}, patch: $patch) { outcome errors { code } } }"""
    id = f"dlr_{one.id.hex}"
    async with nothing_changes(graphql):
        changed = await graphql(update, {"id": id, "patch": {"name": "Globex"}})
        archived = await graphql(
            "mutation($id: ID!) { v: dealRegistrationArchive(where: {id: $id}) { errors { code } } }", {"id": id}
        )
    assert changed["dealRegistrationUpdate"]["errors"] == archived["v"]["errors"] == [{"code": "ILLEGAL_TRANSITION"}]
    noted = await graphql(update, {"id": id, "patch": {"notes": "Call them"}})
    assert noted["dealRegistrationUpdate"]["outcome"] == "UPDATED"
