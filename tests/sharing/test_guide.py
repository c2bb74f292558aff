"""The guide to sharing is run: staff's operations with their token, Pat's with the one made on the way."""

from tests.sharing.conftest import World
from tests.test_guides import OPERATION, ROOT, learn, steps


async def test_the_guide_to_sharing_gives_the_answers_it_promises(world: World) -> None:
    known: dict[str, str] = {}
    asked = []
    for operation, expected in steps(ROOT / "docs/guides/sharing.md"):
        name = operation.split()[1].partition("(")[0]
        variables = {one: known[one] for one in OPERATION.findall(operation) if one in known}
        found = await world.ask("admin" if name.startswith("Staff") else "Pat of the guide", operation, variables)
        assert found == learn(expected, found, known)
        if "secret" in known:
            world.tokens["Pat of the guide"] = known["secret"]
        asked.append(name)
    assert len(asked) == 11
    *_, (portal, _) = steps(ROOT / "README.md")
    found = await world.ask("Pat of the guide", portal)
    assert found == {"opportunities": {"nodes": [], "totalCount": {"value": 0}}}
    assert known["secret"].startswith("crm_ptr_")
    refusal = (await world.post("Pat of the guide", "{ opportunities { nodes { notes } } }")).json()["errors"][0][
        "message"
    ]
    readme = " ".join((ROOT / "README.md").read_text("utf8").split())
    assert f"`{{ opportunities {{ nodes {{ notes }} }} }}` answers *{refusal}*" in readme
