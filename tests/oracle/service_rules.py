"""What the API says of the fields of service: cases, their clocks, business hours, knowledge, satisfaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from tests.oracle.memory import Row
from tests.oracle.seeing import World

MICROSECONDS = 1_000_000
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
# Status → the steps from it, in their order, and where each leads.
CASE_STEPS: Mapping[str, Sequence[tuple[str, str]]] = {
    "NEW": [("START", "OPEN"), ("MARK_DUPLICATE", "DUPLICATE"), ("CANCEL", "CANCELLED")],
    "OPEN": [
        ("WAIT_FOR_CUSTOMER", "WAITING_CUSTOMER"),
        ("WAIT_FOR_THIRD_PARTY", "WAITING_THIRD_PARTY"),
        ("RESOLVE", "RESOLVED"),
        ("MARK_DUPLICATE", "DUPLICATE"),
        ("CANCEL", "CANCELLED"),
    ],
    "WAITING_CUSTOMER": [("RESUME", "OPEN"), ("RESOLVE", "RESOLVED"), ("CANCEL", "CANCELLED")],
    "WAITING_THIRD_PARTY": [("RESUME", "OPEN"), ("RESOLVE", "RESOLVED")],
    "RESOLVED": [("REOPEN", "OPEN"), ("CLOSE", "CLOSED")],
}
ARTICLE_STEPS: Mapping[str, Sequence[tuple[str, str]]] = {
    "DRAFT": [("PUBLISH", "PUBLISHED")],
    "PUBLISHED": [("PUBLISH", "PUBLISHED"), ("WITHDRAW", "WITHDRAWN")],
    "WITHDRAWN": [("PUBLISH", "PUBLISHED")],
}
REQUEST_STEPS: Mapping[str, Sequence[tuple[str, str]]] = {"ASKED": [("DECLINE", "DECLINED")]}


def steps(
    machine: Mapping[str, Sequence[tuple[str, str]]], type_: str, leads_to: str
) -> Callable[[Row, World], list[Row]]:
    """The steps of a live record, for those who may change it. `leads_to`: the field that has the status after it."""

    def possible(row: Row, world: World) -> list[Row]:
        if row.archived_at is not None or not world.changes(row):
            return []
        return [Row(type_, {"verb": verb, leads_to: status}) for verb, status in machine.get(row.status, [])]

    return possible


def time_of_day(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def entitlement_status(row: Row, world: World) -> str:
    today = world.now.astimezone(UTC).date()
    if today < row.starts_on:
        return "PLANNED"
    if row.ends_on is not None and row.ends_on < today:
        return "EXPIRED"
    return "EXHAUSTED" if row.remaining_cases == 0 else "ACTIVE"


FACTS: Mapping[tuple[str, str], Callable[[Row, World], Any]] = {
    ("BusinessInterval", "closes"): lambda row, _world: time_of_day(row.closes),
    ("BusinessInterval", "day"): lambda row, _world: WEEKDAYS[row.weekday - 1],
    ("BusinessInterval", "opens"): lambda row, _world: time_of_day(row.opens),
    ("CaseMilestone", "pausedBusinessSeconds"): lambda row, _world: row.paused_us // MICROSECONDS,
    ("Entitlement", "status"): entitlement_status,
}
ONES: Mapping[tuple[str, str], Callable[[Row, World], Row | None]] = {
    ("Case", "sla"): lambda row, world: world.one("SlaVersion", row.sla_version_id),
}


def pointing(column: str) -> Callable[[Row, World], list[Row]]:
    """The cases of which the row is in that column."""
    return lambda row, world: [one for one in world.all("Case") if getattr(one, column) == row.id]


LISTS: Mapping[tuple[str, str], Callable[[Row, World], list[Row]]] = {
    ("Case", "availableTransitions"): steps(CASE_STEPS, "CaseTransition", "leads_to"),
    ("Case", "duplicates"): pointing("duplicate_of_id"),
    ("Case", "followUps"): pointing("follows_id"),
    ("Case", "parts"): pointing("parent_id"),
    ("KnowledgeArticle", "availableTransitions"): steps(ARTICLE_STEPS, "KnowledgeArticleTransition", "status"),
    ("SatisfactionRequest", "availableTransitions"): steps(REQUEST_STEPS, "SatisfactionRequestTransition", "status"),
}
SHORT_LISTS: Mapping[tuple[str, str], Sequence[str]] = {
    ("BusinessHours", "intervals"): ["weekday", "opens"],
    ("Case", "articles"): ["created_at", "article_id"],
    ("Case", "milestones"): ["start_at", "id"],
    ("CaseAssignment", "candidates"): ["standing", "user_id"],
    ("HolidayCalendar", "holidays"): ["day"],
    ("KnowledgeArticle", "versions"): ["revision"],
    ("Queue", "members"): ["user_id"],
    ("SlaPolicy", "versions"): ["revision"],
    ("SlaVersion", "targets"): ["priority", "milestone"],
}
FIXED_ORDERS: Mapping[str, tuple[Sequence[str], bool]] = {
    "CaseArticle": (["created_at", "case_id", "article_id"], True),
    "CaseAssignment": (["created_at", "id"], True),
    "CaseComment": (["created_at", "id"], False),
    "CaseEscalation": (["created_at", "id"], True),
    "CaseStatusHistoryEntry": (["entered_at", "id"], True),
}
