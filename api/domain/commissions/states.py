"""What commissions are reckoned from, and the life of one, as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CommissionBasis(StrEnum):
    NET_REVENUE = "NET_REVENUE"
    MARGIN = "MARGIN"


class CommissionStatus(StrEnum):
    ACCRUED = "ACCRUED"
    APPROVED = "APPROVED"
    PAID = "PAID"
    REVERSED = "REVERSED"


class EntryKind(StrEnum):
    """What an entry of the ledger says. ACCRUED is what we owe more, PAID and REVERSED are less, APPROVED is 0."""

    ACCRUED = "ACCRUED"
    APPROVED = "APPROVED"
    PAID = "PAID"
    REVERSED = "REVERSED"


# Status → verb → the status it leads to. A reversal of a part leaves the status as it is.
TRANSITIONS: Mapping[CommissionStatus, Mapping[str, CommissionStatus]] = MappingProxyType(
    {
        CommissionStatus.ACCRUED: MappingProxyType(
            {"approve": CommissionStatus.APPROVED, "reverse": CommissionStatus.REVERSED}
        ),
        CommissionStatus.APPROVED: MappingProxyType(
            {"pay": CommissionStatus.PAID, "reverse": CommissionStatus.REVERSED}
        ),
        CommissionStatus.PAID: MappingProxyType({"reverse": CommissionStatus.REVERSED}),
        CommissionStatus.REVERSED: MappingProxyType({}),
    }
)
