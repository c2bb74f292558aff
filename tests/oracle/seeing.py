"""Who asks, what there is, and what the asker may see of it: the shipped roles, said a second time."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.oracle.memory import Memory, Row, models, objects, prefixes

MODELS, PREFIXES = models(), prefixes()
TYPES = {prefix: type_ for type_, prefix in PREFIXES.items()}


@dataclass(frozen=True)
class Asker:
    """Who asks."""

    tenant: UUID
    principal: UUID
    user: UUID | None
    kind: str
    name: str
    role: str


# Role → what it reads and writes only if it is its own; what it may read at all; what it may change at all.
OWN: dict[str, frozenset[str]] = {"sales_rep": frozenset({"Account", "Contact", "Lead", "Opportunity"})}
SHELVES = frozenset(
    {
        *("pipeline", "product", "stage", "team", "user"),
        *("business_hours", "holiday_calendar", "sla_policy", "queue", "escalation_rule", "knowledge_article"),
    }
)
PARTNERS = frozenset(
    {
        *("certification", "partner_program", "partner_tier", "partner_membership", "partner_user"),
        *("partner_certification", "deal_registration", "partner_lead_profile", "partner_lead_offer"),
        *("partner_marketing_budget", "partner_fund_allocation", "partner_fund_request", "partner_fund_claim"),
        *("commission_plan", "partner_commission", "partner_commission_entry", "partner_commission_statement"),
    }
)
SERVICE = frozenset({"case", "entitlement", "satisfaction_request"})
READS = {
    "sales_rep": SHELVES | {"case"},
    "read_only": SHELVES | PARTNERS | SERVICE | {"account", "contact", "lead", "opportunity", "role"},
}
WRITES_ALL = frozenset({"admin"})
# Rows that tie records together: seen by whoever sees all of them.
TIES: dict[str, dict[str, str]] = {
    "AccountContact": {"account_id": "Account", "contact_id": "Contact"},
    "CaseArticle": {"article_id": "KnowledgeArticle", "case_id": "Case"},
    "OpportunityContactRole": {"contact_id": "Contact", "opportunity_id": "Opportunity"},
    "PartnerTierCertification": {"certification_id": "Certification", "tier_id": "PartnerTier"},
}


def object_of(type_: str) -> str:
    """What rights and events call the records of a type."""
    return str(getattr(MODELS[type_], "object", ""))


@dataclass
class World:
    """What there is, when it is, and who asks."""

    memory: Memory
    now: datetime
    asker: Asker
    seen: dict[str, list[Row]] = field(default_factory=dict)

    def sees(self, row: Row) -> bool:
        if row.tenant_id != self.asker.tenant or not self.reads(row.typename):
            return False
        if row.typename in OWN.get(self.asker.role, ()) and not self.owns(row):
            return False
        ties = TIES.get(row.typename, {})
        return all(self.one(type_, getattr(row, column)) is not None for column, type_ in ties.items())

    def reads(self, type_: str) -> bool:
        """Whether there may be records of the type for the asker; what belongs to a record is seen with it."""
        role, object_ = self.asker.role, object_of(type_)
        return not object_ or role in WRITES_ALL or type_ in OWN.get(role, ()) or object_ in READS[role]

    def changes(self, row: Row) -> bool:
        return self.asker.role in WRITES_ALL or (row.typename in OWN.get(self.asker.role, ()) and self.owns(row))

    def owns(self, row: Row) -> bool:
        return self.asker.user is not None and row.owner_id == self.asker.user

    def all(self, type_: str) -> list[Row]:
        """All rows of the type that the asker may see."""
        if type_ not in self.seen:
            self.seen[type_] = [row for row in self.memory.of(type_) if self.sees(row)]
        return self.seen[type_]

    def one(self, type_: str, id: UUID | None) -> Row | None:
        row = self.memory.one(type_, id)
        return row if row is not None and self.sees(row) else None

    @property
    def tenant(self) -> Row:
        tenant = self.memory.one("Tenant", self.asker.tenant)
        assert tenant is not None
        return tenant

    def day(self, at: datetime) -> date:
        """The day of an instant where the tenant is."""
        return at.astimezone(ZoneInfo(self.tenant.zone)).date()


def viewer(world: World) -> dict[str, Any]:
    asker, prefix = world.asker, "usr" if world.asker.kind == "STAFF" else "tok"
    return {
        "id": f"{prefix}_{asker.principal.hex}",
        "kind": asker.kind,
        "name": asker.name,
        "user": world.one("User", asker.user),
        "tenant": world.tenant,
        "roles": [asker.role],
        "permissions": [right for name in objects() for right in rights(name, asker.role)],
    }


def rights(object_: str, role: str) -> list[str]:
    owned = any(object_ == object_of(type_) for type_ in OWN.get(role, ()))
    if role in WRITES_ALL:
        return [f"{object_}:{verb}:all" for verb in ("read", "write", "create", "delete", "export")]
    if owned:
        return [f"{object_}:read:own", f"{object_}:write:own", f"{object_}:create:all", f"{object_}:delete:all"]
    return [f"{object_}:read:all"] if object_ in READS[role] else []
