"""One run of the probes: what is asked, in which order, and what became of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path as Folder

from api.schema import schema
from tests.cluster import Cluster
from tests.probes.judging import Judge, Leak
from tests.probes.killers import Bench, Killer
from tests.probes.known import KNOWN, Known, told_apart
from tests.probes.mutants import MUTANTS, Mutant, survives
from tests.probes.mutations import Inputs
from tests.probes.paths import Path, read_paths
from tests.probes.place import Place, a_place, fill
from tests.probes.quiet import PAIRS, interference
from tests.probes.reading import Found, Reader, number_of
from tests.probes.rights import CHECKS
from tests.probes.writing import Writer

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is done; None is everything. `principals`: names of those who ask."""

    paths: int | None = None
    read_seconds: float = float("inf")
    mutations: int = 10**9
    quiet_paths: int | None = None
    pairs: Sequence[str] = PAIRS
    mutants: Sequence[Mutant] = MUTANTS
    principals: Sequence[str] | None = None
    whole: bool = False


FULL = Plan(whole=True)
DEFAULT = Plan(paths=900, read_seconds=180, mutations=1_600, quiet_paths=14 * 8)


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
        bench = Bench(bound, exempt, read_paths(schema.core, schema.catalog), inputs)
        found, result = Found(), Result()
        await checked(bound, found, tell)
        await read(bench, plan, found, tell)
        bound.twice.active = False
        await quiet(bench, plan, found, result, tell)
        if plan.principals is None:
            await controlled(bench, found)
        await mutated(bench, plan.mutants, result, tell)
        await written(bench, plan, found, tell)  # the last, because what is allowed is done
        return summed(found, bound, plan, result)


async def checked(place: Place, found: Found, tell: Tell) -> None:
    for check in CHECKS:
        done, complaints = await check.run(place)
        found.counts[check.counts] += done
        found.leaks += [Leak(check.name, "", text) for text in complaints]
    tell(f"checks: {len(CHECKS)}, {len(found.leaks)} leaks")


async def read(bench: Bench, plan: Plan, found: Found, tell: Tell) -> None:
    reader = Reader(bench.bound, bench.judge(), found)
    filled = bench.bound.filled
    principals = [one for one in filled.principals if plan.principals is None or one.name in plan.principals]
    until = time.monotonic() + plan.read_seconds
    await reader.probe_all(
        principals, chosen(bench.paths, plan.paths), tell, until, control=filled.principal("a staff admin")
    )


async def quiet(bench: Bench, plan: Plan, found: Found, result: Result, tell: Tell) -> None:
    reader = Reader(bench.bound, bench.judge(), found)
    paths = chosen(bench.paths, plan.quiet_paths)
    for name in plan.pairs:
        result.quiet += await interference(reader, bench.bound.filled.principal(name), paths, tell)


async def controlled(bench: Bench, found: Found) -> None:
    """Whether every place of a mutation finds a record that is there; before anything has changed."""
    writer = Writer(bench.bound, bench.judge(), bench.inputs, found)
    found.controlled += len(list(bench.inputs.places()))
    found.silent += await writer.controlled(bench.bound.filled.principal("a staff admin"))


async def written(bench: Bench, plan: Plan, found: Found, tell: Tell) -> None:
    filled = bench.bound.filled
    writer = Writer(bench.bound, Judge(filled.world), bench.inputs, found)
    principals = [one for one in filled.principals if plan.principals is None or one.name in plan.principals]
    await writer.probe_all(principals, tell, plan.mutations)


async def mutated(bench: Bench, mutants: Sequence[Mutant], result: Result, tell: Tell) -> None:
    """First without a mutant: what complains about the product itself kills nothing."""
    clean: dict[int, list[str]] = {}
    bench.forget()
    for mutant in mutants:
        for killer in mutant.killers:
            clean[id(killer)] = await quiet_of(bench, killer)
    for mutant in mutants:
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
    result.compared, result.differences = place.twice.compared, place.twice.differences
    if plan.whole:
        result.gone = [one for one in KNOWN if one not in result.known and not one.always]
    return result
