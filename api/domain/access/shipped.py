"""The roles that every tenant begins with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from api.domain.kernel import Capability, FieldAccess, Level, Right

from .capabilities import EVERY, Cells, capability

CUSTOMERS = ("account", "contact", "lead", "opportunity")
SHELVES = (  # what records refer to
    "product",
    "pipeline",
    "stage",
    "user",
    "team",
    "exchange_rate",
    "business_hours",
    "holiday_calendar",
    "sla_policy",
    "queue",
    "escalation_rule",
    "knowledge_article",
)
PARTNERS = (
    *("partner_program", "partner_tier", "partner_membership", "partner_user"),
    *("certification", "partner_certification"),
    *("partner_marketing_budget", "partner_fund_allocation", "partner_fund_request", "partner_fund_claim"),
    *("deal_registration", "partner_lead_profile", "partner_lead_offer"),
)
COMMISSIONS = ("partner_commission", "partner_commission_entry", "partner_commission_statement")
LOOK = Right(Level.ALL)
ANY_FIELD = ((EVERY, EVERY, FieldAccess.WRITE),)
OWN = Right(Level.OWN, Level.OWN, create=True, delete=True)
TEAM = Right(Level.TEAM, Level.TEAM, create=True, delete=True, export=True)
FULL = Right(Level.ALL, Level.ALL, create=True, delete=True, export=True)
ADDED = Right(Level.ALL, create=True, export=True)  # and never changed
PAID_OUT = Right(Level.ALL, Level.ALL, create=True, export=True)
KEPT = Right(Level.ALL, Level.ALL, create=True)  # everything but taking away


@dataclass(frozen=True)
class Shipped:
    description: str
    rights: Mapping[str, Right]
    fields: tuple[tuple[str, str, FieldAccess], ...] = field(default=ANY_FIELD)

    @property
    def cells(self) -> Cells:
        return Cells(list(self.rights.items()), self.fields)


def on(objects: tuple[str, ...], right: Right) -> dict[str, Right]:
    return dict.fromkeys(objects, right)


SHIPPED: Mapping[str, Shipped] = MappingProxyType(
    {
        "admin": Shipped("Everything, also what later releases bring.", {EVERY: FULL}),
        "sales_manager": Shipped(
            "Sells with the own teams and sees how they do.", {**on(SHELVES, LOOK), **on(CUSTOMERS, TEAM), "case": LOOK}
        ),
        "sales_rep": Shipped("Sells to the own customers.", {**on(SHELVES, LOOK), **on(CUSTOMERS, OWN), "case": LOOK}),
        "support_agent": Shipped(
            "Helps every customer; sees no deals.",
            {**on(SHELVES, LOOK), "account": LOOK, "contact": KEPT, "case": FULL, "entitlement": LOOK}
            | {"knowledge_article": KEPT, "satisfaction_request": FULL},
            (
                (EVERY, "internal_notes", FieldAccess.READ),
                ("contact", EVERY, FieldAccess.WRITE),
                ("case", EVERY, FieldAccess.WRITE),
                ("satisfaction_request", EVERY, FieldAccess.WRITE),
            ),
        ),
        "channel_manager": Shipped(
            "Looks after all partners: programs, memberships, funds, what they are shown.",
            {
                **on(SHELVES, LOOK),
                **on(CUSTOMERS, KEPT),
                **on(PARTNERS, FULL),
                "commission_plan": FULL,
                **on(COMMISSIONS, ADDED),
                "record_share": FULL,
                "field_profile": LOOK,
            },
        ),
        "finance": Shipped(
            "Approves and pays what partners get, and takes it back; sees the sales that it is for.",
            {
                **on(SHELVES, LOOK),
                **on(CUSTOMERS, LOOK),
                **on(PARTNERS, LOOK),
                "commission_plan": LOOK,
                **on(COMMISSIONS, PAID_OUT),
                **on(("partner_fund_request", "partner_fund_claim"), PAID_OUT),
            },
        ),
        "marketer": Shipped(
            "Reads customers and deals, keeps contacts; no internal notes.",
            {**on(SHELVES, LOOK), **on(CUSTOMERS, LOOK), "contact": KEPT},
            ((EVERY, "pii", FieldAccess.WRITE), (EVERY, "commercial", FieldAccess.READ)),
        ),
        "integration": Shipped(
            "A program that keeps customers, products and deals in step with another system.",
            {
                **on(SHELVES, LOOK),
                **on(CUSTOMERS, KEPT),
                "case": KEPT,
                "entitlement": KEPT,
                "satisfaction_request": KEPT,
                "product": KEPT,
                "exchange_rate": KEPT,
            },
        ),
        "read_only": Shipped(
            "Reads everything but credentials.",
            on(
                (
                    *(*SHELVES, *CUSTOMERS, *PARTNERS, "commission_plan", *COMMISSIONS),
                    *("case", "entitlement", "satisfaction_request", "role"),
                ),
                LOOK,
            ),
            ((EVERY, EVERY, FieldAccess.READ),),
        ),
    }
)


@cache
def shipped(role: str) -> Capability:
    """What a shipped role allows, as it was shipped."""
    return capability([role], SHIPPED[role].cells)
