"""What the rows of a random tenant are made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from api.domain.kernel.model import Model

NAMES = (
    "Acme|ACME|acme  Ltd|Éclair|eclair|Ångström|Zürich Öl|ŁÓDŹ|Straße 7|strasse 7|株式会社|Ωmega|O'Neill & Söhne|"
    "50% off_x|a\\b|Ʃigma|ﬁne ﬁsh|İstanbul|Æther|naïve|Naive|zz Top|Żubr|Smørrebrød|العربية|😀 smile|A|aa|AA b"
).split("|")
WORDS = "Software|software|Bakery|Öl & Gas|Oil|Retail|Æther".split("|")
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "CHF")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu")


@dataclass
class Maker:
    """Makes the rows of one tenant."""

    random: Random
    now: datetime
    tenant: UUID
    rows: dict[type[Model], list[dict[str, Any]]]
    instants: list[datetime] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    used: int = 0

    def __post_init__(self) -> None:
        self.instants = [self.now - timedelta(seconds=self.random.randrange(90 * 86_400)) for _ in range(4)]
        self.instants += [one.replace(microsecond=0) for one in self.instants[:2]] + [self.now]
        self.days = [self.now.date() + timedelta(days=self.random.randrange(-400, 60)) for _ in range(5)]
        self.days += [self.now.date()]

    def id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def maybe(self, make: Callable[[], Any], probability: float = 0.7) -> Any:
        return make() if self.chance(probability) else None

    def instant(self) -> datetime:
        if self.chance(0.6):
            return self.random.choice(self.instants)
        return self.now + timedelta(microseconds=self.random.randrange(-800 * 86_400 * 10**6, 10 * 86_400 * 10**6))

    def day(self) -> date:
        if self.chance(0.6):
            return self.random.choice(self.days)
        return self.now.date() + timedelta(days=self.random.randrange(-700, 120))

    def name(self) -> str:
        return (
            self.random.choice(NAMES) if self.chance(0.8) else f"{self.random.choice(NAMES)} {self.random.randrange(4)}"
        )

    def unique(self, name: str) -> str:
        """A name that no other has, also when folded."""
        self.used += 1
        return f"{name} {self.used}"

    def some(self, model: type[Model], probability: float = 0.75) -> UUID | None:
        """The id of a row made before, or none."""
        made = self.rows.get(model, [])
        ids = [row["id"] for row in made if row["tenant_id"] == self.tenant]
        return self.random.choice(ids) if ids and self.chance(probability) else None

    def minor(self, currency: str) -> int:
        return self.random.choice([0, 1, 33, 50, 5_000, 123_45, self.random.randrange(10**9)])

    def add(self, model: type[Model], **values: Any) -> dict[str, Any]:
        row = {"tenant_id": self.tenant, **values}
        self.rows.setdefault(model, []).append(row)
        return row

    def record(self, model: type[Model], *, archived: float = 0.15, **values: Any) -> dict[str, Any]:
        made = self.instant()
        dates = {"created_at": made, "updated_at": max(made, self.instant())}
        gone = self.maybe(self.instant, archived)
        return self.add(model, id=self.id(), version=self.random.randrange(1, 5), archived_at=gone, **dates, **values)

    # -- slices ------------------------------------------------------------------------------------------------------

    def currency(self) -> str:
        return self.random.choice(CURRENCIES)
