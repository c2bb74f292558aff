"""The life of a membership, and how far a partner user sees, as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class MembershipStatus(StrEnum):
    APPLIED = "APPLIED"
    APPROVED = "APPROVED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


class PartnerRole(StrEnum):
    """The part of a partner in a sale. Revenue is sourced by the originator, influenced by partners of any role."""

    ORIGINATOR = "ORIGINATOR"
    RESELLER = "RESELLER"
    IMPLEMENTER = "IMPLEMENTER"
    INFLUENCER = "INFLUENCER"


class PartnerScope(StrEnum):
    """What a partner user sees of what partners do: his own, his account's, or that of the accounts below it, too."""

    OWN = "OWN"
    ACCOUNT = "ACCOUNT"
    SUBTREE = "SUBTREE"


# Status → verb → the status it leads to.
TRANSITIONS: Mapping[MembershipStatus, Mapping[str, MembershipStatus]] = MappingProxyType(
    {
        MembershipStatus.APPLIED: MappingProxyType(
            {"approve": MembershipStatus.APPROVED, "terminate": MembershipStatus.TERMINATED}
        ),
        MembershipStatus.APPROVED: MappingProxyType(
            {"activate": MembershipStatus.ACTIVE, "terminate": MembershipStatus.TERMINATED}
        ),
        MembershipStatus.ACTIVE: MappingProxyType(
            {
                "change_tier": MembershipStatus.ACTIVE,
                "review": MembershipStatus.ACTIVE,
                "suspend": MembershipStatus.SUSPENDED,
                "terminate": MembershipStatus.TERMINATED,
            }
        ),
        MembershipStatus.SUSPENDED: MappingProxyType(
            {"resume": MembershipStatus.ACTIVE, "terminate": MembershipStatus.TERMINATED}
        ),
        MembershipStatus.TERMINATED: MappingProxyType({}),
    }
)
