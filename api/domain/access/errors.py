"""Refusals of access administration."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.domain.kernel import NotAllowed

SHOWN = 3


@dataclass(eq=False)
class BeyondOwnRights(NotAllowed):
    """Somebody would give, change or take rights that he does not have himself; `missing` are those, in words."""

    missing: Sequence[str] = ()

    def __str__(self) -> str:
        more = len(self.missing) - SHOWN
        told = ", ".join(self.missing[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        return (
            f"you cannot {self.action} this {self.type}: it holds rights that you have not ({told}); "
            "ask somebody who has them, or leave them out"
        )
