"""Webhooks on their way: which are due, what is in them, what the receivers answer."""

from .claims import delete_expired, follow
from .loop import Deliveries
from .sender import NotFitting, Payloads, Sender

__all__ = ["Deliveries", "NotFitting", "Payloads", "Sender", "delete_expired", "follow"]
