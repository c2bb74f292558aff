"""Users and teams: unique e-mail addresses and names, trees of teams, set-based upserts."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from api.domain import users
from api.domain.kernel import (
    Archived,
    DomainError,
    Duplicate,
    ExternalKey,
    Invalid,
    NotAllowed,
    NotFound,
    Outcome,
    Required,
    RestoreConflict,
    StaleVersion,
    TooLong,
    Work,
    new_id,
)
from tests.conftest import AsRole
from tests.factories import a_team, a_user


async def test_a_user_is_found_by_name_without_case_and_marks(work: Work):
    emile = await users.create(work, {"name": "  Émile Zola ", "email": "Emile@Example.com", "zone": "Europe/Paris"})
    (change,) = await work.finish()

    assert (emile.name, emile.name_sort) == ("Émile Zola", "emile zola")
    assert (emile.email, emile.email_norm) == ("Emile@Example.com", "emile@example.com")
    assert (emile.version, emile.is_active, emile.created_at) == (1, True, work.now)
    assert change.after == {
        "name": "Émile Zola",
        "email": "Emile@Example.com",
        "zone": "Europe/Paris",
        "isActive": True,
    }


async def test_an_e_mail_address_belongs_to_one_live_user(work: Work):
    grace = await a_user(work, email="grace@example.com")

    with pytest.raises(Duplicate) as refused:
        await users.create(work, {"name": "Another", "email": "GRACE@example.com"})

    assert (refused.value.path, refused.value.type, refused.value.existing) == (("email",), "user", grace.id)
    assert [change.record for change in await work.finish()] == [grace]


async def test_a_user_keeps_an_own_e_mail_address_when_it_is_sent_again(work: Work):
    grace = await a_user(work, email="grace@example.com")
    await work.finish()

    await users.update(work, grace.id, {"email": "grace@example.com", "name": "Grace Hopper"})

    assert await work.finish() == []
    assert grace.version == 1


async def test_an_archived_user_frees_the_address_and_cannot_come_back_to_it(work: Work):
    grace = await a_user(work, email="grace@example.com")
    await users.archive(work, grace.id)
    other = await a_user(work, "Grace the Second", email="grace@example.com")

    with pytest.raises(RestoreConflict) as refused:
        await users.restore(work, grace.id)

    assert (refused.value.existing, refused.value.path) == (other.id, ("email",))
    assert grace.archived_at == work.now

    await users.update(work, other.id, {"email": None})
    await users.restore(work, grace.id)
    assert grace.archived_at is None


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({}, Required, ("name",)),
        ({"name": " \t"}, Required, ("name",)),
        ({"name": "x" * 256}, TooLong, ("name",)),
        ({"name": "a\x00b"}, Invalid, ("name",)),
        ({"name": "Ada", "email": "nobody"}, Invalid, ("email",)),
        ({"name": "Ada", "zone": "Mars/Olympus"}, Invalid, ("zone",)),
        ({"name": "Ada", "is_active": None}, Required, ("is_active",)),
        ({"name": "Ada", "team_id": new_id()}, NotFound, ("team",)),
    ],
)
async def test_a_user_with_a_wrong_value_is_refused(
    work: Work, values: Any, refusal: type[DomainError], path: tuple[str, ...]
):
    with pytest.raises(refusal) as refused:
        await users.create(work, values)

    assert refused.value.path == path
    assert await work.finish() == []


async def test_an_update_of_an_older_version_is_refused(work: Work):
    grace = await a_user(work)
    await work.finish()
    await users.update(work, grace.id, {"title": "Admiral"}, if_version=1)
    await work.finish()

    with pytest.raises(StaleVersion) as refused:
        await users.update(work, grace.id, {"title": "Captain"}, if_version=1)

    assert (refused.value.expected_version, refused.value.current_version) == (1, 2)
    assert (grace.title, grace.version) == ("Admiral", 2)


async def test_an_archived_user_is_not_updated(work: Work):
    grace = await a_user(work)
    await users.archive(work, grace.id)

    with pytest.raises(Archived):
        await users.update(work, grace.id, {"title": "Captain"})

    assert grace.title is None


async def test_a_sales_rep_creates_no_users(as_role: AsRole):
    work = await as_role("sales_rep")

    with pytest.raises(NotAllowed):
        await users.create(work, {"name": "Mallory"})

    assert await work.finish() == []


async def test_rows_mean_the_user_with_the_external_id_then_the_address_then_the_name(work: Work):
    key = ExternalKey("hr", "820982911946154508")
    one = await users.create(work, {"name": "Anna Snelling"}, external_ids=[key])
    two = await a_user(work, "Cecily Lampkin", email="cecily@example.com")
    three = await a_user(work, "Versie Hillebrand")
    await work.finish()

    results = await users.upsert_many(
        work,
        [
            users.UserRow(values={"title": "Agent"}, external_ids=[key]),
            users.UserRow(
                values={"email": "CECILY@example.com", "name": "Cecily Lampkin"}, external_ids=[ExternalKey("hr", "2")]
            ),
            users.UserRow(values={"name": "versie  HILLEBRAND"}, by_name=True),
            users.UserRow(values={"name": "Versie Hillebrand"}, by_name=True),
            users.UserRow(values={"name": "Moses Frase"}, by_name=True),
            users.UserRow(values={"name": "Moses Frase"}, by_name=True),
        ],
    )

    assert [result.outcome for result in results] == [
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.UPDATED,
        Outcome.CREATED,
        Outcome.UNCHANGED,
    ]
    assert [result.unwrap() for result in results[:4]] == [one, two, three, three]
    assert results[4].record is results[5].record
    assert three.name == "Versie Hillebrand"


async def test_a_refused_row_leaves_the_others_alone(work: Work):
    await a_user(work, "Ada", email="ada@example.org")
    await work.finish()

    results = await users.upsert_many(
        work,
        [
            users.UserRow(values={"name": "Bob"}),
            users.UserRow(values={"name": "Carol", "email": "carol"}),
            users.UserRow(values={"title": "nameless"}, id=new_id()),
            users.UserRow(values={"name": "Dave"}, external_ids=[ExternalKey("", "1")]),
        ],
    )

    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.FAILED, Outcome.FAILED, Outcome.FAILED]
    assert [type(result.refusal) for result in results[1:]] == [Invalid, NotFound, Required]
    assert [change.record for change in await work.finish()] == [results[0].record]


async def test_the_number_of_statements_does_not_grow_with_the_rows(work: Work, statements: list[str]):
    team = await a_team(work)

    async def statements_for(number: int, prefix: str) -> int:
        statements.clear()
        rows = [
            users.UserRow(
                values={"name": f"{prefix} {n}", "email": f"{prefix}{n}@example.com", "team_id": team.id},
                external_ids=[ExternalKey("hr", f"{prefix}{n}")],
            )
            for n in range(number)
        ]
        results = await users.upsert_many(work, rows)
        await work.finish()
        assert {result.outcome for result in results} == {Outcome.CREATED}
        return len(statements)

    assert await statements_for(2, "few") == await statements_for(60, "many") == 3


async def test_a_team_cannot_come_below_itself(work: Work):
    world = await a_team(work, "World")
    east = await a_team(work, "East", parent_id=world.id)
    city = await a_team(work, "City", parent_id=east.id)
    await work.finish()

    with pytest.raises(Invalid) as refused:
        await users.update_team(work, world.id, {"parent_id": city.id})

    assert (refused.value.path, refused.value.constraint) == (("parent",), "circle")
    assert world.parent_id is None
    assert await work.finish() == []


async def test_a_tree_of_teams_has_at_most_ten_levels(work: Work):
    parent = await a_team(work, "Level 1")
    for level in range(2, 11):
        parent = await a_team(work, f"Level {level}", parent_id=parent.id)
    loose = await a_team(work, "Loose")

    with pytest.raises(Invalid) as refused:
        await users.update_team(work, loose.id, {"parent_id": parent.id})

    assert (refused.value.constraint, refused.value.limit) == ("depth", 10)
    assert loose.parent_id is None


async def test_a_team_and_its_manager_point_at_each_other(work: Work):
    central = await a_team(work, "Central")
    dustin = await a_user(work, "Dustin Brinkmann", team_id=central.id)
    await users.update_team(work, central.id, {"manager_id": dustin.id})
    changes = await work.finish()

    assert (central.manager_id, dustin.team_id) == (dustin.id, central.id)
    assert [change.after["manager"] for change in changes if change.record is central] == [f"usr_{dustin.id.hex}"]


async def test_a_live_team_has_a_name_of_its_own(work: Work):
    central = await a_team(work, "Central")

    with pytest.raises(Duplicate) as refused:
        await users.create_team(work, {"name": "CENTRAL"})
    assert (refused.value.path, refused.value.existing) == (("name",), central.id)

    (result,) = await users.upsert_teams(work, [users.TeamRow(values={"name": "central"})])
    assert (result.outcome, result.record) == (Outcome.UPDATED, central)

    await users.archive_team(work, central.id)
    await a_team(work, "Central")
    with pytest.raises(RestoreConflict):
        await users.restore_team(work, central.id)


async def test_the_database_itself_refuses_a_team_that_is_its_own_parent(work: Work):
    team = await a_team(work)
    team.parent_id = team.id

    with pytest.raises(IntegrityError, match="ck_teams_not_its_own_parent"):
        await work.flush()


async def test_a_second_writer_of_the_same_address_gets_a_duplicate_from_the_index(work: Work):
    """Two works at once pass the check; the unique index is the backstop."""
    await a_user(work, email="grace@example.com")
    second = users.User(name="Grace", name_sort="grace", email="grace@example.com", email_norm="grace@example.com")
    second.is_active = True
    work.add(second)

    with pytest.raises(Duplicate) as refused:
        await work.flush()

    assert (refused.value.path, refused.value.type, refused.value.existing) == (("email",), "user", None)
    assert isinstance(second.id, UUID)
