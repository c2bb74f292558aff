"""A server that events come out of, one for all tests of a module."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.conftest import a_committed
from tests.subscriptions.serving import Served, serving

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
async def served(cluster: Cluster, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    folder: Path = tmp_path_factory.mktemp("served")
    async with (
        a_committed(cluster, template, f"crm_served_{next(NUMBERS)}") as committed,
        serving(committed, folder, cors_origins=("https://ui.example.com",)) as server,
    ):
        yield server
