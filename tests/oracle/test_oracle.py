"""What the compiler answers is what a slow, dumb executor answers, for any query, whoever asks."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from coverage import Coverage
from sqlalchemy.ext.asyncio import AsyncEngine

from api.db.engine import write_engine
from api.db.pool import ReadPool
from tests.cluster import Cluster
from tests.oracle.comparing import bench, compare

MEASURED, OPERATIONS = 30, 90  # coverage makes an operation three times as slow and learns nothing from the later ones


@dataclass
class Ground:
    """A database for worlds: a superuser puts them there, the application reads them."""

    superuser: AsyncEngine
    reads: ReadPool


@pytest.fixture(scope="session")
async def ground(cluster: Cluster, template: str) -> AsyncIterator[Ground]:
    name = "crm_oracle"
    cluster.create_database(name, template)
    engine, pool = write_engine(cluster.superuser_url(name)), ReadPool(cluster.urls(name).app)
    await pool.open()
    yield Ground(engine, pool)
    await pool.close()
    await engine.dispose()
    cluster.drop_database(name)


@contextmanager
def unmeasured() -> Iterator[None]:
    coverage = Coverage.current()
    if coverage is not None:
        coverage.stop()
    yield
    if coverage is not None:
        coverage.start()


async def equal_answers(ground: Ground, seed: int, count: int) -> None:
    there = await bench(seed, ground.superuser, ground.reads)
    done, difference = await compare(there, count, set())
    assert difference is None, f"make oracle SEED={seed} shows it again\n{difference}"
    assert done == count


async def test_random_queries_are_answered_as_the_oracle_answers_them(ground: Ground):
    await equal_answers(ground, 1, MEASURED)


@pytest.mark.parametrize("seed", range(2, 5))
async def test_more_random_queries_are_answered_as_the_oracle_answers_them(ground: Ground, seed: int):
    with unmeasured():
        await equal_answers(ground, seed, OPERATIONS)
