"""Programs, tiers, memberships and partner users through the API, as staff see and write them."""

from collections.abc import Mapping
from itertools import count
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Work, wire
from api.domain.partner_programs import PartnerMembership, PartnerTier
from api.domain.users import User
from tests.factories import a_contact, a_membership, a_program, a_tier, an_account
from tests.graphql_client import Client
from tests.record_writes import ERRORS, NIL, RecordWrites
from tests.watching import nothing_changes


class TestPartnerProgram(RecordWrites):
    noun, type_name = "partnerProgram", "PartnerProgram"
    new: ClassVar[Mapping[str, Any]] = {"name": "Resellers", "reviewMonths": 6, "description": "For those who resell"}
    change: ClassVar[Mapping[str, Any]] = {"acceptsApplications": True, "notes": "New in March"}
    shown = "name reviewMonths description acceptsApplications notes"
    natural = ("name", "Resellers")
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 5, "Restore": 5, "BulkUpsert": 3}


class TestPartnerTier(RecordWrites):
    noun, type_name = "partnerTier", "PartnerTier"
    new: ClassVar[Mapping[str, Any]] = {
        "program": {"name": "Resellers"},
        "name": "Silver",
        "rank": 1,
        "minRevenue": {"amount": "50000.00", "currency": "USD"},
    }
    change: ClassVar[Mapping[str, Any]] = {"weight": 3, "commissionPercent": "7.50"}
    shown = "program { name } name rank weight commissionPercent minRevenue { amount currency }"
    duplicate: ClassVar[list[str]] = ["input", "name"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 5, "Update": 6, "Archive": 5, "Restore": 6, "BulkUpsert": 5}

    @pytest.fixture(autouse=True)
    async def ready(self, work: Work) -> None:
        self.ranks = count(2)
        await a_program(work)
        await a_program(work, "Others")
        await work.finish()

    def another(self, mark: str) -> dict[str, Any]:
        return {**super().another(mark), "rank": next(self.ranks)}

    async def of(self, graphql: Client, person: User) -> str:
        await graphql('mutation { partnerProgramCreate(input: {name: "Resellers"}) { outcome } }', user=person)
        return await super().of(graphql, person)

    async def test_a_reader_can_change_nothing(self, graphql: Client) -> None:
        await graphql('mutation { partnerProgramCreate(input: {name: "P"}) { outcome } }')
        await super().test_a_reader_can_change_nothing(graphql)

    async def test_a_tier_is_named_by_its_program_and_its_name(self, graphql: Client) -> None:
        made = await self.create(graphql)
        match = {"byName": {"program": "resellers", "name": "SILVER"}}
        given = {"match": match, "values": self.change}
        assert (await self.call(graphql, "Upsert", "match values", given))["partnerTier"]["id"] == made["id"]
        other = {"match": {"byName": {"program": "resellers", "name": "Gold"}}, "values": {"rank": 9}}
        assert (await self.call(graphql, "Upsert", "match values", other))["outcome"] == "CREATED"

    @pytest.mark.parametrize(
        ("patch", "path"),
        [
            ({"rank": 0}, "rank"),
            ({"rank": None}, "rank"),
            ({"weight": 1001}, "weight"),
            ({"commissionPercent": "100.01"}, "commissionPercent"),
            ({"mdfPercent": "1.001"}, "mdfPercent"),
            ({"minRevenue": {"amount": "-1", "currency": "USD"}}, "minRevenue"),
            ({"program": {"name": "Others"}}, "program"),
        ],
    )
    async def test_values_that_no_tier_has_are_refused(self, graphql: Client, patch: Any, path: str) -> None:
        made = await self.create(graphql)
        async with nothing_changes(graphql):
            given = {"where": {"id": made["id"]}, "patch": patch}
            payload = await self.call(graphql, "Update", "where patch", given)
        assert self.refusal(payload)[1] == ["patch", path]


# Memberships

STEPS = "status tier { name } availableTransitions { verb status }"
SHOWN = f"{STEPS} startedOn reviewOn endedOn statusReason version"
VERBS = {
    "Approve": "",
    "Activate": ", tier: $tier",
    "ChangeTier": ', tier: $tier, reason: "Sold enough"',
    "Review": ', reviewOn: "2027-01-01"',
    "Suspend": ', reason: "Unpaid invoices"',
    "Resume": "",
    "Terminate": ', reason: "Over"',
}
FROM = {
    "Approve": "APPLIED",
    "Activate": "APPROVED",
    "ChangeTier": "ACTIVE",
    "Review": "ACTIVE",
    "Suspend": "ACTIVE",
    "Resume": "SUSPENDED",
    "Terminate": "ACTIVE",
}


async def membership(work: Work, status: str) -> tuple[PartnerMembership, PartnerTier]:
    """A membership, and another tier of its program."""
    silver = await a_tier(work)
    gold = await a_tier(work, "Gold", silver.program_id, rank=2)
    made = await a_membership(work, tier=silver, status=status)
    await work.finish()
    return made, gold


async def give(graphql: Client, verb: str, id: Any, tier: str = "", more: str = "", **who: Any) -> Any:
    declared = "$where: PartnerMembershipRef!" + (", $tier: PartnerTierRef!" if "$tier" in VERBS[verb] else "")
    field = f"partnerMembership{verb}(where: $where{VERBS[verb]}{more})"
    query = f"mutation({declared}) {{ {field} {{ outcome partnerMembership {{ {SHOWN} }} {ERRORS} }} }}"
    variables = {"where": {"id": id}} | ({"tier": {"id": tier}} if "$tier" in declared else {})
    return (await graphql(query, variables, **who))[f"partnerMembership{verb}"]


def ids(made: PartnerMembership, tier: PartnerTier) -> tuple[str, str]:
    return wire("pmb", made.id), wire("pti", tier.id)


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_makes_its_step_and_a_dry_run_of_it_nothing(graphql: Client, work: Work, verb: str) -> None:
    id, tier = ids(*await membership(work, FROM[verb]))
    async with nothing_changes(graphql):
        tried = await give(graphql, verb, id, tier, ", dryRun: true")
    done = await give(graphql, verb, id, tier)
    assert tried == done
    assert (done["outcome"], done["errors"]) == ("UPDATED", [])
    expected = {
        "Approve": ("APPROVED", ["ACTIVATE", "TERMINATE"]),
        "Suspend": ("SUSPENDED", ["RESUME", "TERMINATE"]),
        "Terminate": ("TERMINATED", []),
    }.get(verb, ("ACTIVE", ["CHANGE_TIER", "REVIEW", "SUSPEND", "TERMINATE"]))
    shown = done["partnerMembership"]
    assert (shown["status"], [one["verb"] for one in shown["availableTransitions"]]) == expected


@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_that_is_not_possible_changes_nothing(graphql: Client, work: Work, verb: str) -> None:
    id, tier = ids(*await membership(work, "TERMINATED"))
    async with nothing_changes(graphql):
        refused = await give(graphql, verb, id, tier)
        reader = await give(graphql, verb, id, tier, as_="read_only")
        nobody = await give(graphql, verb, "pmb_" + NIL, tier)
        stale = await give(graphql, verb, id, tier, ", ifVersion: 99")
    assert [(one["code"], one["path"]) for one in refused["errors"]] == [("ILLEGAL_TRANSITION", [])]
    assert (refused["errors"][0]["state"], refused["errors"][0]["allowed"]) == ("TERMINATED", [])
    assert [one["errors"][0]["code"] for one in (reader, nobody, stale)] == [
        "NOT_ALLOWED",
        "NOT_FOUND",
        "VERSION_CONFLICT",
    ]


async def test_the_steps_are_shown_to_those_who_may_take_them(graphql: Client, work: Work) -> None:
    id, _ = ids(*await membership(work, "APPLIED"))
    query = f"query($id: ID!) {{ partnerMembership(where: {{id: $id}}) {{ {STEPS} }} }}"
    assert (await graphql(query, {"id": id}))["partnerMembership"]["availableTransitions"] == [
        {"verb": "APPROVE", "status": "APPROVED"},
        {"verb": "TERMINATE", "status": "TERMINATED"},
    ]
    reader = await graphql(query, {"id": id}, as_="read_only")
    assert reader["partnerMembership"]["availableTransitions"] == []


async def test_the_history_of_tiers_is_read_with_its_reasons(graphql: Client, work: Work) -> None:
    id, gold = ids(*await membership(work, "ACTIVE"))
    await give(graphql, "ChangeTier", id, gold)
    query = """query($id: ID!) { partnerMembership(where: {id: $id}) { tierHistory { nodes {
      fromTier { name } tier { name } leftAt reason } } } }"""
    assert (await graphql(query, {"id": id}))["partnerMembership"]["tierHistory"]["nodes"] == [
        {"fromTier": {"name": "Silver"}, "tier": {"name": "Gold"}, "leftAt": None, "reason": "Sold enough"},
        {"fromTier": None, "tier": {"name": "Silver"}, "leftAt": "2026-03-02T09:15:00Z", "reason": None},
    ]


APPLY = f"""mutation($input: PartnerMembershipApplyInput!) {{ partnerMembershipApply(input: $input) {{
  outcome partnerMembership {{ status owner {{ name }} }} {ERRORS} }} }}"""


async def test_staff_apply_for_a_partner_once(graphql: Client, work: Work) -> None:
    program, account = await a_program(work), await an_account(work)
    await work.finish()
    given = {"program": {"id": wire("prg", program.id)}, "account": {"id": wire("acc", account.id)}}
    made = (await graphql(APPLY, {"input": given}))["partnerMembershipApply"]
    assert made["partnerMembership"] == {"status": "APPLIED", "owner": {"name": "Ada Admin"}}
    async with nothing_changes(graphql):
        for more, code, path in (
            ({}, "DUPLICATE", ["input", "account"]),
            ({"account": None}, "REQUIRED", ["input", "account"]),
            ({"account": {"id": "acc_" + NIL}}, "NOT_FOUND", ["input", "account"]),
            ({"program": {"id": "prg_" + NIL}}, "NOT_FOUND", ["input", "program"]),
            ({"application": "x" * 5001}, "TOO_LONG", ["input", "application"]),
        ):
            refused = (await graphql(APPLY, {"input": {**given, **more}}))["partnerMembershipApply"]
            assert [(one["code"], one["path"]) for one in refused["errors"]] == [(code, path)]
        reader = (await graphql(APPLY, {"input": given}, as_="read_only"))["partnerMembershipApply"]
        assert reader["errors"][0]["code"] in {"NOT_ALLOWED", "DUPLICATE"}


UPDATE = f"""mutation($id: ID!, $patch: PartnerMembershipPatch!) {{
  partnerMembershipUpdate(where: {{id: $id}}, patch: $patch) {{
    outcome partnerMembership {{ owner {{ name }} reviewOn notes }} {ERRORS} }} }}"""


async def test_what_is_no_step_of_a_membership_is_changed_by_a_patch(graphql: Client, work: Work) -> None:
    id, _ = ids(*await membership(work, "ACTIVE"))
    patch = {"owner": None, "reviewOn": "2026-12-24", "notes": "Visit in May"}
    done = (await graphql(UPDATE, {"id": id, "patch": patch}))["partnerMembershipUpdate"]
    assert done["partnerMembership"] == {"owner": None, "reviewOn": "2026-12-24", "notes": "Visit in May"}
    async with nothing_changes(graphql):
        for more, path in (({"reviewOn": None}, "reviewOn"), ({"owner": {"id": "usr_" + NIL}}, "owner")):
            refused = (await graphql(UPDATE, {"id": id, "patch": more}))["partnerMembershipUpdate"]
            assert refused["errors"][0]["path"] == ["patch", path]
        reader = (await graphql(UPDATE, {"id": id, "patch": patch}, as_="read_only"))["partnerMembershipUpdate"]
        assert reader["errors"][0]["code"] == "NOT_ALLOWED"


# Partner users

MAKE = f"""mutation($contact: ID!, $scope: PartnerScope!) {{
  partnerUserCreate(input: {{contact: {{id: $contact}}, scope: $scope}}) {{
    outcome partnerUser {{ id scope contact {{ name }} }} {ERRORS} }} }}"""
CHANGE = "mutation($id: ID!) {{ partnerUser{}(where: {{id: $id}}{}) {{ outcome partnerUser {{ scope archivedAt }} " + (
    ERRORS.replace("{", "{{").replace("}", "}}") + " }} }}"
)


async def test_a_contact_of_an_account_becomes_a_partner_user_once(graphql: Client, work: Work) -> None:
    account = await an_account(work)
    pat, free = await a_contact(work, "Pat", account_id=account.id), await a_contact(work, "Free")
    await work.finish()
    given = {"contact": wire("con", pat.id), "scope": "ACCOUNT"}
    made = (await graphql(MAKE, given))["partnerUserCreate"]["partnerUser"]
    assert (made["scope"], made["contact"]) == ("ACCOUNT", {"name": "Pat"})
    async with nothing_changes(graphql):
        for contact, code in ((pat.id, "DUPLICATE"), (free.id, "REQUIRED")):
            variables = {"contact": wire("con", contact), "scope": "OWN"}
            refused = (await graphql(MAKE, variables))["partnerUserCreate"]
            assert [(one["code"], one["path"]) for one in refused["errors"]] == [(code, ["input", "contact"])]
        for verb, more in (("SetScope", ", scope: OWN"), ("Archive", ""), ("Restore", "")):
            refused = await graphql(CHANGE.format(verb, more), {"id": made["id"]}, as_="read_only")
            assert refused[f"partnerUser{verb}"]["errors"][0]["code"] == "NOT_ALLOWED"
    for verb, more, shown in (
        ("SetScope", ", scope: OWN", {"scope": "OWN", "archivedAt": None}),
        ("Archive", "", {"scope": "OWN", "archivedAt": "2026-03-02T09:15:00Z"}),
        ("Restore", "", {"scope": "OWN", "archivedAt": None}),
    ):
        done = await graphql(CHANGE.format(verb, more), {"id": made["id"]})
        assert done[f"partnerUser{verb}"]["partnerUser"] == shown
    await graphql(CHANGE.format("Archive", ""), {"id": made["id"]})
    await graphql(MAKE, given)
    async with nothing_changes(graphql):
        refused = (await graphql(CHANGE.format("Restore", ""), {"id": made["id"]}))["partnerUserRestore"]
    assert refused["errors"][0]["code"] == "RESTORE_CONFLICT"
