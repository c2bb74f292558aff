"""Webhooks: where events are sent to, what is sent, and how it went."""

from .deliveries import FOLLOW, MOST_REPLAYED, PREFIX, TEST_TYPE, replay, replay_range, send_test
from .errors import NotOwner
from .events import WebhookEndpointDisabled
from .messages import TooLarge, body, new_secret, shown, signed
from .models import (
    DeliveryState,
    DisabledReason,
    Ordering,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookHealth,
    WebhookSecret,
    WebhookState,
)
from .secrets import CannotOpen, Sealer
from .service import (
    LONGEST_DOCUMENT,
    LONGEST_OVERLAP_HOURS,
    EndpointValues,
    archive,
    create,
    disable,
    enable,
    event_types,
    rotate_secret,
    take_over,
    update,
)

__all__ = [
    "FOLLOW",
    "LONGEST_DOCUMENT",
    "LONGEST_OVERLAP_HOURS",
    "MOST_REPLAYED",
    "PREFIX",
    "TEST_TYPE",
    "CannotOpen",
    "DeliveryState",
    "DisabledReason",
    "EndpointValues",
    "NotOwner",
    "Ordering",
    "Sealer",
    "TooLarge",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEndpointDisabled",
    "WebhookHealth",
    "WebhookSecret",
    "WebhookState",
    "archive",
    "body",
    "create",
    "disable",
    "enable",
    "event_types",
    "new_secret",
    "replay",
    "replay_range",
    "rotate_secret",
    "send_test",
    "shown",
    "signed",
    "take_over",
    "update",
]
