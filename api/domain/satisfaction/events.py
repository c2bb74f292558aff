"""What happens to requests, beyond created, archived and restored."""

from dataclasses import dataclass
from typing import ClassVar

from api.domain.kernel import Event


@dataclass(frozen=True)
class SatisfactionAnswered(Event):
    type: ClassVar[str] = "satisfaction_request.answered"
    tells: ClassVar[tuple[str, ...]] = ("status", "score")
    score: int


@dataclass(frozen=True)
class SatisfactionDeclined(Event):
    """The contact does not want to be asked."""

    type: ClassVar[str] = "satisfaction_request.declined"
    tells: ClassVar[tuple[str, ...]] = ("status",)
