"""Refusals of what customers send back."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import DomainError


@dataclass(eq=False)
class AnswerRefused(DomainError):
    """The link takes no answer: it was answered or declined, or is too old. `reason` is for the log."""

    code: ClassVar[str] = "ANSWER_REFUSED"
    reason: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "this question takes no answer any more"
