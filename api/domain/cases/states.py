"""The life of a case as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CaseStatus(StrEnum):
    NEW = "NEW"
    OPEN = "OPEN"
    WAITING_CUSTOMER = "WAITING_CUSTOMER"
    WAITING_THIRD_PARTY = "WAITING_THIRD_PARTY"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    DUPLICATE = "DUPLICATE"


class CaseOrigin(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    WEB = "WEB"
    CHAT = "CHAT"
    SOCIAL = "SOCIAL"
    API = "API"
    PARTNER = "PARTNER"


class CaseType(StrEnum):
    QUESTION = "QUESTION"
    PROBLEM = "PROBLEM"
    REQUEST = "REQUEST"
    COMPLAINT = "COMPLAINT"
    OTHER = "OTHER"


class CasePriority(StrEnum):
    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    URGENT = "URGENT"


class CaseSeverity(StrEnum):
    MINOR = "MINOR"
    MAJOR = "MAJOR"
    CRITICAL = "CRITICAL"


class ResolutionCode(StrEnum):
    SOLVED = "SOLVED"
    WORKAROUND = "WORKAROUND"
    ANSWERED = "ANSWERED"
    NOT_REPRODUCIBLE = "NOT_REPRODUCIBLE"
    WILL_NOT_FIX = "WILL_NOT_FIX"
    NO_REPLY = "NO_REPLY"


class AssignmentWay(StrEnum):
    """How a case came to an agent, or left him."""

    CHOSEN = "CHOSEN"
    TAKEN = "TAKEN"
    GIVEN = "GIVEN"
    RELEASED = "RELEASED"
    QUEUED = "QUEUED"


class EscalationTrigger(StrEnum):
    MILESTONE_WARNED = "MILESTONE_WARNED"
    MILESTONE_VIOLATED = "MILESTONE_VIOLATED"
    AGE = "AGE"
    REOPENED = "REOPENED"


# Status → verb → the status it leads to. What customers do makes steps, too: a reply resumes or reopens a case.
TRANSITIONS: Mapping[CaseStatus, Mapping[str, CaseStatus]] = MappingProxyType(
    {
        CaseStatus.NEW: MappingProxyType(
            {
                "start": CaseStatus.OPEN,
                "mark_duplicate": CaseStatus.DUPLICATE,
                "cancel": CaseStatus.CANCELLED,
            }
        ),
        CaseStatus.OPEN: MappingProxyType(
            {
                "wait_for_customer": CaseStatus.WAITING_CUSTOMER,
                "wait_for_third_party": CaseStatus.WAITING_THIRD_PARTY,
                "resolve": CaseStatus.RESOLVED,
                "mark_duplicate": CaseStatus.DUPLICATE,
                "cancel": CaseStatus.CANCELLED,
            }
        ),
        CaseStatus.WAITING_CUSTOMER: MappingProxyType(
            {"resume": CaseStatus.OPEN, "resolve": CaseStatus.RESOLVED, "cancel": CaseStatus.CANCELLED}
        ),
        CaseStatus.WAITING_THIRD_PARTY: MappingProxyType({"resume": CaseStatus.OPEN, "resolve": CaseStatus.RESOLVED}),
        CaseStatus.RESOLVED: MappingProxyType({"reopen": CaseStatus.OPEN, "close": CaseStatus.CLOSED}),
        CaseStatus.CLOSED: MappingProxyType({}),
        CaseStatus.CANCELLED: MappingProxyType({}),
        CaseStatus.DUPLICATE: MappingProxyType({}),
    }
)
FINISHED = frozenset(status for status, verbs in TRANSITIONS.items() if not verbs)  # read-only for ever
UNSETTLED = frozenset(set(CaseStatus) - FINISHED - {CaseStatus.RESOLVED})  # somebody has to work on it
