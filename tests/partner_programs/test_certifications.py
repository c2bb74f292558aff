"""Certifications, partners' parts in sales, and what a member lacks for each tier."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import pytest

from api.domain import partner_programs
from api.domain.kernel import Invalid, Money, Work, wire
from api.domain.opportunities import Status
from api.domain.partner_programs import PartnerRole
from tests.factories import a_certification, a_contact, a_membership, a_tier, an_account, an_opportunity
from tests.graphql_client import Client
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes


class TestCertification(RecordWrites):
    noun, type_name = "certification", "Certification"
    new: ClassVar[Mapping[str, Any]] = {"name": "Installer", "validMonths": 24}
    change: ClassVar[Mapping[str, Any]] = {"description": "Knows how to install", "validMonths": None}
    shown = "name description validMonths"
    natural = ("name", "Installer")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 4, "Restore": 5, "BulkUpsert": 4}


AWARD = f"""mutation($input: PartnerCertificationAwardInput!) {{ partnerCertificationAward(input: $input) {{
  outcome partnerCertification {{ id awardedOn expiresOn contact {{ name }} }} {ERRORS} }} }}"""
REVOKE = f"""mutation($id: ID!) {{ partnerCertificationRevoke(where: {{id: $id}}, reason: "Forged") {{
  outcome partnerCertification {{ revokedOn revocationReason }} {ERRORS} }} }}"""


async def test_a_certification_is_awarded_for_its_months_and_revoked_once(graphql: Client, work: Work) -> None:
    course, account = await a_certification(work, valid_months=6), await an_account(work, "Brightwater")
    pat, stranger = await a_contact(work, "Pat", account_id=account.id), await a_contact(work, "Stranger")
    await work.finish()
    given = {
        "certification": {"id": wire("cer", course.id)},
        "account": {"id": wire("acc", account.id)},
        "contact": {"id": wire("con", pat.id)},
        "awardedOn": "2025-08-31",
    }
    made = (await graphql(AWARD, {"input": given}))["partnerCertificationAward"]["partnerCertification"]
    id = made.pop("id")
    assert made == {"awardedOn": "2025-08-31", "expiresOn": "2026-02-28", "contact": {"name": "Pat"}}
    async with nothing_changes(graphql):
        for more, code, path in (
            ({"contact": {"id": wire("con", stranger.id)}}, "INVALID", "contact"),
            ({"awardedOn": "2026-03-03"}, "INVALID", "awardedOn"),
            ({"certification": {"id": "cer_" + NIL}}, "NOT_FOUND", "certification"),
            ({"account": {"id": "acc_" + NIL}}, "NOT_FOUND", "account"),
            ({"reference": "x" * 256}, "TOO_LONG", "reference"),
        ):
            refused = (await graphql(AWARD, {"input": {**given, **more}}))["partnerCertificationAward"]
            assert [(one["code"], one["path"]) for one in refused["errors"]] == [(code, ["input", path])]
        reader = (await graphql(AWARD, {"input": given}, as_="read_only"))["partnerCertificationAward"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"
        reader = (await graphql(REVOKE, {"id": id}, as_="read_only"))["partnerCertificationRevoke"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"
    gone = (await graphql(REVOKE, {"id": id}))["partnerCertificationRevoke"]["partnerCertification"]
    assert gone == {"revokedOn": "2026-03-02", "revocationReason": "Forged"}
    async with nothing_changes(graphql):
        again = (await graphql(REVOKE, {"id": id}))["partnerCertificationRevoke"]
    assert (again["errors"][0]["code"], again["errors"][0]["state"]) == ("ILLEGAL_TRANSITION", "REVOKED")


SET = f"""mutation($id: ID!, $partner: ID!, $role: PartnerRole!) {{
  opportunityPartnerSet(where: {{id: $id}}, partner: {{id: $partner}}, role: $role) {{
    outcome opportunity {{ partners {{ account {{ name }} role }} }} {ERRORS} }} }}"""
REMOVE = f"""mutation($id: ID!, $partner: ID!) {{
  opportunityPartnerRemove(where: {{id: $id}}, partner: {{id: $partner}}) {{
    outcome opportunity {{ partners {{ role }} }} {ERRORS} }} }}"""


async def test_a_sale_has_one_originator_among_its_partners(graphql: Client, work: Work) -> None:
    deal = await an_opportunity(work)
    first, second = await an_account(work, "Brightwater"), await an_account(work, "Riverside")
    await work.finish()
    one, other = ({"id": wire("opp", deal.id), "partner": wire("acc", firm.id)} for firm in (first, second))
    made = (await graphql(SET, {**one, "role": "ORIGINATOR"}))["opportunityPartnerSet"]
    assert made["opportunity"]["partners"] == [{"account": {"name": "Brightwater"}, "role": "ORIGINATOR"}]
    async with nothing_changes(graphql):
        same = (await graphql(SET, {**one, "role": "ORIGINATOR"}))["opportunityPartnerSet"]
        refused = (await graphql(SET, {**other, "role": "ORIGINATOR"}))["opportunityPartnerSet"]
        absent = (await graphql(REMOVE, other))["opportunityPartnerRemove"]
        reader = (await graphql(SET, {**other, "role": "RESELLER"}, as_="read_only"))["opportunityPartnerSet"]
    assert same["outcome"] == "UNCHANGED"
    assert [(one["code"], one["path"]) for one in refused["errors"]] == [("INVALID", ["role"])]
    assert [(one["code"], one["path"]) for one in absent["errors"]] == [("NOT_FOUND", ["partner"])]
    assert reader["errors"][0]["code"] == "NOT_ALLOWED"
    await graphql(SET, {**one, "role": "RESELLER"})
    assert (await graphql(SET, {**other, "role": "ORIGINATOR"}))["opportunityPartnerSet"]["outcome"] == "UPDATED"
    gone = (await graphql(REMOVE, one))["opportunityPartnerRemove"]
    assert gone["opportunity"]["partners"] == [{"role": "ORIGINATOR"}]


ELIGIBILITY = """query($id: ID!) { partnerMembership(where: {id: $id}) { tierEligibility {
  tier { name } isEligible requirements { kind isMet }
  missing { kind certification { name } requiredCount actualCount requiredRevenue { amount currency }
    actualRevenue { amount } } } } }"""


async def sold(work: Work, partner: UUID, amount: int, role: PartnerRole = PartnerRole.ORIGINATOR) -> Any:
    deal = await an_opportunity(work, amount=amount, status=Status.WON)
    await partner_programs.set_opportunity_partner(work, deal.id, partner, role)
    await work.flush()
    return deal


async def test_what_is_missing_for_a_tier_is_listed(graphql: Client, work: Work) -> None:
    course, design = await a_certification(work), await a_certification(work, "Architect", valid_months=1)
    silver = await a_tier(work, min_revenue=Money(150_000, "USD"), certifications=[(course.id, 2)])
    await a_tier(work, "Gold", silver.program_id, rank=2, certifications=[(course.id, 3), (design.id, 1)])
    await a_tier(work, "Euro", silver.program_id, rank=3, min_revenue=Money(1, "EUR"))
    member = await a_membership(work, tier=silver)
    partner = member.account_id
    await sold(work, partner, 100_000)
    await sold(work, partner, 50_000)
    await sold(work, partner, 900_000, PartnerRole.RESELLER)
    for _ in range(2):
        await partner_programs.award(work, course.id, partner)
    await partner_programs.award(work, design.id, partner, awarded_on=date(2026, 1, 1))
    lost = await partner_programs.award(work, course.id, partner)
    await work.flush()
    await partner_programs.revoke(work, lost.id, "Forged")
    await work.finish()
    answer = await graphql(ELIGIBILITY, {"id": wire("pmb", member.id)})
    counts = {"requiredRevenue": None, "actualRevenue": None}
    missing = [
        {
            "kind": "CERTIFICATION",
            "certification": {"name": "Installer"},
            "requiredCount": 3,
            "actualCount": 2,
            **counts,
        },
        {
            "kind": "CERTIFICATION",
            "certification": {"name": "Architect"},
            "requiredCount": 1,
            "actualCount": 0,
            **counts,
        },
    ]
    euros = {
        "kind": "REVENUE",
        "certification": None,
        "requiredCount": None,
        "actualCount": None,
        "requiredRevenue": {"amount": "0.01", "currency": "EUR"},
        "actualRevenue": {"amount": "0.00"},
    }
    met = [{"kind": "CERTIFICATION", "isMet": True}, {"kind": "REVENUE", "isMet": True}]
    assert answer["partnerMembership"]["tierEligibility"] == [
        {"tier": {"name": "Silver"}, "isEligible": True, "requirements": met, "missing": []},
        {
            "tier": {"name": "Gold"},
            "isEligible": False,
            "requirements": [{"kind": "CERTIFICATION", "isMet": False}] * 2,
            "missing": missing,
        },
        {
            "tier": {"name": "Euro"},
            "isEligible": False,
            "requirements": [{"kind": "REVENUE", "isMet": False}],
            "missing": [euros],
        },
    ]


async def test_what_a_tier_takes_is_replaced_as_a_whole(work: Work) -> None:
    course, design = await a_certification(work), await a_certification(work, "Architect")
    tier = await a_tier(work, certifications=[(course.id, 2)])
    row = partner_programs.TierRow(values={"certifications": [(design.id, 1)]}, id=tier.id)
    assert (await partner_programs.upsert_tiers(work, [row]))[0].outcome == "UPDATED"
    await work.flush()
    assert (await partner_programs.upsert_tiers(work, [row]))[0].outcome == "UNCHANGED"
    twice = partner_programs.TierRow(values={"certifications": [(design.id, 1), (design.id, 2)]}, id=tier.id)
    with pytest.raises(Invalid, match="named twice"):
        (await partner_programs.upsert_tiers(work, [twice]))[0].unwrap()
