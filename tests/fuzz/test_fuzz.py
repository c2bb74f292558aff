"""A few hundred generated operations, the same each time; `make fuzz` runs thousands of others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.badinput.place import a_place, client_of
from tests.cluster import Cluster
from tests.fuzz.making import operations
from tests.fuzz.sending import fuzz
from tests.fuzz.thinning import thinned
from tests.fuzz.world import ids_of

SEED, COUNT = 20_260_302, 500


@pytest.fixture
def filled_database(cluster: Cluster, template: str) -> Iterator[str]:
    name = "crm_fuzz"
    cluster.create_database(name, template)
    yield name
    cluster.drop_database(name)


@pytest.mark.proof
async def test_no_generated_operation_is_answered_with_a_failure(
    cluster: Cluster, filled_database: str, tmp_path: Path
):
    async with a_place(cluster, filled_database, tmp_path) as place, client_of(place) as client:
        made = operations(ids_of(place), SEED, thinned)
        found = await fuzz(place, client, made, COUNT, float("inf"), lambda _line: None)
    assert [f"{complaint}\n{one.text}" for one, complaint in found.unhandled] == []
    assert found.done == COUNT
    assert found.ran > COUNT / 4
    assert {"hypothesis-graphql", "schemathesis"} == set(found.makers)
