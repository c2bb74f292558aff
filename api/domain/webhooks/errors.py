"""Refusals about webhook endpoints."""

from dataclasses import dataclass

from api.domain.kernel import NotAllowed


@dataclass(eq=False)
class NotOwner(NotAllowed):
    """Somebody else's rights would send what the caller writes, to where the caller says."""

    def __str__(self) -> str:
        return (
            f"only its owner can {self.action} this {self.type}, because it is sent with the owner's rights; "
            "make it yours first with `webhookEndpointTakeOver`"
        )
