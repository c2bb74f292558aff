"""The guide to events is run: every operation in it is sent, every answer in it is expected."""

from tests.events.conftest import Feed
from tests.test_guides import OPERATION, ROOT, learn, steps


async def test_the_guide_to_events_gives_the_answers_it_promises(feed: Feed):
    known: dict[str, str] = {}
    for operation, expected in steps(ROOT / "docs/guides/events.md", until="## Webhooks"):
        found = await feed(operation, {name: known[name] for name in OPERATION.findall(operation)})
        assert expected is None or found == learn(expected, found, known)
        await feed.relay()
    assert known["position"] == "3"
