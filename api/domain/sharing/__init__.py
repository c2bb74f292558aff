"""Sharing records with outsiders: partner users of an account, or one contact."""

from .credentials import OUTSIDERS, create_for_contact
from .models import FieldProfile, FieldProfileSet, RecordShare
from .service import (
    ProfileValues,
    ShareValues,
    archive_profile,
    change,
    create_profile,
    restore_profile,
    revoke,
    share,
    shareable,
    shareable_sets,
    update_profile,
)

__all__ = [
    "OUTSIDERS",
    "FieldProfile",
    "FieldProfileSet",
    "ProfileValues",
    "RecordShare",
    "ShareValues",
    "archive_profile",
    "change",
    "create_for_contact",
    "create_profile",
    "restore_profile",
    "revoke",
    "share",
    "shareable",
    "shareable_sets",
    "update_profile",
]
