"""Small sets of probes, to be run again and again with one thing broken."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import parse

from api.compiler import Cache, Compiler
from api.compiler.verifier import Unsafe
from api.domain.kernel import lookups, outsiders
from api.schema import schema
from api.schema.reading import OPERATIONS, Reads
from api.schema.verifying import Verification
from tests.probes.fields import Prober, hidden_paths, masked
from tests.probes.judging import Judge, Leak
from tests.probes.known import told_apart
from tests.probes.mutations import Inputs
from tests.probes.outsiders import Outsider
from tests.probes.paths import Path
from tests.probes.place import Place
from tests.probes.principals import Principal
from tests.probes.quiet import interference
from tests.probes.reading import Asked, Found, Reader, document, variables
from tests.probes.rights import CHECKS
from tests.probes.writing import Writer

# Statements of the write path that are made of a policy once and then kept.
KEPT = (lookups.selection, outsiders.selection_outside, outsiders.shared_for)


@dataclass
class Bench:
    """Two places on the same rows: `bound` by row-level security, and `exempt` from it, where only ring 1 holds."""

    bound: Place
    exempt: Place
    paths: Sequence[Path]
    inputs: Inputs
    outside: Sequence[Path] = ()  # those of the schema for outsiders
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    narrower: Sequence[Path] = ()  # those that only editions have that hide something

    def of(self, principals: Sequence[Principal]) -> Sequence[Path]:
        return self.outside if all(isinstance(one, Outsider) for one in principals) else self.paths

    def reader(self, place: Place, found: Found) -> Reader:
        return Reader(place, self.judge(), found, texts=self.texts)

    def writer(self, place: Place, principals: Sequence[Principal], found: Found) -> Writer:
        outside = all(isinstance(one, Outsider) for one in principals)
        inputs = Inputs(schema.outside.core, schema.outside.catalog, self.inputs.world) if outside else self.inputs
        return Writer(place, self.judge(), inputs, found)

    def judge(self) -> Judge:
        return Judge(self.bound.filled.world)

    def forget(self) -> None:
        """Let nothing that was compiled or looked up before serve what comes."""
        for place in (self.bound, self.exempt):
            for front in place.fronts.values():
                reads = front.writes.reads  # type: ignore[attr-defined] # the application has these
                assert isinstance(reads, Reads)
                reads.shapes, reads.read_backs = Cache(OPERATIONS), Cache(OPERATIONS)
            place.services.authenticator.forget()
        for statements in KEPT:
            statements.cache_clear()


Killer = Callable[[Bench], Awaitable[list[str]]]


def complaints(leaks: Sequence[Leak], found: Found) -> list[str]:
    new, _ = told_apart(leaks)
    return [str(leak) for leak in new] + [f"broken: {text}" for text in found.broken]


def reading(names: str, *principals: str, exempt: bool = False, most: int = 12) -> Killer:
    """Read probes of paths with such names."""

    async def run(bench: Bench) -> list[str]:
        place = bench.exempt if exempt else bench.bound
        asking = [place.filled.principal(one) for one in principals]
        fits = [path for path in bench.of(asking) if re.search(names, path.name)]
        chosen = fits[:: max(1, len(fits) // most)][:most]
        assert chosen, names
        reader = bench.reader(place, Found())
        await reader.probe_all(asking, chosen, quietly, float("inf"))
        return complaints(reader.found.leaks, reader.found)

    return run


def writing(names: str, *principals: str, exempt: bool = False, most: int = 12) -> Killer:
    """Mutation probes of places with such names; what they would change is told by their answers."""

    async def run(bench: Bench) -> list[str]:
        place = bench.exempt if exempt else bench.bound
        asking = [place.filled.principal(one) for one in principals]
        writer = replace(bench.writer(place, asking, Found()), dry=True)
        tries = writer.tries(asking)
        fits = [one for one in tries if re.search(names, one.name)]
        assert fits, names
        for one in fits[:: max(1, len(fits) // most)][:most]:
            await writer.probe(one)
        await writer.undo()
        return complaints(writer.found.leaks, writer.found)

    return run


def quiet(names: str, principal: str, most: int = 28) -> Killer:
    """The same requests before and after hidden data changed."""

    async def run(bench: Bench) -> list[str]:
        asker = bench.bound.filled.principal(principal)
        fits = [path for path in bench.of([asker]) if re.search(names, path.name)]
        assert fits, names
        reader = bench.reader(bench.bound, Found())
        chosen = fits[:: max(1, len(fits) // most)][:most]
        await interference(reader, asker, reader.known(asker, chosen))
        return complaints(reader.found.leaks, reader.found)

    return run


def verified(names: str, principal: str, most: int = 10) -> Killer:
    """The verifier's own reading of what such paths become, each of them alone."""

    async def run(bench: Bench) -> list[str]:
        asker = bench.bound.filled.principal(principal)
        verify = Verification(schema.core, schema.catalog)
        viewer, edition = await bench.bound.viewer(asker), await bench.bound.edition(asker)
        reads = bench.bound.services.front(viewer).writes.reads  # type: ignore[attr-defined] # the application has these
        fits = [path for path in bench.of([asker]) if re.search(names, path.name)]
        assert fits, names
        found = []
        for path in fits[:: max(1, len(fits) // most)][:most]:
            text = parse(document([path]))
            row = next((row for row in bench.inputs.world.of("a", path.table or "")), None)
            given = variables(bench.inputs.world, [Asked(path, row)])
            compiler = Compiler(edition.core, edition.catalog, verify)
            operation: Any = text.definitions[0]
            try:
                compiler.operation(text, operation, reads.coerced(operation, given)[0], reads.visibility(viewer))
            except Unsafe as refusal:
                found.append(f"{path.name}: {refusal}")
        return found

    return run


def unknown(names: str, *principals: str, most: int = 12) -> Killer:
    """Field probes: paths that the edition does not have."""

    async def run(bench: Bench) -> list[str]:
        asking = [bench.bound.filled.principal(one) for one in principals]
        prober = Prober(bench.bound, bench.judge(), Found())
        for one in asking:
            outside = isinstance(one, Outsider)
            known = bench.outside if outside else [path for path in bench.paths if path.text in bench.texts[one.name]]
            paths = hidden_paths(bench.paths, known, outside=outside)
            fits = [path for path in paths if re.search(names, path.name)]
            assert fits, names
            await prober.probe_all([one], fits[:: max(1, len(fits) // most)][:most], most)
        return complaints(prober.found.leaks, prober.found)

    return run


def cells(names: str, *principals: str, most: int = 60) -> Killer:
    """Filters on fields that are masked on the rows that the principals see."""

    async def run(bench: Bench) -> list[str]:
        reader = bench.reader(bench.bound, Found())
        fits = [path for path in bench.outside if re.search(names, path.name)]
        await masked(reader, [bench.bound.filled.principal(one) for one in principals], fits, most)
        assert reader.found.done, names
        return complaints(reader.found.leaks, reader.found)

    return run


def check(name: str) -> Killer:
    """One of the checks that no schema names."""

    async def run(bench: Bench) -> list[str]:
        one = next(check for check in CHECKS if check.name == name)
        _, found = await one.run(bench.bound)
        return complaints([Leak(name, "", text) for text in found], Found())

    return run


def quietly(_line: str) -> None:
    return None
