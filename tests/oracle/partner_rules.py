"""What the API says of the fields of leads, of partners and of the deals that they register."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.oracle.memory import Row
from tests.oracle.seeing import World
from tests.oracle.service_rules import steps
from tests.oracle.wire import Money, same

Steps = Mapping[str, Sequence[tuple[str, str]]]
ASIDE = [("NURTURE", "NURTURING"), ("DISQUALIFY", "UNQUALIFIED")]
LEAD_STEPS: Steps = {
    "NEW": [("START", "WORKING"), *ASIDE],
    "WORKING": [("QUALIFY", "QUALIFIED"), *ASIDE],
    "QUALIFIED": [("CONVERT", "CONVERTED"), *ASIDE],
    "NURTURING": [("REOPEN", "WORKING")],
    "UNQUALIFIED": [("REOPEN", "WORKING")],
}
TERMINATE = ("TERMINATE", "TERMINATED")
MEMBERSHIP_STEPS: Steps = {
    "APPLIED": [("APPROVE", "APPROVED"), TERMINATE],
    "APPROVED": [("ACTIVATE", "ACTIVE"), TERMINATE],
    "ACTIVE": [("CHANGE_TIER", "ACTIVE"), ("REVIEW", "ACTIVE"), ("SUSPEND", "SUSPENDED"), TERMINATE],
    "SUSPENDED": [("RESUME", "ACTIVE"), TERMINATE],
}
WITHDRAW, REJECT = ("WITHDRAW", "WITHDRAWN"), ("REJECT", "REJECTED")
REGISTRATION_STEPS: Steps = {
    "DRAFT": [("SUBMIT", "SUBMITTED"), WITHDRAW],
    "SUBMITTED": [("REVIEW", "UNDER_REVIEW"), REJECT, WITHDRAW],
    "UNDER_REVIEW": [("APPROVE", "APPROVED"), ("OVERRIDE", "UNDER_REVIEW"), REJECT, WITHDRAW],
    "APPROVED": [("EXTEND", "APPROVED"), ("CONVERT", "CONVERTED"), WITHDRAW],
}
DECIDE = [("APPROVE", "APPROVED"), REJECT, WITHDRAW]
FUND_REQUEST_STEPS: Steps = {"SUBMITTED": DECIDE}
FUND_CLAIM_STEPS: Steps = {"SUBMITTED": DECIDE, "APPROVED": [("PAY", "PAID")]}
OFFER_STEPS: Steps = {"OFFERED": [("ACCEPT", "ACCEPTED"), ("DECLINE", "DECLINED")]}


def approved(row: Row, _world: World) -> Money:
    return Money(row.approved_minor, row.currency)


FACTS: Mapping[tuple[str, str], Callable[[Row, World], Any]] = {
    ("PartnerFundClaim", "approvedAmount"): approved,
    ("PartnerFundRequest", "approvedAmount"): approved,
}


def pointing(type_: str, column: str) -> Callable[[Row, World], list[Row]]:
    """The rows of a type of which the row is in that column."""
    return lambda row, world: [one for one in world.all(type_) if getattr(one, column) == row.id]


def possible(machine: Steps, type_: str) -> Callable[[Row, World], list[Row]]:
    return steps(machine, f"{type_}Transition", "status")


LISTS: Mapping[tuple[str, str], Callable[[Row, World], list[Row]]] = {
    ("Account", "acceptedLeads"): pointing("Lead", "partner_id"),
    ("Account", "dealRegistrations"): pointing("DealRegistration", "partner_id"),
    ("Account", "leads"): pointing("Lead", "account_id"),
    ("Account", "registrationsOfIt"): pointing("DealRegistration", "customer_account_id"),
    ("DealRegistration", "availableTransitions"): possible(REGISTRATION_STEPS, "DealRegistration"),
    ("Lead", "availableTransitions"): possible(LEAD_STEPS, "Lead"),
    ("PartnerFundClaim", "availableTransitions"): possible(FUND_CLAIM_STEPS, "PartnerFundClaim"),
    ("PartnerFundRequest", "availableTransitions"): possible(FUND_REQUEST_STEPS, "PartnerFundRequest"),
    ("PartnerLeadOffer", "availableTransitions"): possible(OFFER_STEPS, "PartnerLeadOffer"),
    ("PartnerMembership", "availableTransitions"): possible(MEMBERSHIP_STEPS, "PartnerMembership"),
}
SHORT_LISTS: Mapping[tuple[str, str], Sequence[str]] = {
    ("Opportunity", "partners"): ["account_id"],
    ("PartnerLeadOffer", "candidates"): ["standing", "partner_id"],
    ("PartnerTier", "certifications"): ["certification_id"],
}
FIXED_ORDERS: Mapping[str, tuple[Sequence[str], bool]] = {"PartnerTierHistoryEntry": (["entered_at", "id"], True)}


def tier_by_name(row: Row, names: Mapping[str, Any], world: World) -> bool:
    program = world.one("PartnerProgram", row.program_id)
    if program is None or program.archived_at is not None:
        return False
    return same(row.name, names["name"]) and same(program.name, names["program"])


NATURAL_KEYS: Mapping[tuple[str, str], Callable[[Row, Any, World], bool]] = {("PartnerTier", "byName"): tier_by_name}
