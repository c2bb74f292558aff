"""The proofs of `make webhooks`, on fewer URLs and for less time."""

from pathlib import Path

import pytest

from tests.conftest import Committed
from tests.webhooks.hostile import DATA, NAMES, REBINDING, URLS
from tests.webhooks.proof import evil, hostile


@pytest.mark.proof
async def test_hostile_urls_lead_to_no_forbidden_connection(committed: Committed, tmp_path: Path):
    chosen = [*DATA["refused"][::12], *DATA["addressed"][::8], *(f"https://{name}/hook" for name in list(NAMES)[::3])]
    urls = [url for url in URLS if url in {*chosen, *REBINDING}]
    led = await hostile(committed, tmp_path, urls)
    assert led.steps == (len(urls), len(urls), len(urls))
    assert (led.forbidden, led.public) == ([], 1)


@pytest.mark.proof
async def test_receivers_who_hold_us_up_do_not_hold_up_others(committed: Committed, tmp_path: Path):
    held = await evil(committed, tmp_path, good=20, rounds=2, pause=1.0, gently=False)
    assert (held.arrived, held.expected) == (40, 40)
    assert held.p95_ms <= 2_000
