"""Deal registrations: partners claim end customers, and one of them is protected for a time."""

from .conversion import convert
from .errors import RegistrationConflict
from .events import (
    DecisionOverdue,
    RegistrationApproved,
    RegistrationConverted,
    RegistrationExpired,
    RegistrationExtended,
    RegistrationOverridden,
    RegistrationRejected,
    RegistrationReviewed,
    RegistrationSubmitted,
    RegistrationWithdrawn,
)
from .models import DealRegistration
from .moves import (
    DECIDE,
    EXPIRE,
    approve,
    expire,
    extend,
    note_overdue,
    override,
    reject,
    review,
    submit,
    withdraw,
)
from .service import RegistrationRow, RegistrationValues, archive, create, restore, update, upsert_many
from .states import TRANSITIONS, ConflictKind, MatchedBy, RegistrationStatus, RejectionReason

__all__ = [
    "DECIDE",
    "EXPIRE",
    "TRANSITIONS",
    "ConflictKind",
    "DealRegistration",
    "DecisionOverdue",
    "MatchedBy",
    "RegistrationApproved",
    "RegistrationConflict",
    "RegistrationConverted",
    "RegistrationExpired",
    "RegistrationExtended",
    "RegistrationOverridden",
    "RegistrationRejected",
    "RegistrationReviewed",
    "RegistrationRow",
    "RegistrationStatus",
    "RegistrationSubmitted",
    "RegistrationValues",
    "RegistrationWithdrawn",
    "RejectionReason",
    "approve",
    "archive",
    "convert",
    "create",
    "expire",
    "extend",
    "note_overdue",
    "override",
    "reject",
    "restore",
    "review",
    "submit",
    "update",
    "upsert_many",
    "withdraw",
]
