"""Field probes: whatever of the whole schema is not in a principal's edition is unknown to it, by every path.

A path that is hidden must be refused like one that never was, before anything is read.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type, is_required_argument

from api.schema.editions import Edition
from tests.probes.judging import Judge, Leak
from tests.probes.mutations import Inputs
from tests.probes.paths import PAGE, Path
from tests.probes.place import Place
from tests.probes.principals import Principal
from tests.probes.reading import FOREIGN, Asked, Found, Reader, batched, document, number_of, variables
from tests.probes.world import Row, World

UNKNOWN = "GRAPHQL_VALIDATION_FAILED"
NOBODY = 'where: {id: "x"}'
OPEN_PAGE = PAGE.partition(",")[0]  # what every edition has


def plain(text: str) -> str:
    """A path without the arguments that only the whole schema has, so that it is refused for its fields alone."""
    return text.replace(PAGE, OPEN_PAGE)


def hidden_paths(whole: Sequence[Path], edition: Sequence[Path], *, outside: bool) -> list[Path]:
    """The read paths of the whole schema that an edition does not have."""
    if not outside:
        known = {path.text for path in edition}
        return [path for path in whole if path.text not in known]
    known = {plain(path.text) for path in edition}
    found = [
        Path(path.name, plain(path.text), path.types, path.table, path.victim, path.nobody)
        for path in whole
        if plain(path.text) not in known
    ]
    archived = [path for path in edition if OPEN_PAGE in path.text][:20]
    return found + [Path(f"{one.name} archived", one.text.replace(OPEN_PAGE, PAGE)) for one in archived]


def hidden_inputs(whole: Inputs, edition: Edition) -> Iterator[tuple[str, str]]:
    """Name and text of a mutation for each mutation, argument and field of an input that an edition does not have."""
    known: Any = edition.core.mutation_type
    for name, field in whole.mutations.items():
        arguments = [key for key, one in field.args.items() if is_required_argument(one)]
        kept = known.fields.get(name) if known is not None else None
        if kept is None:
            yield name, whole.document(name, arguments)
            continue
        for key, one in field.args.items():
            if key not in kept.args:
                yield f"{name}({key}:)", f"mutation {{ {name}({NOBODY}, patch: {{}}, {key}: null) {{ outcome }} }}"
            else:
                for hidden in hidden_of(get_named_type(one.type), edition):
                    given = f"{key}: {{{hidden}: null}}, " + ("patch: {}" if key == "where" else NOBODY)
                    yield f"{name}({key}.{hidden})", f"mutation {{ {name}({given}) {{ outcome }} }}"


def hidden_of(type_: Any, edition: Edition) -> list[str]:
    """The fields of an input that an edition does not have."""
    if not isinstance(type_, GraphQLInputObjectType):
        return []
    left: Any = edition.core.type_map[type_.name]
    return [name for name in type_.fields if name not in left.fields]


@dataclass
class Prober:
    """Asks for what is hidden."""

    place: Place
    judge: Judge
    found: Found

    @property
    def world(self) -> World:
        return self.place.filled.world

    async def probe(self, principal: Principal, path: Path, row: Row | None) -> None:
        given = variables(self.world, [Asked(path, row)])
        await self.ask(principal, path.name, document([path]), given)

    async def ask(self, principal: Principal, name: str, text: str, given: dict[str, Any]) -> None:
        answer = await self.place.ask(principal, text, given)
        self.found.counts["field"] += 1
        codes = {(error.get("extensions") or {}).get("code") for error in answer.errors}
        if codes != {UNKNOWN} or answer.data:
            what = f"a hidden field is answered with {sorted(map(str, codes))}: {answer.body[:160]!r}"
            self.found.leaks.append(Leak(principal.name, name, what, text, given))
        for what in self.judge.found(principal, answer, given.values()):
            self.found.leaks.append(Leak(principal.name, name, what, text, given))

    async def probe_all(
        self,
        principals: Sequence[Principal],
        paths: Sequence[Path],
        most: int,
        asking: int = 10**9,
        *,
        until: float = inf,
    ) -> None:
        """A sample that is spread over the paths and the same in each run; so many of the principals ask each path."""
        asked = min(asking, len(principals))
        pairs = [
            (principals[(number_of(path.name) + nth * 4) % len(principals)], path)
            for path in paths
            for nth in range(asked)
        ]
        pairs.sort(key=lambda one: number_of(one[1].name + one[0].name))
        for principal, path in pairs[:most]:
            await self.probe(principal, path, self.victim(principal, path))
            if time.monotonic() > until:
                return

    def victim(self, principal: Principal, path: Path) -> Row | None:
        """A row of the own tenant: if it can be, one that is seen, so that the field is all that is hidden."""
        for letter in (principal.letter, FOREIGN[principal.letter]):
            rows = [
                row
                for row in self.world.of(letter, path.table or "")
                if row.n < 100 and path.victim and path.victim(self.world, row)
            ]
            if rows:
                return max(rows, key=lambda row: (principal.sees(self.world, row), number_of(path.name + row.wire)))
        return None


def masked_cells(world: World, principal: Principal, paths: Sequence[Path]) -> Iterator[Asked]:
    """Filters on a field of rows that the principal sees, but without this field."""
    for path in paths:
        for row in world.of(principal.letter, path.table or "") if path.column else ():
            told = row.n < 100 and path.victim is not None and path.victim(world, row) is not None
            if told and principal.sees(world, row) and principal.hides(row, path.column or ""):
                yield Asked(path, row)


async def masked(
    reader: Reader, principals: Sequence[Principal], paths: Sequence[Path], most: int, *, until: float = inf
) -> None:
    """A filter or a count must not tell what a masked field holds."""
    for principal in principals:
        asked = list(masked_cells(reader.world, principal, paths))
        if len(asked) > most:
            asked = sorted(asked, key=lambda one: number_of(one.path.name + str(one.row and one.row.wire)))[:most]
        for batch in batched(asked):
            await reader.probe(principal, batch, counts="field")
        if time.monotonic() > until:
            return
