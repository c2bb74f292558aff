"""The proof of `make sockets`, smaller: what a socket weighs, and that every one hears everything."""

from pathlib import Path

import pytest

from tests.cluster import Cluster
from tests.subscriptions.load import MOST_KILOBYTES, Found, Load, measured

DATABASE = "crm_few_sockets"


@pytest.mark.proof
async def test_sockets_weigh_little_and_lose_nothing(cluster: Cluster, template: str, tmp_path: Path):
    cluster.create_database(DATABASE, template)
    try:
        found = await measured(cluster, DATABASE, tmp_path, Load(idle=100, active=20, events=10, pause=0.05))
    finally:
        cluster.drop_database(DATABASE)
    assert found.kilobytes <= MOST_KILOBYTES
    assert (len(found.seconds), found.lost) == (200, 0)
    print(found.closing_line())


def test_the_last_line_says_what_was_measured_and_what_is_too_much_fails():
    found = Found(idle=1_000, active=200, kilobytes=26.7, seconds=[0.1] * 95 + [0.4] * 5)
    assert found.closing_line() == "sockets: 1000 idle at 27 kB each, 200 active, p95 385 ms, 0 lost"
    assert found.good
    assert not Found(1, 1, kilobytes=101.0, seconds=[0.1, 0.1]).good
    assert not Found(1, 1, kilobytes=1.0, seconds=[0.1, 0.6]).good
    assert not Found(1, 1, kilobytes=1.0, seconds=[0.1, 0.1], lost=1).good
