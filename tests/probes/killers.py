"""Small sets of probes, to be run again and again with one thing broken."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import parse

from api.compiler import Cache, Compiler
from api.compiler.verifier import Unsafe
from api.schema import schema
from api.schema.reading import OPERATIONS, Reads
from api.schema.verifying import verification
from tests.probes.judging import Judge, Leak
from tests.probes.known import told_apart
from tests.probes.mutations import Inputs
from tests.probes.paths import Path
from tests.probes.place import Place
from tests.probes.quiet import interference
from tests.probes.reading import Asked, Found, Reader, document, variables
from tests.probes.rights import CHECKS
from tests.probes.writing import Writer


@dataclass
class Bench:
    """Two places on the same rows: `bound` by row-level security, and `exempt` from it, where only ring 1 holds."""

    bound: Place
    exempt: Place
    paths: Sequence[Path]
    inputs: Inputs

    def judge(self) -> Judge:
        return Judge(self.bound.filled.world)

    def forget(self) -> None:
        """Let nothing that was compiled or looked up before serve what comes."""
        for place in (self.bound, self.exempt):
            reads = place.services.writes.reads  # type: ignore[attr-defined] # the application has these
            assert isinstance(reads, Reads)
            reads.shapes, reads.read_backs = Cache(OPERATIONS), Cache(OPERATIONS)
            place.services.authenticator.forget()


Killer = Callable[[Bench], Awaitable[list[str]]]


def complaints(leaks: Sequence[Leak], found: Found) -> list[str]:
    new, _ = told_apart(leaks)
    return [str(leak) for leak in new] + [f"broken: {text}" for text in found.broken]


def reading(names: str, *principals: str, exempt: bool = False, most: int = 12) -> Killer:
    """Read probes of paths with such names."""

    async def run(bench: Bench) -> list[str]:
        place = bench.exempt if exempt else bench.bound
        fits = [path for path in bench.paths if re.search(names, path.name)]
        chosen = fits[:: max(1, len(fits) // most)][:most]
        assert chosen, names
        reader = Reader(place, bench.judge(), Found())
        await reader.probe_all([place.filled.principal(one) for one in principals], chosen, quietly, float("inf"))
        return complaints(reader.found.leaks, reader.found)

    return run


def writing(names: str, *principals: str, exempt: bool = False, most: int = 12) -> Killer:
    """Mutation probes of places with such names."""

    async def run(bench: Bench) -> list[str]:
        place = bench.exempt if exempt else bench.bound
        writer = Writer(place, bench.judge(), bench.inputs, Found())
        tries = writer.tries([place.filled.principal(one) for one in principals])
        fits = [one for one in tries if re.search(names, one.name)]
        assert fits, names
        writer.before = await writer.state()
        for one in fits[:: max(1, len(fits) // most)][:most]:
            await writer.probe(one)
        await writer.look()
        return complaints(writer.found.leaks, writer.found)

    return run


def quiet(names: str, principal: str, most: int = 28) -> Killer:
    """The same requests before and after hidden data changed."""

    async def run(bench: Bench) -> list[str]:
        fits = [path for path in bench.paths if re.search(names, path.name)]
        assert fits, names
        reader = Reader(bench.bound, bench.judge(), Found())
        chosen = fits[:: max(1, len(fits) // most)][:most]
        await interference(reader, bench.bound.filled.principal(principal), chosen)
        return complaints(reader.found.leaks, reader.found)

    return run


def verified(names: str, principal: str, most: int = 10) -> Killer:
    """The verifier's own reading of what such paths become, each of them alone."""

    async def run(bench: Bench) -> list[str]:
        asker = bench.bound.filled.principal(principal)
        verify = verification(schema.core, schema.catalog)
        reads = bench.bound.services.writes.reads  # type: ignore[attr-defined] # the application has these
        fits = [path for path in bench.paths if re.search(names, path.name)]
        assert fits, names
        found = []
        for path in fits[:: max(1, len(fits) // most)][:most]:
            text = parse(document([path]))
            row = next((row for row in bench.inputs.world.of("a", path.table or "")), None)
            given = variables(bench.inputs.world, [Asked(path, row)])
            viewer = await bench.bound.services.authenticator.viewer(
                [(b"authorization", asker.headers["authorization"].encode())]
            )
            compiler = Compiler(schema.core, schema.catalog, verify)
            operation: Any = text.definitions[0]
            try:
                compiler.operation(text, operation, reads.coerced(operation, given)[0], reads.visibility(viewer))
            except Unsafe as refusal:
                found.append(f"{path.name}: {refusal}")
        return found

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
