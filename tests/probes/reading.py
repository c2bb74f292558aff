"""Sends read probes, many in one request, and judges what comes back."""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from api.domain.access.capabilities import owners
from api.domain.kernel import camel
from tests.probes.judging import Judge, Leak, masked, speaks, told
from tests.probes.paths import Path
from tests.probes.place import Answer, Filled, Place
from tests.probes.principals import Principal
from tests.probes.values import LETTERS, TWIN
from tests.probes.world import Row, World

BATCH = 25
PLACEHOLDER = re.compile(r"\$(\d)")
COMPARED = 3  # of so many documents one is also read free of row-level security
FOREIGN = {"a": "b", "b": "a", "c": "a"}  # the tenant whose rows each one asks for


@dataclass
class Found:
    """What became of the probes."""

    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[Leak] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)  # answers that nobody should get, by code
    silent: list[str] = field(default_factory=list)  # paths without a positive control
    controlled: int = 0

    @property
    def done(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Asked:
    """A path with the hidden row it is about."""

    path: Path
    row: Row | None

    def values(self, world: World, *, nobody: bool = False) -> list[Any]:
        make = self.path.nobody if nobody else self.path.victim
        if self.row is None or make is None:
            return []
        return make(world, self.row) or []


def number_of(text: str) -> int:
    """A number that is the same in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def batched(items: Sequence[Any], size: int = BATCH) -> Iterator[Sequence[Any]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


def document(paths: Sequence[Path]) -> str:
    """One query that asks all paths, each below an alias of its own."""
    types = [f"$v{at}_{n}: {type_}" for at, path in enumerate(paths) for n, type_ in enumerate(path.types)]
    fields = [f"p{at}: " + PLACEHOLDER.sub(rf"$v{at}_\1", path.text) for at, path in enumerate(paths)]
    head = f"query ({', '.join(types)})" if types else "query"
    return f"{head} {{\n" + "\n".join(fields) + "\n}"


def variables(world: World, asked: Sequence[Asked], *, nobody: bool = False) -> dict[str, Any]:
    return {
        f"v{at}_{n}": value for at, one in enumerate(asked) for n, value in enumerate(one.values(world, nobody=nobody))
    }


@dataclass
class Reader:
    """Asks as one principal after the other."""

    place: Place
    judge: Judge
    found: Found
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by principal, the paths that it has, if not all

    @property
    def filled(self) -> Filled:
        return self.place.filled

    @property
    def world(self) -> World:
        return self.place.filled.world

    async def probe(self, principal: Principal, asked: Sequence[Asked], counts: str | None = None) -> None:
        """Ask for hidden rows and for rows that nobody has; the answers must tell nothing, and be the same."""
        text = document([one.path for one in asked])
        given = variables(self.world, asked)
        answer = await self.place.ask(principal, text, given)
        self.scan(principal, asked, answer, text, given)
        compared = [(at, one) for at, one in enumerate(asked) if self.comparable(principal, one)]
        absent = variables(self.world, asked, nobody=True)
        other = await self.place.ask(principal, text, absent) if compared else None
        if len(asked) > 1 and (answer.errors or (other is not None and other.errors)):
            for half in (asked[: len(asked) // 2], asked[len(asked) // 2 :]):
                await self.probe(principal, half, counts)
            return
        self.place.twice.compared += len(asked) * self.place.twice.active
        for one in asked:
            hidden = one.path.name.endswith(self.hidden_names(principal))
            self.found.counts[counts or ("field" if hidden else "read")] += 1
        self.count_errors(answer)
        if other is None:
            return
        self.scan(principal, asked, other, text, absent)
        for at, one in compared:
            sent = one.values(self.world), one.values(self.world, nobody=True)
            seen = [masked(part(found, at), sent) for found in (answer, other)]
            if seen[0] != seen[1]:
                what = f"answers {seen[0][:120]!r} for a hidden row, {seen[1][:120]!r} for none"
                self.leak(principal, one.path.name, what, text, given)

    def known(self, principal: Principal, paths: Sequence[Path]) -> Sequence[Path]:
        """The paths that the principal's edition of the schema has."""
        texts = self.texts.get(principal.name)
        return paths if texts is None else [path for path in paths if path.text in texts]

    def hidden_names(self, principal: Principal) -> tuple[str, ...]:
        """How paths end that read a field which is hidden from the principal."""
        if principal.name not in self.names:
            found = {
                f".{camel(column.name)}"
                for model in self.world.models.values()
                for column in model.__table__.columns
                if any(not principal.field(object, column.info["field_set"]) for object in owners(model))
                and not column.info["internal"]
            }
            self.names[principal.name] = tuple(sorted(found | ({".before", ".after"} if found else set())))
        return self.names[principal.name]

    def comparable(self, principal: Principal, one: Asked) -> bool:
        """Whether the answer must be the same as for a row that is not there."""
        if one.row is None or not one.path.told:
            return False
        values = one.values(self.world)
        human = any("cnry" in str(value) for value in values)
        same_people = TWIN.get(principal.letter) == one.row.letter
        return bool(values) and told(values[0]) and not (human and same_people)

    def scan(
        self, principal: Principal, asked: Sequence[Asked], answer: Answer, text: str, given: Mapping[str, Any]
    ) -> None:
        for what in self.judge.found(principal, answer, given.values()):
            at = next((at for at in range(len(asked)) if what.split(" ")[0] in str(answer.data.get(f"p{at}"))), 0)
            self.leak(principal, asked[at].path.name, what, text, given)

    def leak(self, principal: Principal, path: str, what: str, text: str, given: Mapping[str, Any]) -> None:
        self.found.leaks.append(Leak(principal.name, path, what, text, given))

    def count_errors(self, answer: Answer) -> None:
        for error in answer.errors:
            code = (error.get("extensions") or {}).get("code", "none")
            if answer.status >= 500 or code != "BAD_USER_INPUT":
                self.found.broken[f"{code}: {error.get('message', '')[:80]}"] += 1

    async def probe_all(
        self,
        principals: Sequence[Principal],
        paths: Sequence[Path],
        tell: Callable[[str], None],
        until: float,
        controls: Sequence[Principal] = (),
        share: int = 1,
    ) -> None:
        """Document by document, so that what is compiled for one principal serves those with the same rights.

        `controls`: one of them must be shown something by each path; those that stay silent are noted. `share`: each
        document is asked by so many-th of the principals, in turn. An early end has met documents from everywhere.
        """
        hidden = {one.name: {letter: hidden_rows(self.world, one, letter) for letter in LETTERS} for one in principals}
        batches = sorted(enumerate(batched(paths)), key=lambda one: number_of(str(one[0])))
        comparing = self.place.twice.active
        for at, (number, batch) in enumerate(batches):
            self.place.compare(active=comparing and number % COMPARED == 0)
            if controls:
                self.found.controlled += len(batch)
                silent = batch
                for control in controls:
                    silent = await self.controlled(silent, control)
                self.found.silent += [path.name for path in silent]
            for principal in turn(principals, number, share):
                for letter in (FOREIGN[principal.letter], principal.letter):
                    known = self.known(principal, batch)
                    asked = asked_of(self.world, principal, known, hidden[principal.name], letter)
                    own = any(one.row and one.row.letter == principal.letter for one in asked)
                    if asked and (own or letter != principal.letter):
                        await self.probe(principal, asked)
            tell(f"read: {at + 1} of {len(batches)} documents")
            if time.monotonic() > until:
                tell(f"read: time is up after {at + 1} of {len(batches)} documents")
                break
        self.place.compare(active=comparing)

    # -- positive controls -------------------------------------------------------------------------------------------

    async def controlled(self, paths: Sequence[Path], principal: Principal) -> list[Path]:
        """The paths that show nothing to a principal who may see: what they do not show to others proves nothing."""
        waiting = list(paths)
        for n in range(8):
            silent: list[Path] = []
            for batch in batched(waiting):
                silent += await self.silent([Asked(path, self.nth(path, principal, n)) for path in batch], principal)
            waiting = silent
            if not waiting:
                break
        return waiting

    def nth(self, path: Path, principal: Principal, n: int) -> Row | None:
        rows = [
            row
            for row in self.world.of(principal.letter, path.table or "")
            if path.victim is not None and path.victim(self.world, row) is not None and row.n < 100
        ]
        return rows[n % len(rows)] if rows else None

    async def silent(self, asked: Sequence[Asked], principal: Principal) -> list[Path]:
        usable = [one for one in asked if one.path.table is None or one.row is not None]
        text = document([one.path for one in usable])
        answer = await self.place.ask(principal, text, variables(self.world, usable))
        if answer.errors and len(usable) > 1:
            middle = len(usable) // 2
            return [*await self.silent(usable[:middle], principal), *await self.silent(usable[middle:], principal)]
        other = await self.place.ask(principal, text, variables(self.world, usable, nobody=True))
        found = [one.path for one in asked if one not in usable]
        for at, one in enumerate(usable):
            shown = part(answer, at)
            differs = masked(shown, []) != masked(part(other, at), [])
            needed = differs if one.path.table is not None and self.comparable(principal, one) else speaks(shown)
            if not needed:
                found.append(one.path)
        return found


def part(answer: Answer, at: int) -> Any:
    """What stands below the alias of one probe; the errors where there is nothing."""
    if answer.data:
        return answer.data.get(f"p{at}")
    return [[error.get("message"), (error.get("extensions") or {}).get("code")] for error in answer.errors]


def turn(principals: Sequence[Principal], number: int, share: int) -> list[Principal]:
    """Every so many-th role of all tenants."""
    roles = list(dict.fromkeys(one.name[1:] for one in principals))
    return [one for one in principals if (roles.index(one.name[1:]) + number) % share == 0]


@lru_cache(maxsize=256)
def hidden_rows(world: World, principal: Principal, letter: str) -> dict[str, list[Row]]:
    """By table, the rows of a tenant that a principal may not see."""
    found: dict[str, list[Row]] = {}
    for row in world.all():
        if row.letter == letter and row.n < 100 and not principal.sees(world, row):
            found.setdefault(row.table, []).append(row)
    return found


def asked_of(
    world: World,
    principal: Principal,
    paths: Iterable[Path],
    hidden: Mapping[str, Mapping[str, list[Row]]],
    letter: str,
) -> list[Asked]:
    """Each path with a hidden row of a tenant, or of another one where there is none; as it is, if it needs none."""
    found = []
    for path in paths:
        row = None
        for one in (letter, FOREIGN[principal.letter]):
            rows = [row for row in hidden[one].get(path.table or "", []) if path.victim and path.victim(world, row)]
            if rows and row is None:
                row = rows[number_of(path.name + principal.name) % len(rows)]
        if path.table is None or row is not None:
            found.append(Asked(path, row))
    return found
