"""Sharing records with outsiders: partner users of an account, or one contact."""

from .models import FieldProfile, FieldProfileSet, RecordShare

__all__ = ["FieldProfile", "FieldProfileSet", "RecordShare"]
