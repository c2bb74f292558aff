"""Two thousand probes and a few mutants, the same each time; `make probes` runs thousands of others and all mutants."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.probes.campaign import Plan, run
from tests.probes.mutants import MUTANTS

DATABASE = "crm_probes"
STAFF = tuple(f"{letter} staff {role}" for letter in "abc" for role in ("admin", "sales_rep"))
PRINCIPALS = (*STAFF, "a partner 0", "a partner 3", "a customer 4", "b partner 3")
PLAN = Plan(
    paths=25,
    mutations=60,
    quiet_paths=8,
    pairs=("a staff sales_rep", "a partner 0", "a partner 3"),
    outside_paths=24,
    outside_mutations=40,
    fields=120,
    staff_fields=10,
    inputs=4,
    cells=5,
    mutants=MUTANTS[:: len(MUTANTS) // 7],
    principals=PRINCIPALS,
)


@pytest.fixture
def migrated(cluster: Cluster, template: str) -> Iterator[str]:
    cluster.create_database(DATABASE, template)
    yield DATABASE
    cluster.drop_database(DATABASE)


@pytest.mark.proof
async def test_nobody_is_shown_or_changes_what_is_hidden_and_mutants_are_noticed(
    cluster: Cluster, migrated: str, tmp_path: Path
):
    result = await run(cluster, migrated, tmp_path, PLAN, lambda _line: None)
    assert [str(leak) for leak in result.leaks] == []
    assert result.survivors == []
    assert result.differences == []
    assert result.broken == {}
    assert result.mutants >= 7
    assert result.reads + result.mutations + result.fields >= 2_000
