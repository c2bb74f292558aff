"""`explainAccess` says what the API does, for every principal and record, and why."""

from dataclasses import dataclass
from typing import Any

import pytest

from api.domain import access, accounts, tokens, users
from api.domain.kernel import Level, Right, Work, wire
from tests.factories import a_product, a_team, a_user, an_account
from tests.graphql_client import SECRET, Client, GraphQLFailed, bearer
from tests.record_writes import NIL

SETS = sorted(name for object, name in access.field_sets() if object == "account")
PEPPER = tokens.pepper(SECRET)
EXPLAIN = """
query($id: ID!, $principal: ID) {
  explainAccess(id: $id, principal: $principal) {
    principalId isActive record { id } user { name } token { name }
    read { ...Decision } write { ...Decision } delete { ...Decision }
    fieldRights { object fieldSet access }
  }
}
fragment Decision on AccessDecision {
  allowed
  grants { kind roleName role { name } level because teams { team { name } } fieldRights { fieldSet access } }
}
"""
BRIEF = "query($id: ID!, $principal: ID) { explainAccess(id: $id, principal: $principal) { isActive read { allowed } write { allowed } delete { allowed } } }"  # noqa: E501


@dataclass
class People:
    """Europe, led by Boss, holds East, where Rita sells; Tom sells alone; Gus is gone."""

    rita: users.User
    tom: users.User
    boss: users.User
    gus: users.User
    of_rita: str
    of_tom: str
    of_nobody: str
    product: str


async def give(work: Work, user: users.User, *names: str) -> None:
    await access.set_roles(work, user.id, [(await access.role_named(work, name)).id for name in names])


@pytest.fixture
async def people(work: Work) -> People:
    europe = await a_team(work, "Europe")
    east = await a_team(work, "East", parent_id=europe.id)
    rita, tom = await a_user(work, "Rita", team_id=east.id), await a_user(work, "Tom")
    boss, gus = await a_user(work, "Boss"), await a_user(work, "Gus", team_id=europe.id, is_active=False)
    await users.update_team(work, europe.id, {"manager_id": boss.id})
    await give(work, rita, "sales_rep")
    await give(work, tom, "sales_rep", "marketer")
    await give(work, boss, "sales_manager")
    await give(work, gus, "sales_manager")
    made = [await an_account(work, name, owner_id=one.id) for name, one in (("R", rita), ("T", tom))]
    nobodys = await an_account(work, "N")
    await accounts.update(work, nobodys.id, {"owner_id": None})
    product = await a_product(work)
    await work.finish()
    of_rita, of_tom, of_nobody = [wire("acc", one.id) for one in (*made, nobodys)]
    return People(rita, tom, boss, gus, of_rita, of_tom, of_nobody, wire("prd", product.id))


async def explained(graphql: Client, id: str, principal: str | None = None, **who: Any) -> Any:
    return (await graphql(EXPLAIN, {"id": id, "principal": principal}, **who))["explainAccess"]


def usr(user: users.User) -> str:
    return wire("usr", user.id)


async def test_the_owner_may_because_he_owns_it(graphql: Client, people: People):
    found = await explained(graphql, people.of_rita, usr(people.rita))
    grant = {
        "kind": "ROLE",
        "roleName": "sales_rep",
        "role": {"name": "sales_rep"},
        "level": "OWN",
        "because": "OWN",
        "teams": [],
        "fieldRights": [{"fieldSet": name, "access": "WRITE"} for name in SETS],
    }
    yes = {"allowed": True, "grants": [grant]}
    assert found == {
        "principalId": usr(people.rita),
        "isActive": True,
        "record": {"id": people.of_rita},
        "user": {"name": "Rita"},
        "token": None,
        "read": yes,
        "write": yes,
        "delete": yes,
        "fieldRights": [{"object": "account", "fieldSet": name, "access": "WRITE"} for name in SETS],
    }


async def test_a_leader_may_because_the_owner_is_in_a_team_below(graphql: Client, people: People):
    found = await explained(graphql, people.of_rita, usr(people.boss))
    (grant,) = found["write"]["grants"]
    assert (grant["level"], grant["because"]) == ("TEAM", "TEAM")
    assert [step["team"]["name"] for step in grant["teams"]] == ["Europe", "East"]
    assert found["delete"]["allowed"]
    other = await explained(graphql, people.of_tom, usr(people.boss))
    assert [other[verb] for verb in ("read", "write", "delete")] == [{"allowed": False, "grants": []}] * 3


async def test_each_role_that_reaches_the_record_is_told(graphql: Client, people: People):
    """Tom sells, and reads everything as a marketer: his own account he reads for two reasons."""
    own = await explained(graphql, people.of_tom, usr(people.tom))
    told = [(grant["roleName"], grant["level"], grant["because"]) for grant in own["read"]["grants"]]
    assert told == [("marketer", "ALL", "ALL"), ("sales_rep", "OWN", "OWN")]
    assert [grant["roleName"] for grant in own["write"]["grants"]] == ["sales_rep"]
    other = await explained(graphql, people.of_nobody, usr(people.tom))
    assert (other["read"]["allowed"], other["write"], other["delete"]["allowed"]) == (
        True,
        {"allowed": False, "grants": []},
        False,
    )


async def test_somebody_who_cannot_sign_in_may_nothing_whatever_his_grants(graphql: Client, people: People):
    found = await explained(graphql, people.of_rita, usr(people.gus))
    assert found["isActive"] is False
    assert (found["read"]["allowed"], found["write"]["allowed"], found["delete"]["allowed"]) == (False, False, False)
    assert [grant["because"] for grant in found["read"]["grants"]] == ["TEAM"]


async def test_a_token_that_is_narrower_than_its_person_narrows_the_grants(graphql: Client, work: Work, people: People):
    await access.create(work, {"name": "reads_own", "rights": {"account": Right(Level.OWN)}})
    narrow, _ = await tokens.create(work, "reads_own", "Phone", pepper=PEPPER, user_id=people.boss.id)
    await work.finish()
    found = await explained(graphql, people.of_rita, wire("tok", narrow.id))
    assert (found["token"], found["principalId"]) == ({"name": "Phone"}, usr(people.boss))
    assert [found[verb]["allowed"] for verb in ("read", "write", "delete")] == [False, False, False]
    assert found["fieldRights"] == [{"object": "account", "fieldSet": name, "access": "HIDDEN"} for name in SETS]


async def test_without_a_principal_it_is_about_the_one_who_asks(graphql: Client, people: People):
    found = await explained(graphql, people.of_rita, as_="sales_rep", user=people.rita)
    assert (found["user"], found["token"]) == ({"name": "Rita"}, None)
    (grant,) = found["read"]["grants"][-1:]
    assert (grant["roleName"], grant["role"], grant["because"]) == ("sales_rep", None, "OWN")


async def test_a_record_that_the_one_who_asks_does_not_see_is_absent(graphql: Client, people: People):
    for id in (people.of_tom, "acc_" + NIL):
        assert await explained(graphql, id, as_="sales_rep", user=people.rita) is None
    assert await explained(graphql, people.of_rita, "usr_" + NIL) is None
    assert await explained(graphql, people.of_rita, "tok_" + NIL) is None


async def test_who_may_not_read_roles_asks_about_himself_only(graphql: Client, people: People):
    own = await explained(graphql, people.of_rita, usr(people.rita), as_="sales_rep", user=people.rita)
    assert own["read"]["allowed"]
    for principal in (usr(people.tom), "usr_" + NIL):
        with pytest.raises(GraphQLFailed) as failed:
            await explained(graphql, people.of_rita, principal, as_="sales_rep", user=people.rita)
        assert failed.value.code == "FORBIDDEN"
        assert "leave `principal` out" in str(failed.value)


@pytest.mark.parametrize(
    ("id", "principal"), [("tok_" + NIL, None), ("xyz", None), ("ten_" + NIL, None), ("acc_" + NIL, "acc_" + NIL)]
)
async def test_an_id_of_something_else_is_bad_input(graphql: Client, id: str, principal: str | None):
    with pytest.raises(GraphQLFailed) as failed:
        await explained(graphql, id, principal)
    assert failed.value.code == "BAD_USER_INPUT"


async def test_one_statement_explains(graphql: Client, people: People, statements: list[str]):
    await graphql.token_of()
    statements.clear()
    await explained(graphql, people.of_rita, usr(people.boss))
    assert len(statements) == 1


VERBS = {
    "read": "query($id: ID!) { node(id: $id) { id } }",
    "write": 'mutation($id: ID!) { it: %sUpdate(where: {id: $id}, patch: {name: "Other"}, dryRun: true) { outcome } }',
    "delete": "mutation($id: ID!) { it: %sArchive(where: {id: $id}, dryRun: true) { outcome } }",
}


async def does(graphql: Client, verb: str, id: str, headers: dict[str, str]) -> bool:
    """Whether the API does it for the holder of a token."""
    noun = "product" if id.startswith("prd") else "account"
    query = VERBS[verb].replace("%s", noun)
    answer = await graphql.post({"query": query, "variables": {"id": id}}, as_=None, headers=headers)
    if answer.status_code == 401:
        return False
    data = answer.json()["data"]
    return data["node"] is not None if verb == "read" else data["it"]["outcome"] == "UPDATED"


async def test_the_explanation_is_what_the_api_does(graphql: Client, work: Work, people: People):
    """Every principal and record: two truths, one made of rows and one made of requests, that must be the same."""
    await access.create(work, {"name": "writes_unseen", "rights": {"account": Right(write=Level.ALL, delete=True)}})
    await access.create(work, {"name": "deletes", "rights": {"account": Right(Level.TEAM, delete=True)}})
    principals: dict[str, str] = {}
    for role in (*access.SHIPPED, "writes_unseen", "deletes"):
        token, secret = await tokens.create(work, role, role, pepper=PEPPER)
        principals[wire("tok", token.id)] = secret
    for user in (people.rita, people.tom, people.boss, people.gus):
        token, secret = await tokens.create(work, None, user.name, pepper=PEPPER, user_id=user.id)
        principals[wire("tok", token.id)] = secret
    narrow, secret = await tokens.create(work, "sales_rep", "narrow", pepper=PEPPER, user_id=people.boss.id)
    principals[wire("tok", narrow.id)] = secret
    await give(work, people.rita, "deletes", "sales_rep")
    await work.finish()
    differences, answers = [], []
    for principal, secret in principals.items():
        for id in (people.of_rita, people.of_tom, people.of_nobody, people.product):
            told = (await graphql(BRIEF, {"id": id, "principal": principal}))["explainAccess"]
            done = {verb: {"allowed": await does(graphql, verb, id, bearer(secret))} for verb in VERBS}
            answers += [done[verb]["allowed"] for verb in VERBS]
            differences += [(principal, id, verb, told[verb]) for verb in VERBS if told[verb] != done[verb]]
    assert differences == []
    assert min(answers.count(True), answers.count(False)) > len(answers) // 4


async def test_a_leader_sees_the_records_of_his_teams_and_his_own(graphql: Client, work: Work, people: People):
    own = await an_account(work, "B", owner_id=people.boss.id)
    _, secret = await tokens.create(work, None, "Boss", pepper=PEPPER, user_id=people.boss.id)
    await work.finish()
    answer = await graphql.post({"query": "{ accounts { nodes { id } } }"}, as_=None, headers=bearer(secret))
    found = {one["id"] for one in answer.json()["data"]["accounts"]["nodes"]}
    assert found == {people.of_rita, wire("acc", own.id)}
