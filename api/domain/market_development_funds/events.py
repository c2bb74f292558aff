"""What happens to fund requests and claims, beyond created and updated. Amounts are in minor units."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class FundRequestSubmitted(Event):
    type: ClassVar[str] = "partner_fund_request.submitted"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class FundRequestApproved(Event):
    type: ClassVar[str] = "partner_fund_request.approved"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class FundRequestRejected(Event):
    type: ClassVar[str] = "partner_fund_request.rejected"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class FundRequestWithdrawn(Event):
    type: ClassVar[str] = "partner_fund_request.withdrawn"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class FundClaimSubmitted(Event):
    type: ClassVar[str] = "partner_fund_claim.submitted"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class FundClaimApproved(Event):
    type: ClassVar[str] = "partner_fund_claim.approved"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class FundClaimRejected(Event):
    type: ClassVar[str] = "partner_fund_claim.rejected"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    reason: str


@dataclass(frozen=True)
class FundClaimPaid(Event):
    type: ClassVar[str] = "partner_fund_claim.paid"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    paid_on: date


@dataclass(frozen=True)
class FundClaimWithdrawn(Event):
    type: ClassVar[str] = "partner_fund_claim.withdrawn"
    tells: ClassVar[tuple[str, ...]] = ("status",)
