"""Lead distribution: partners are asked one after the other whether they take a lead, by territory and weight."""

from .choosing import Choice, Member, Wanted, choose
from .events import LeadOffered, LeadQueued, LeadTaken, OfferAccepted, OfferDeclined, OfferExpired
from .models import PartnerLeadCandidate, PartnerLeadOffer, PartnerLeadProfile
from .profiles import (
    ProfileRow,
    ProfileValues,
    archive_profile,
    create_profile,
    restore_profile,
    upsert_profiles,
)
from .service import EXPIRE, accept, decline, distribute, expire
from .states import TRANSITIONS, DeclineReason, OfferStatus, Standing

__all__ = [
    "EXPIRE",
    "TRANSITIONS",
    "Choice",
    "DeclineReason",
    "LeadOffered",
    "LeadQueued",
    "LeadTaken",
    "Member",
    "OfferAccepted",
    "OfferDeclined",
    "OfferExpired",
    "OfferStatus",
    "PartnerLeadCandidate",
    "PartnerLeadOffer",
    "PartnerLeadProfile",
    "ProfileRow",
    "ProfileValues",
    "Standing",
    "Wanted",
    "accept",
    "archive_profile",
    "choose",
    "create_profile",
    "decline",
    "distribute",
    "expire",
    "restore_profile",
    "upsert_profiles",
]
