"""One query through the product and through the oracle, and the simplest one that still differs."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from graphql import get_operation_ast
from sqlalchemy.ext.asyncio import AsyncEngine

from api.compiler import RequestError, RequestErrors
from api.db.pool import ReadPool
from api.domain import access
from api.domain.kernel import PrincipalKind, Viewer
from api.http.documents import Documents
from api.http.errors import Refused
from api.http.limits import STAFF
from api.schema import schema
from api.schema.reading import Reads
from tests.oracle.document import Query
from tests.oracle.executor import Oracle, Unanswerable, committed_schema
from tests.oracle.memory import Memory, remember
from tests.oracle.operations import Operations
from tests.oracle.paging import MARK, Cursors
from tests.oracle.seeing import Asker
from tests.oracle.world import Made, store, world_of

SECRET = b"s" * 32
MOST_TRIES = 600
AGAIN = 0.35
CURSOR = re.compile(r"\b(after|before): ")
DEAR = replace(STAFF, cost=10**9)  # what costs much finds most
RARE = 0.2  # programs without a user own nothing


@dataclass
class Difference:
    """What a query was answered, and what it should have been."""

    seed: int
    asker: Asker
    query: str
    variables: Mapping[str, Any]
    places: list[str]

    def __str__(self) -> str:
        sent = json.dumps(self.variables, ensure_ascii=False)
        asker = f"as {self.asker.role} {self.asker.kind} of {self.asker.tenant}, user {self.asker.user}"
        return "\n".join([f"seed {self.seed}, {asker}", self.query, f"variables: {sent}", *self.places[:20]])


@dataclass
class Bench:
    """The product and the oracle before the same world."""

    seed: int
    world: Made
    memory: Memory
    cursors: Cursors
    reads: Reads
    documents: Documents
    sent: list[str]

    async def differences(self, query: Query, asker: Asker) -> list[str]:
        """Where the answers differ; raises `Refused` for a query that the product would not take."""
        text, variables = query.text(), query.values()
        document = self.documents.get(text)
        operation = get_operation_ast(document.node)
        assert operation is not None
        self.sent.clear()
        try:
            answer = await self.reads.execute(document.node, operation, variables, viewer(asker), key=document.key)
        except (RequestError, RequestErrors) as error:
            return [f"refused: {getattr(error, 'code', '')} {error}"]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            return [f"failed: {type(error).__name__}: {error}"]
        oracle = Oracle(ORACLE_SCHEMA, self.memory, self.cursors, self.world.now, asker)
        try:
            expected = oracle.answer(document.node, variables)
        except Unanswerable as error:
            return [f"unanswerable: {error}"]
        found = list(unequal(json.loads(answer), expected, "", self.cursors))
        if len(self.sent) != 1:
            found.append(f"{len(self.sent)} statements were sent")
        return found

    async def simplest(self, query: Query, asker: Asker, places: list[str]) -> Difference:
        """Take away what is not needed for the same kind of difference."""
        kind, tries, smaller = kind_of(places), 0, True
        while smaller and tries < MOST_TRIES:
            smaller = False
            for simple in query.simpler():
                tries += 1
                if tries >= MOST_TRIES:
                    break
                try:
                    found = await self.differences(simple, asker)
                except Refused:  # not valid any more
                    continue
                if found and kind_of(found) == kind:
                    query, places, smaller = simple, found, True
                    break
        return Difference(self.seed, asker, query.text(), query.values(), places)


ORACLE_SCHEMA = committed_schema()


def viewer(asker: Asker) -> Viewer:
    kind, capability = PrincipalKind(asker.kind), access.shipped(asker.role)
    return Viewer(asker.tenant, asker.principal, kind, asker.name, capability, asker.user)


def kind_of(places: list[str]) -> str:
    """Refused with which code, failed with which exception, or another answer."""
    match = re.match(r"(refused|failed|unanswerable): \w+", places[0])
    return match[0] if match else "differs"


def unequal(found: Any, expected: Any, path: str, cursors: Cursors) -> Iterator[str]:
    """Where two answers differ, order of the keys included."""
    if isinstance(expected, str) and expected.startswith(MARK):
        if not isinstance(found, str) or not cursors.learn(expected, found):
            yield f"{path}: the cursor {found} stands for {cursors.places[int(expected.removeprefix(MARK))]}"
    elif isinstance(expected, dict) and isinstance(found, dict):
        if list(found) != list(expected):
            yield f"{path}: keys {list(found)}, expected {list(expected)}"
        for key in expected.keys() & found.keys():
            yield from unequal(found[key], expected[key], f"{path}.{key}", cursors)
    elif isinstance(expected, list) and isinstance(found, list):
        if len(found) != len(expected):
            yield f"{path}: {len(found)} items {shortened(found)}, expected {len(expected)} {shortened(expected)}"
        for at, (one, other) in enumerate(zip(found, expected, strict=False)):
            yield from unequal(one, other, f"{path}[{at}]", cursors)
    elif found != expected or isinstance(found, bool) is not isinstance(expected, bool):
        yield f"{path}: {shortened(found)}, expected {shortened(expected)}"


def shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]} …"


async def bench(seed: int, engine: AsyncEngine, pool: ReadPool) -> Bench:
    """Put the world of a seed into the database. `engine` is a superuser's, `pool` the product's."""
    world = world_of(seed)
    async with engine.begin() as connection:
        await store(connection, world)
    async with engine.connect() as connection:
        memory = await remember(connection, world.tenants)
    reads = Reads(schema.core, schema.catalog, pool, SECRET, lambda: world.now)
    sent: list[str] = []
    pool.on_statement[:] = [lambda sql, _arguments: sent.append(sql)]
    return Bench(seed, world, memory, Cursors(), reads, Documents(schema.core, DEAR), sent)


async def compare(
    bench: Bench, count: int, asked: set[str], enough: Callable[[], bool] = lambda: False
) -> tuple[int, Difference | None]:
    """Run so many queries, or until it is enough; how many there were, and the first difference.

    `asked` is filled with what was asked for; it must be empty, so that a world has the same queries every time.
    """
    random = Random(f"queries {bench.seed}")
    favourites: dict[str, Any] = {}
    walks: dict[Any, Any] = {}
    done = 0
    while done < count and not enough():
        asker = random.choice([one for one in bench.world.askers if one.user or random.random() < RARE])
        oracle = Oracle(ORACLE_SCHEMA, bench.memory, bench.cursors, bench.world.now, asker)
        made = Operations(ORACLE_SCHEMA, random, oracle.world, bench.cursors, favourites, walks, asked).make()
        query = made.query
        for _ in range(2 if random.random() < AGAIN else 1):
            try:
                found = await bench.differences(query, asker)
            except Refused as refusal:
                if refusal.code != "QUERY_TOO_EXPENSIVE" and "conflict" not in str(refusal.errors):
                    raise
                break
            done += 1
            if found:
                return done, await bench.simplest(query, asker, found)
            if done == count:
                break
            query = made.again()
            if not CURSOR.search(query.text()):  # the statement is cached: others must get their own answer from it
                asker = random.choice(bench.world.askers)
    return done, None
