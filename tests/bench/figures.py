"""From rounds to figures: medians, spread, ratios taken within one round, and which goals they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.workloads import OURS


@dataclass(frozen=True)
class Round:
    """One run of the generator against one server; processor time in milliseconds a request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_ms: float
    database_ms: float


@dataclass(frozen=True)
class Goal:
    """A figure that is to be at least, or at most, another."""

    name: str
    reached: float
    wanted: float
    at_most: bool = False
    unit: str = "×"

    @property
    def is_reached(self) -> bool:
        return self.reached <= self.wanted if self.at_most else self.reached >= self.wanted

    @property
    def sign(self) -> str:
        return "≤" if self.at_most else "≥"


@dataclass
class Comparison:
    """A workload on every server that answers it, round by round."""

    name: str
    title: str
    wanted: dict[str, float]
    rounds: dict[str, list[Round]] = field(default_factory=dict)

    def add(self, server: str, found: Round) -> None:
        self.rounds.setdefault(server, []).append(found)

    def per_second(self, server: str) -> float:
        return median(one.per_second for one in self.rounds[server])

    def spread(self, server: str) -> float:
        return spread([one.per_second for one in self.rounds[server]])

    def ratio(self, server: str) -> float:
        """Ours over theirs: the median of the ratios of each round, since only what ran side by side compares."""
        return ratio([one.per_second for one in self.rounds[OURS]], [one.per_second for one in self.rounds[server]])

    def server_ms(self, server: str) -> float:
        return median(one.server_ms for one in self.rounds[server])

    def database_ms(self, server: str) -> float:
        return median(one.database_ms for one in self.rounds[server])

    def goals(self) -> list[Goal]:
        """Those whose server took part."""
        return [
            Goal(f"{self.title} vs {server}", self.ratio(server), wanted)
            for server, wanted in self.wanted.items()
            if server in self.rounds
        ]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def spread(values: Sequence[float]) -> float:
    """From the least to the most, as a part of the median."""
    return (max(values) - min(values)) / median(values)


def flatness(samples: Sequence[float]) -> float:
    """How much larger the last quarter's median is than that of the quarter before the middle."""
    quarter = len(samples) // 4
    return median(samples[-quarter:]) / median(samples[quarter : 2 * quarter])


def closing_line(goals: Sequence[Goal]) -> str:
    return f"bench: {sum(goal.is_reached for goal in goals)} of {len(goals)} ratios reached"
