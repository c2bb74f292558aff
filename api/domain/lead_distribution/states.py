"""The life of an offer as data."""

from enum import StrEnum
from types import MappingProxyType

from api.domain.kernel import Machine


class OfferStatus(StrEnum):
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


class DeclineReason(StrEnum):
    NO_CAPACITY = "NO_CAPACITY"
    WRONG_TERRITORY = "WRONG_TERRITORY"
    WRONG_FIT = "WRONG_FIT"
    KNOWN_CUSTOMER = "KNOWN_CUSTOMER"
    OTHER = "OTHER"


class Standing(StrEnum):
    """What became of a member when a lead was offered: why it was asked, or why not."""

    CHOSEN = "CHOSEN"
    NOT_DRAWN = "NOT_DRAWN"
    FARTHER = "FARTHER"
    NO_SKILLS = "NO_SKILLS"
    FULL = "FULL"
    PAUSED = "PAUSED"
    NO_WEIGHT = "NO_WEIGHT"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


# `expire` is the timer's.
TRANSITIONS: Machine[OfferStatus] = MappingProxyType(
    {
        OfferStatus.OFFERED: MappingProxyType(
            {"accept": OfferStatus.ACCEPTED, "decline": OfferStatus.DECLINED, "expire": OfferStatus.EXPIRED}
        ),
        OfferStatus.ACCEPTED: MappingProxyType({}),
        OfferStatus.DECLINED: MappingProxyType({}),
        OfferStatus.EXPIRED: MappingProxyType({}),
    }
)
