"""What happens to commissions, beyond created and updated. Amounts are in minor units, ids in their wire form."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class CommissionAccrued(Event):
    type: ClassVar[str] = "partner_commission.accrued"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    account: str
    plan: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class CommissionApproved(Event):
    type: ClassVar[str] = "partner_commission.approved"
    tells: ClassVar[tuple[str, ...]] = ("status",)


@dataclass(frozen=True)
class CommissionPaid(Event):
    type: ClassVar[str] = "partner_commission.paid"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    amount_minor: int
    currency: str
    paid_on: date


@dataclass(frozen=True)
class CommissionReversed(Event):
    """All of it, or a part; `status` tells which."""

    type: ClassVar[str] = "partner_commission.reversed"
    tells: ClassVar[tuple[str, ...]] = ("status",)
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True)
class StatementIssued(Event):
    type: ClassVar[str] = "partner_commission_statement.issued"
    tells: ClassVar[tuple[str, ...]] = ("endsOn",)
    account: str
    ends_on: date
    closing_minor: int
    currency: str
