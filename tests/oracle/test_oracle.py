"""What the compiler answers is what a slow, dumb executor answers, for any query, whoever asks."""

import ast
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from coverage import Coverage
from sqlalchemy.ext.asyncio import AsyncEngine

from api.db.engine import write_engine
from api.db.pool import ReadPool
from api.domain.kernel import ChangeEvent
from tests.cluster import Cluster
from tests.oracle.comparing import bench, compare
from tests.oracle.world import world_of

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


def test_the_oracle_shares_no_code_with_what_it_doubts():
    """Else it would share its mistakes. Only `comparing.py` knows both sides."""
    for path in Path(__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text("utf8"))
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        modules += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        doubted = [name for name in modules if name.startswith(("api.compiler", "api.schema"))]
        assert doubted == [] or path.name == "comparing.py"


async def test_random_queries_are_answered_as_the_oracle_answers_them(ground: Ground):
    await equal_answers(ground, 1, MEASURED)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2, 5))
async def test_more_random_queries_are_answered_as_the_oracle_answers_them(ground: Ground, seed: int):
    with unmeasured():
        await equal_answers(ground, seed, OPERATIONS)


def test_no_record_of_a_world_has_a_history_ahead_of_it():
    """A change of such a record could not be noted: its number would be taken."""
    made = world_of(1)
    records = [row for rows in made.rows.values() for row in rows if "version" in row and "object_id" not in row]
    versions = {row["id"]: row["version"] for row in records}
    ahead = [one for one in made.rows[ChangeEvent] if one["version"] > versions[one["object_id"]]]
    assert (len(made.rows[ChangeEvent]) > 100, ahead) == (True, [])
