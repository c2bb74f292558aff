"""The guide to service is run; between asking and reading the answer, the customer answers through the link."""

from tests.graphql_client import Client
from tests.test_guides import OPERATION, ROOT, learn, steps


async def test_the_guide_to_service_gives_the_answers_it_promises(graphql: Client):
    known: dict[str, str] = {}
    for operation, expected in steps(ROOT / "docs/guides/service.md", until="## The customer by himself"):
        found = await graphql(operation, {name: known[name] for name in OPERATION.findall(operation)})
        assert found == learn(expected, found, known)
        if operation.startswith("mutation Ask("):
            answered = await graphql.http.post(known["link"], json={"score": 5, "comment": "Quick!"})
            assert answered.json() == {"kind": "CSAT", "lowest": 1, "highest": 5, "status": "ANSWERED", "score": 5}
    assert known.keys() == {"nadia", "case", "article", "link", "request"}
