"""What is asked, and what became of it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from api.domain.kernel import Machine


class SatisfactionKind(StrEnum):
    CSAT = "CSAT"
    NPS = "NPS"


class RequestStatus(StrEnum):
    ASKED = "ASKED"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"


SCORES: Mapping[SatisfactionKind, tuple[int, int]] = MappingProxyType(
    {SatisfactionKind.CSAT: (1, 5), SatisfactionKind.NPS: (0, 10)}
)
R = RequestStatus
TRANSITIONS: Machine[RequestStatus] = MappingProxyType(
    {
        R.ASKED: MappingProxyType({"answer": R.ANSWERED, "decline": R.DECLINED}),
        R.ANSWERED: MappingProxyType({}),
        R.DECLINED: MappingProxyType({}),
    }
)
