"""One run of the probes: what is asked, in which order, and what became of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path as Folder

from api.schema import schema
from tests.cluster import Cluster
from tests.probes.fields import Prober, hidden_inputs, hidden_paths, masked
from tests.probes.judging import Leak
from tests.probes.killers import Bench, Killer
from tests.probes.known import KNOWN, Known, told_apart
from tests.probes.mutant import Mutant
from tests.probes.mutants import MUTANTS, survives
from tests.probes.mutations import Inputs
from tests.probes.paths import Path, read_paths
from tests.probes.place import Place, a_place, fill
from tests.probes.principals import Principal
from tests.probes.quiet import PAIRS, interference
from tests.probes.reading import Found, number_of
from tests.probes.rights import CHECKS
from tests.probes.writing import Writer

Tell = Callable[[str], None]
EVERY = 15  # seconds between two lines about where a run is


@dataclass(frozen=True)
class Plan:
    """How much is done; None is everything. `principals`: names of those who ask.

    `share`: each document is asked by every so many-th role of the staff, in turn. `asking`: each hidden path is asked
    by so many outsiders, in turn. `…_seconds`: what a slow machine does not get done in that time is left out, evenly.
    """

    paths: int | None = None
    share: int = 1
    asking: int = 3
    read_seconds: float = float("inf")
    mutations: int = 10**9
    quiet_paths: int | None = None
    pairs: Sequence[str] = PAIRS
    mutants: Sequence[Mutant] = MUTANTS
    principals: Sequence[str] | None = None
    whole: bool = False
    outside_paths: int | None = None
    outside_seconds: float = float("inf")
    field_seconds: float = float("inf")
    control_seconds: float = float("inf")
    write_seconds: float = float("inf")
    outside_mutations: int = 10**9
    fields: int = 10**9  # of outsiders
    staff_fields: int = 10**9  # of each of the staff from whom fields are hidden
    inputs: int = 1  # every so many-th outsider tries them
    cells: int = 10**9  # of each outsider

    def asks(self, principal: Principal) -> bool:
        return self.principals is None or principal.name in self.principals


FULL = Plan(whole=True, share=3, mutations=10_500, quiet_paths=520 * 8)
DEFAULT = Plan(
    paths=900,
    share=3,
    read_seconds=120,
    mutations=1_000,
    quiet_paths=60,
    outside_paths=300,
    outside_seconds=40,
    field_seconds=25,
    control_seconds=60,
    write_seconds=60,
    outside_mutations=400,
    fields=3_000,
    asking=1,
    staff_fields=60,
    inputs=5,
    cells=25,
)


@dataclass
class Result:
    """What became of a run."""

    reads: int = 0
    mutations: int = 0
    fields: int = 0
    leaks: list[Leak] = field(default_factory=list)
    known: dict[Known, list[Leak]] = field(default_factory=dict)
    gone: list[Known] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    controlled: int = 0
    quiet: int = 0
    compared: int = 0
    differences: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    mutants: int = 0

    @property
    def last_line(self) -> str:
        return (
            f"probes: {self.reads} read, {self.mutations} mutation, {self.fields} field, {len(self.leaks)} leaks; "
            f"mutants {self.mutants - len(self.survivors)} of {self.mutants} killed"
        )

    @property
    def passed(self) -> bool:
        uncontrolled = len(self.silent) > 0.05 * max(self.controlled, 1)
        return not (self.leaks or self.survivors or self.differences or self.broken or self.gone or uncontrolled)


def chosen(paths: Sequence[Path], most: int | None) -> list[Path]:
    """A sample that is the same in each run, in the order of the paths, so that neighbours share a document."""
    if most is None or most >= len(paths):
        return list(paths)
    kept = set(sorted((path.name for path in paths), key=number_of)[:most])
    return [path for path in paths if path.name in kept]


async def run(cluster: Cluster, database: str, folder: Folder, plan: Plan, tell: Tell) -> Result:
    """Fill a migrated database and probe it."""
    filled = await fill(cluster, database)
    tell(f"world: {len(list(filled.world.all()))} rows, {len(filled.principals)} principals")
    async with (
        a_place(cluster, database, folder, filled) as bound,
        a_place(cluster, database, folder, filled, exempt=True) as exempt,
    ):
        inputs = Inputs(schema.core, schema.catalog, filled.world)
        bench = await a_bench(bound, exempt, inputs)
        found, result = Found(), Result()
        async with at_times(found, tell) as heard:
            await checked(bound, found, tell)
            await read(bench, plan, found, heard)
            tell(f"read: {found.counts['read']} probes, {len(found.leaks)} leaks")
            await fields(bench, plan, found, tell, heard)
            bound.compare(active=False)
            heard("non-interference")
            await quiet(bench, plan, found, result, tell)
            if plan.principals is None:
                heard("positive controls of mutations")
                await controlled(bench, plan, found)
            await mutated(bench, plan.mutants, result, tell, heard)
            await written(bench, plan, found, heard)  # the last, because what is allowed is done
            tell(f"mutation: {found.counts['mutation']} probes, {len(found.leaks)} leaks")
        return summed(found, bound, plan, result)


@asynccontextmanager
async def at_times(found: Found, tell: Tell) -> AsyncIterator[Tell]:
    """Gives what hears where a run is; the last that it heard is told every few seconds."""
    heard = ["checks"]

    async def repeat() -> None:
        while True:
            await asyncio.sleep(EVERY)
            tell(f"{heard[-1]}; {found.done} probes, {len(found.leaks)} leaks so far")

    task = asyncio.create_task(repeat())
    try:
        yield heard.append
    finally:
        task.cancel()


async def checked(place: Place, found: Found, tell: Tell) -> None:
    for check in CHECKS:
        done, complaints = await check.run(place)
        found.counts[check.counts] += done
        found.leaks += [Leak(check.name, "", text) for text in complaints]
    tell(f"checks: {len(CHECKS)}, {len(found.leaks)} leaks")


async def a_bench(bound: Place, exempt: Place, inputs: Inputs) -> Bench:
    """With the paths of the whole schema and of all editions of it, and who has which of them."""
    whole = read_paths(schema.core, schema.catalog)
    outside = read_paths(schema.outside.core, schema.outside.catalog)
    made: dict[int, list[Path]] = {id(schema.outside): outside}
    texts = {}
    for principal in bound.filled.principals:
        edition = await bound.edition(principal)
        paths = made.setdefault(id(edition), []) or read_paths(edition.core, edition.catalog)
        made[id(edition)] = paths
        texts[principal.name] = frozenset(path.text for path in paths)
    known = {path.text for path in whole}
    editions = [one for key, paths in made.items() if key != id(schema.outside) for one in paths]
    more = {path.text: path for path in editions if path.text not in known}
    return Bench(bound, exempt, whole, inputs, outside, texts, [*more.values()])


async def fields(bench: Bench, plan: Plan, found: Found, tell: Tell, heard: Tell) -> None:
    """What is hidden is unknown: by everyone's hidden paths, by inputs, and by filters on fields that are masked."""
    filled = bench.bound.filled
    prober = Prober(bench.bound, bench.judge(), found)
    outsiders = [one for one in filled.outsiders if plan.asks(one)]
    heard("field: hidden paths")
    paths = hidden_paths(bench.paths, bench.outside, outside=True)
    await prober.probe_all(outsiders, paths, plan.fields, plan.asking, until=ending(plan.field_seconds))
    for name, text in hidden_inputs(bench.inputs, schema.outside):
        for outsider in outsiders[:: plan.inputs]:
            await prober.ask(outsider, name, text, {})
    tell(f"field: {found.counts['field']} probes of outsiders, {len(found.leaks)} leaks")
    heard("field: what editions of the staff hide")
    for principal in filled.staff if plan.staff_fields else ():
        known = [path for path in bench.paths if path.text in bench.texts[principal.name]]
        if plan.asks(principal) and len(known) < len(bench.paths):
            paths = hidden_paths(bench.paths, known, outside=False)
            await prober.probe_all([principal], paths, plan.staff_fields, until=ending(plan.field_seconds / 5))
    tell(f"field: {found.counts['field']} probes, {len(found.leaks)} leaks")
    heard("field: masked fields")
    until = ending(plan.field_seconds)
    await masked(bench.reader(bench.bound, found), outsiders, bench.outside, plan.cells, until=until)
    tell(f"field: {found.counts['field']} probes with masked fields, {len(found.leaks)} leaks")


async def read(bench: Bench, plan: Plan, found: Found, tell: Tell) -> None:
    reader, filled = bench.reader(bench.bound, found), bench.bound.filled
    for principals, paths, controls, seconds, share in (
        (
            filled.outsiders,
            chosen(bench.outside, plan.outside_paths),
            ("a partner 0", "a partner 3"),
            plan.outside_seconds,
            1,
        ),
        (filled.staff, chosen(bench.paths, plan.paths), ("a staff admin",), plan.read_seconds, plan.share),
        (filled.staff, chosen(bench.narrower, plan.paths and plan.paths // 9), (), plan.read_seconds, plan.share),
    ):
        asking = [one for one in principals if plan.asks(one)]
        by = [filled.principal(name) for name in controls]
        await reader.probe_all(asking, paths, tell, ending(seconds), controls=by, share=share)


def ending(seconds: float) -> float:
    return time.monotonic() + seconds


async def quiet(bench: Bench, plan: Plan, found: Found, result: Result, tell: Tell) -> None:
    reader = bench.reader(bench.bound, found)
    for name in plan.pairs:
        principal = bench.bound.filled.principal(name)
        paths = reader.known(principal, chosen(bench.of([principal]), plan.quiet_paths))
        result.quiet += await interference(reader, principal, paths, tell)


async def controlled(bench: Bench, plan: Plan, found: Found) -> None:
    """Whether places of mutations find a record that is there; before anything has changed."""
    writer = Writer(bench.bound, bench.judge(), bench.inputs, found)
    looked_at, silent = await writer.controlled(
        bench.bound.filled.principal("a staff admin"), ending(plan.control_seconds)
    )
    found.controlled += looked_at
    found.silent += silent


async def written(bench: Bench, plan: Plan, found: Found, tell: Tell) -> None:
    filled = bench.bound.filled
    for principals, most in ((filled.outsiders, plan.outside_mutations), (filled.staff, plan.mutations)):
        asking = [one for one in principals if plan.asks(one)]
        await bench.writer(bench.bound, asking, found).probe_all(asking, tell, most, ending(plan.write_seconds))


async def mutated(bench: Bench, mutants: Sequence[Mutant], result: Result, tell: Tell, heard: Tell) -> None:
    """First without a mutant: what complains about the product itself kills nothing."""
    clean: dict[int, list[str]] = {}
    bench.forget()
    heard("mutants: their probes without them")
    for mutant in mutants:
        for killer in mutant.killers:
            clean[id(killer)] = await quiet_of(bench, killer)
    for at, mutant in enumerate(mutants):
        heard(f"mutants: {at} of {len(mutants)}, {len(result.survivors)} survive")
        noisy = [text for killer in mutant.killers for text in clean[id(killer)]]
        if noisy:
            result.survivors.append(f"{mutant.name}: its probes complain without it: {noisy[0][:300]}")
        elif await survives(bench, mutant):
            result.survivors.append(mutant.name)
        result.mutants += 1
    tell(f"mutants: {result.mutants}, {len(result.survivors)} survive")


async def quiet_of(bench: Bench, killer: Killer) -> list[str]:
    return await killer(bench)


def summed(found: Found, place: Place, plan: Plan, result: Result) -> Result:
    result.leaks, result.known = told_apart(dict.fromkeys(found.leaks))
    result.reads, result.mutations, result.fields = (found.counts[name] for name in ("read", "mutation", "field"))
    result.broken = dict(found.broken)
    result.silent, result.controlled = found.silent, found.controlled
    result.compared = place.twice.compared + place.outside.compared
    result.differences = place.twice.differences
    if plan.whole:
        result.gone = [one for one in KNOWN if one not in result.known and not one.always]
    return result
