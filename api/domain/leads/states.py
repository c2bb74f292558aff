"""The life of a lead as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from api.domain.kernel import Machine


class LeadStatus(StrEnum):
    NEW = "NEW"
    WORKING = "WORKING"
    QUALIFIED = "QUALIFIED"
    NURTURING = "NURTURING"
    UNQUALIFIED = "UNQUALIFIED"
    CONVERTED = "CONVERTED"


class LeadRating(StrEnum):
    """How likely a sale seems to whoever knows the lead."""

    HOT = "HOT"
    WARM = "WARM"
    COLD = "COLD"


class LeadRouting(StrEnum):
    """Where the distribution among partners has led."""

    OFFERED = "OFFERED"
    PARTNER = "PARTNER"
    INTERNAL = "INTERNAL"


class UnqualifiedReason(StrEnum):
    NO_NEED = "NO_NEED"
    NO_BUDGET = "NO_BUDGET"
    NOT_REACHABLE = "NOT_REACHABLE"
    WRONG_FIT = "WRONG_FIT"
    COMPETITOR = "COMPETITOR"
    DUPLICATE = "DUPLICATE"
    SPAM = "SPAM"
    OTHER = "OTHER"


ASIDE: Mapping[str, LeadStatus] = MappingProxyType(
    {"nurture": LeadStatus.NURTURING, "disqualify": LeadStatus.UNQUALIFIED}
)
# `convert` is the last step: what it leads to is read-only.
TRANSITIONS: Machine[LeadStatus] = MappingProxyType(
    {
        LeadStatus.NEW: MappingProxyType({"start": LeadStatus.WORKING, **ASIDE}),
        LeadStatus.WORKING: MappingProxyType({"qualify": LeadStatus.QUALIFIED, **ASIDE}),
        LeadStatus.QUALIFIED: MappingProxyType({"convert": LeadStatus.CONVERTED, **ASIDE}),
        LeadStatus.NURTURING: MappingProxyType({"reopen": LeadStatus.WORKING}),
        LeadStatus.UNQUALIFIED: MappingProxyType({"reopen": LeadStatus.WORKING}),
        LeadStatus.CONVERTED: MappingProxyType({}),
    }
)
