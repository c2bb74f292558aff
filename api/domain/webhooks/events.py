"""What happens to webhook endpoints, beyond created, updated and archived."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class WebhookEndpointDisabled(Event):
    type: ClassVar[str] = "webhook_endpoint.disabled"
    tells: ClassVar[tuple[str, ...]] = ("state",)
    reason: str
