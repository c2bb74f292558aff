"""A part of the corpus, every group of it; `make badinput` runs all."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.badinput.asking import Asker
from tests.badinput.cases import Case, Raw, Sent, drafts
from tests.badinput.cursors import cursor_cases
from tests.badinput.positions import value_cases
from tests.badinput.running import an_asker, run
from tests.cluster import Cluster

SHARES = {"documents": 19, "mutations": 6, "bodies": 7, "headers": 5, "paging": 5, "sockets": 9, "values": 110}
CURSORS = 40
LARGEST = 1_000_000  # bytes of a body
PATIENCE = 0.5


@pytest.fixture
def filled_database(cluster: Cluster, template: str) -> Iterator[str]:
    name = "crm_badinput"
    cluster.create_database(name, template)
    yield name
    cluster.drop_database(name)


def some() -> Iterator[Case]:
    """Of each group one case of so many, none that takes its time."""
    counts = dict.fromkeys(SHARES, 0)
    for draft in drafts():
        counts[draft.group] += 1
        if counts[draft.group] % SHARES[draft.group] == 0:
            case = draft.case()
            if quick(case):
                yield case
    yield from islice(value_cases(whole=False), 0, None, SHARES["values"])


def quick(case: Case) -> bool:
    if isinstance(case.sent, Sent):
        return len(case.sent.body) < LARGEST
    return isinstance(case.sent, Raw) and not case.sent.slow and sum(map(len, case.sent.pieces)) < LARGEST


async def everything(asker: Asker) -> AsyncIterator[Case]:
    for case in some():
        yield case
    async for case in cursor_cases(asker, share=CURSORS):
        yield case


@pytest.mark.proof
async def test_bad_input_has_its_documented_answer(cluster: Cluster, filled_database: str, tmp_path: Path):
    async with an_asker(cluster, filled_database, tmp_path, PATIENCE) as asker:
        found = await run(asker, everything(asker), lambda _line: None)
    assert [f"{case}: {complaints}" for case, complaints in found.wrong] == []
    assert set(found.counts) == {*SHARES, "cursors"}
    assert found.done >= 200


def test_the_corpus_is_as_large_as_promised():
    assert len(list(drafts())) >= 1_500
    assert len(list(value_cases(whole=False))) >= 5_000
