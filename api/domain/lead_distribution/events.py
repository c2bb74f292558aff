"""What happens when leads are distributed, beyond created and updated. Ids are in their wire form."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class LeadOffered(Event):
    type: ClassVar[str] = "partner_lead_offer.offered"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    expires_at: datetime


@dataclass(frozen=True)
class OfferAccepted(Event):
    type: ClassVar[str] = "partner_lead_offer.accepted"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class OfferDeclined(Event):
    type: ClassVar[str] = "partner_lead_offer.declined"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class OfferExpired(Event):
    type: ClassVar[str] = "partner_lead_offer.expired"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class LeadTaken(Event):
    """A partner has accepted the lead."""

    type: ClassVar[str] = "lead.taken_by_partner"
    tells: ClassVar[tuple[str, ...]] = ("partner", "routing")
    partner: str


@dataclass(frozen=True)
class LeadQueued(Event):
    """No partner is left to ask."""

    type: ClassVar[str] = "lead.queued_internally"
    tells: ClassVar[tuple[str, ...]] = ("routing",)
    asked: int
