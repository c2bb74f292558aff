"""What a deliberate fault is."""

from dataclasses import dataclass

from tests.probes.faults import Apply
from tests.probes.killers import Killer


@dataclass(frozen=True)
class Mutant:
    name: str
    apply: Apply
    killers: tuple[Killer, ...]
