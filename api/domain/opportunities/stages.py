"""The life of an opportunity as data.

Stages are rows of the tenant; the kind of its stage gives an opportunity its status.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """What a stage means, and so whether an opportunity in it is open, won or lost."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class ForecastCategory(StrEnum):
    PIPELINE = "PIPELINE"
    BEST_CASE = "BEST_CASE"
    COMMIT = "COMMIT"
    CLOSED = "CLOSED"
    OMITTED = "OMITTED"


class OpportunityType(StrEnum):
    NEW_BUSINESS = "NEW_BUSINESS"
    EXPANSION = "EXPANSION"
    RENEWAL = "RENEWAL"
    WIN_BACK = "WIN_BACK"


class ContactRole(StrEnum):
    """The part of a contact in the decision."""

    DECISION_MAKER = "DECISION_MAKER"
    INFLUENCER = "INFLUENCER"
    CHAMPION = "CHAMPION"
    USER = "USER"
    BLOCKER = "BLOCKER"
    OTHER = "OTHER"


class SplitKind(StrEnum):
    """What a user's share is of: the revenue itself, or credit beside it."""

    REVENUE = "REVENUE"
    OVERLAY = "OVERLAY"


# Status → verb → the status it leads to. `advance` stays in the pipeline, `move_pipeline` leaves it.
TRANSITIONS: Mapping[Status, Mapping[str, Status]] = MappingProxyType(
    {
        Status.OPEN: MappingProxyType(
            {"advance": Status.OPEN, "move_pipeline": Status.OPEN, "win": Status.WON, "lose": Status.LOST}
        ),
        Status.WON: MappingProxyType({"reopen": Status.OPEN}),
        Status.LOST: MappingProxyType({"reopen": Status.OPEN}),
    }
)

# What closing makes of the figures, whatever they were before.
CLOSED_FIGURES: Mapping[Status, tuple[int, ForecastCategory]] = MappingProxyType(
    {Status.WON: (100, ForecastCategory.CLOSED), Status.LOST: (0, ForecastCategory.OMITTED)}
)
