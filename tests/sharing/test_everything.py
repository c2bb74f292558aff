"""Whatever an outsider's schema offers can be asked for: no field of it fails, though he may find nothing."""

from api.schema import schema
from tests.probes.paths import Walk
from tests.sharing.conftest import World


def selections(walk: Walk, entity: str) -> list[str]:
    """All values of a record, and one selection for each relation with all values behind it."""
    values = [text for _, text in walk.leaves(entity)]
    behind = [
        around % " ".join(["__typename", *(text for _, text in walk.leaves(to))])
        for _, to, around in walk.relations(entity)
    ]
    return [" ".join(values), *behind]


async def test_every_value_of_every_list_is_answered(world: World) -> None:
    walk = Walk(schema.outside.core, schema.outside.catalog)
    lists = list(walk.lists())
    for root, entity in lists:
        for some in selections(walk, entity):
            found = await world.ask("Pat", f"{{ {root}(first: 1) {{ nodes {{ {some} }} }} }}")
            assert list(found) == [root]
    assert len(lists) >= 15
