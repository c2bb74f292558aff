"""Which record a text means: by its key in the source of the file, else by its natural key, else by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from api.domain.kernel import ExternalKey, Invalid, Work, by_column, fold
from api.domain.kernel.bulk import named
from api.domain.kernel.external_ids import find

from .kinds import KINDS
from .values import shown

NATURAL = {"user": "email_norm", "product": "code_norm"}


class References:
    """What is known so far. What one transaction adds counts for later ones when it has committed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.known: dict[tuple[str, str], UUID | None] = {}
        self.fresh: dict[tuple[str, str], UUID] = {}

    def get(self, kind: str, key: str) -> UUID | None:
        return self.fresh.get((kind, key)) or self.known.get((kind, key))

    def add(self, kind: str, key: str, id: UUID) -> None:
        self.fresh[kind, key] = id

    def keep(self) -> None:
        self.known |= self.fresh
        self.fresh = {}

    def forget(self) -> None:
        self.fresh = {}

    async def load(self, work: Work, wanted: Mapping[str, Iterable[str]]) -> None:
        """Look up what is not known yet, with at most three statements for each kind."""
        for kind, keys in wanted.items():
            missing = [key for key in keys if self.get(kind, key) is None]
            if missing:
                await self._load(work, kind, missing)

    def unknown(self, kind: str, key: str, field: str) -> Invalid:
        return Invalid((field,), f"there is no {kind} {shown(key)}", "reference")

    async def _load(self, work: Work, kind: str, keys: list[str]) -> None:
        entity = KINDS[kind].entity
        external = await find(work, entity, [ExternalKey(self.source, key) for key in keys])
        found = {key.value: id for key, id in external.items()}
        folded = {key: fold(key) for key in keys if key not in found}
        if folded and kind in NATURAL:
            holders = await by_column(entity, NATURAL[kind])(work, sorted(set(folded.values())))
            found |= {key: holders[name] for key, name in folded.items() if name in holders}
        folded = {key: name for key, name in folded.items() if key not in found}
        if folded:
            same = await named(work, entity, sorted(set(folded.values())))
            found |= {key: same[name][0] for key, name in folded.items() if len(same.get(name, ())) == 1}
        self.known |= {(kind, key): id for key, id in found.items()}
