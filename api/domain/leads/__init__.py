"""Leads: people and companies that may become customers, until they do."""

from .conversion import Conversion, DealValues, convert
from .events import (
    LeadAssigned,
    LeadConverted,
    LeadDisqualified,
    LeadNurtured,
    LeadQualified,
    LeadReopened,
    LeadStarted,
)
from .models import Lead
from .moves import disqualify, nurture, qualify, reopen, start
from .service import (
    LeadRow,
    LeadValues,
    archive,
    assign_to,
    checked_skills,
    create,
    restore,
    update,
    upsert_many,
)
from .states import TRANSITIONS, LeadRating, LeadRouting, LeadStatus, UnqualifiedReason

__all__ = [
    "TRANSITIONS",
    "Conversion",
    "DealValues",
    "Lead",
    "LeadAssigned",
    "LeadConverted",
    "LeadDisqualified",
    "LeadNurtured",
    "LeadQualified",
    "LeadRating",
    "LeadReopened",
    "LeadRouting",
    "LeadRow",
    "LeadStarted",
    "LeadStatus",
    "LeadValues",
    "UnqualifiedReason",
    "archive",
    "assign_to",
    "checked_skills",
    "convert",
    "create",
    "disqualify",
    "nurture",
    "qualify",
    "reopen",
    "restore",
    "start",
    "update",
    "upsert_many",
]
