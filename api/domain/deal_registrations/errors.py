"""Refusals about deal registrations."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import NotAllowed

from .states import ConflictKind

SAID = {
    ConflictKind.REGISTERED: "another registration protects this customer; reject this one, or wait until that ends",
    ConflictKind.EARLIER: "another partner's registration for this customer came earlier; decide that one first",
    ConflictKind.DIRECT: "colleagues work on an open deal with this customer",
    ConflictKind.INSTALLED_BASE: "this customer has bought this from us already",
}


@dataclass(eq=False)
class RegistrationConflict(NotAllowed):
    """Something stands against the approval of a registration; what it is, only staff are told."""

    code: ClassVar[str] = "CONFLICT"
    kind: ConflictKind = ConflictKind.REGISTERED

    def __str__(self) -> str:
        if self.kind is ConflictKind.REGISTERED:
            return SAID[self.kind]
        return f"{SAID[self.kind]}; reject this one, or override the conflict with a reason"
