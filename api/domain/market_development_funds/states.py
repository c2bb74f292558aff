"""The lives of fund requests and claims as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class FundRequestStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class FundClaimStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    PAID = "PAID"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class FundActivity(StrEnum):
    """What the money is for."""

    EVENT = "EVENT"
    ADVERTISING = "ADVERTISING"
    CONTENT = "CONTENT"
    TRAINING = "TRAINING"
    OTHER = "OTHER"


# Status → verb → the status it leads to.
REQUEST_TRANSITIONS: Mapping[FundRequestStatus, Mapping[str, FundRequestStatus]] = MappingProxyType(
    {
        FundRequestStatus.SUBMITTED: MappingProxyType(
            {
                "approve": FundRequestStatus.APPROVED,
                "reject": FundRequestStatus.REJECTED,
                "withdraw": FundRequestStatus.WITHDRAWN,
            }
        ),
        FundRequestStatus.APPROVED: MappingProxyType({}),
        FundRequestStatus.REJECTED: MappingProxyType({}),
        FundRequestStatus.WITHDRAWN: MappingProxyType({}),
    }
)
CLAIM_TRANSITIONS: Mapping[FundClaimStatus, Mapping[str, FundClaimStatus]] = MappingProxyType(
    {
        FundClaimStatus.SUBMITTED: MappingProxyType(
            {
                "approve": FundClaimStatus.APPROVED,
                "reject": FundClaimStatus.REJECTED,
                "withdraw": FundClaimStatus.WITHDRAWN,
            }
        ),
        FundClaimStatus.APPROVED: MappingProxyType({"pay": FundClaimStatus.PAID}),
        FundClaimStatus.PAID: MappingProxyType({}),
        FundClaimStatus.REJECTED: MappingProxyType({}),
        FundClaimStatus.WITHDRAWN: MappingProxyType({}),
    }
)
