"""The life of a deal registration as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from api.domain.kernel import Machine


class RegistrationStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    CONVERTED = "CONVERTED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


class MatchedBy(StrEnum):
    """How the account of the end customer was found, the surest first."""

    ACCOUNT = "ACCOUNT"
    DOMAIN = "DOMAIN"
    TAX_ID = "TAX_ID"
    NAME = "NAME"


class ConflictKind(StrEnum):
    """What stands against a registration; never told to partners."""

    REGISTERED = "REGISTERED"
    EARLIER = "EARLIER"
    DIRECT = "DIRECT"
    INSTALLED_BASE = "INSTALLED_BASE"


class RejectionReason(StrEnum):
    CONFLICT = "CONFLICT"
    NOT_QUALIFIED = "NOT_QUALIFIED"
    EVIDENCE = "EVIDENCE"
    DUPLICATE = "DUPLICATE"
    OTHER = "OTHER"


S = RegistrationStatus
UNDECIDED = (S.SUBMITTED, S.UNDER_REVIEW)
CLAIMING = (*UNDECIDED, S.APPROVED)  # these stand against others for the same customer
WITHDRAW: Mapping[str, RegistrationStatus] = MappingProxyType({"withdraw": S.WITHDRAWN})
# `expire` is the timer's.
TRANSITIONS: Machine[RegistrationStatus] = MappingProxyType(
    {
        S.DRAFT: MappingProxyType({"submit": S.SUBMITTED, **WITHDRAW}),
        S.SUBMITTED: MappingProxyType({"review": S.UNDER_REVIEW, "reject": S.REJECTED, **WITHDRAW}),
        S.UNDER_REVIEW: MappingProxyType(
            {"approve": S.APPROVED, "override": S.UNDER_REVIEW, "reject": S.REJECTED, **WITHDRAW}
        ),
        S.APPROVED: MappingProxyType({"extend": S.APPROVED, "convert": S.CONVERTED, "expire": S.EXPIRED, **WITHDRAW}),
        S.REJECTED: MappingProxyType({}),
        S.CONVERTED: MappingProxyType({}),
        S.EXPIRED: MappingProxyType({}),
        S.WITHDRAWN: MappingProxyType({}),
    }
)
