"""Roles: who may give what to whom, and what comes of it."""

from collections.abc import Awaitable
from dataclasses import replace

import pytest

from api.domain import access, accounts, users
from api.domain.access import shipped
from api.domain.kernel import FieldAccess, Invalid, Level, NotAllowed, NotFound, Right, Work
from tests.conftest import AsRole
from tests.factories import a_team, a_user, an_account

LOOK = Right(Level.ALL)


async def finished(work: Work, command: Awaitable[object]) -> None:
    await command
    await work.finish()


async def test_rights_of_several_roles_add_up_and_none_takes_away(work: Work):
    grace = await a_user(work, "Grace")
    rep, marketer = [await access.role_named(work, name) for name in ("sales_rep", "marketer")]
    await access.set_roles(work, grace.id, [rep.id, marketer.id])
    await work.finish()
    both = await access.capability_of_user(work, grace.id)
    assert both.roles == ("marketer", "sales_rep")
    assert both.on("account") == Right(Level.ALL, Level.OWN, create=True, delete=True)
    assert both.on("contact") == Right(Level.ALL, Level.ALL, create=True, delete=True)
    assert both.field("account", "internal_notes") is FieldAccess.WRITE
    assert shipped("marketer").field("account", "internal_notes") is FieldAccess.HIDDEN


async def test_what_no_role_speaks_of_is_denied():
    for name in access.SHIPPED:
        if name != "admin":
            assert shipped(name).on("token") == Right()
            assert shipped(name).on("something_of_a_later_release") == Right()
    assert shipped("admin").on("token").create


async def test_a_role_is_made_changed_and_archived_with_its_history(work: Work):
    role = await access.create(work, {"name": "auditor", "rights": {"account": LOOK}})
    assert (role.name, role.version) == ("auditor", 1)
    await work.finish()
    await access.update(work, role.id, {"rights": {"account": LOOK, "contact": LOOK}})
    (change,) = await work.finish()
    assert (role.version, change.changed) == (2, ["rights"])
    await access.update(work, role.id, {"rights": {"account": LOOK, "contact": LOOK}})
    assert await work.finish() == []
    await access.archive(work, role.id)
    await work.finish()
    with pytest.raises(Invalid, match="there is no such role"):
        await access.role_named(work, "auditor")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"name": "Auditor"}, ("name",)),
        ({"name": "1st"}, ("name",)),
        ({"name": "auditor", "rights": {"spaceship": LOOK}}, ("rights",)),
        ({"name": "auditor", "fields": {("account", "secrets"): FieldAccess.READ}}, ("field_rights",)),
    ],
)
async def test_a_role_that_cannot_be_is_refused(work: Work, values: access.RoleValues, path: tuple[str, ...]):
    with pytest.raises(Invalid) as refused:
        await access.create(work, values)
    assert refused.value.path == path
    assert await work.finish() == []


async def test_nobody_gives_more_than_he_has(work: Work, as_role: AsRole):
    clerk = await access.create(
        work, {"name": "clerk", "rights": {"role": Right(Level.ALL, Level.ALL, create=True), "user": LOOK}}
    )
    admin_role = await access.role_named(work, "admin")
    await work.finish()
    other = await as_role("admin")
    narrow = access.capability(["clerk"], await access.cells_held(work, clerk.id))
    other.viewer = replace(other.viewer, capability=narrow)
    with pytest.raises(NotAllowed):
        await access.create(other, {"name": "king", "rights": {"account": LOOK}})
    with pytest.raises(NotAllowed):
        await access.create(other, {"name": "king", "rights": {access.EVERY: LOOK}})
    with pytest.raises(NotAllowed):
        await access.update(other, admin_role.id, {"description": "mine"})
    with pytest.raises(NotAllowed):
        await access.archive(other, admin_role.id)
    assert await other.finish() == []
    made = await access.create(other, {"name": "junior_clerk", "rights": {"user": LOOK}})
    assert made.version == 1


@pytest.mark.parametrize("role", sorted(access.SHIPPED.keys() - {"admin"}))
async def test_only_administrators_give_roles(work: Work, as_role: AsRole, role: str):
    grace = await a_user(work, "Grace")
    admin_role = await access.role_named(work, "admin")
    await work.finish()
    other = await as_role(role)
    with pytest.raises((NotAllowed, NotFound)):
        await access.set_roles(other, grace.id, [admin_role.id])
    assert await other.finish() == []
    assert await access.roles_of(work, grace.id) == []


async def test_a_manager_writes_what_his_teams_own_and_nothing_else(work: Work, as_role: AsRole):
    east = await a_team(work, "East")
    rita, tom = await a_user(work, "Rita", team_id=east.id), await a_user(work, "Tom")
    of_rita, of_tom = [await an_account(work, name, owner_id=one.id) for name, one in (("R", rita), ("T", tom))]
    boss = await a_user(work, "Boss")
    await users.update_team(work, east.id, {"manager_id": boss.id})
    await work.finish()
    manager = await as_role("sales_manager", boss)
    manager.viewer = replace(manager.viewer, team=(rita.id,))
    changed = await accounts.update(manager, of_rita.id, {"name": "R2"})
    assert changed.name == "R2"
    with pytest.raises(NotFound):
        await accounts.update(manager, of_tom.id, {"name": "T2"})
    with pytest.raises(NotAllowed):
        await accounts.update(manager, of_rita.id, {"owner_id": tom.id})


async def test_a_field_that_may_only_be_read_is_not_written(work: Work, as_role: AsRole):
    account = await an_account(work, "Acme")
    await work.finish()
    reader = await as_role("admin")
    rights = {"account": Right(Level.ALL, Level.ALL, create=True, delete=True)}
    for level in (FieldAccess.READ, FieldAccess.HIDDEN):
        cells = access.Cells(list(rights.items()), [("account", "internal_notes", level)])
        reader.viewer = replace(reader.viewer, capability=access.capability(["clerk"], cells))
        refused_change = accounts.update(reader, account.id, {"notes": "secret"})
        with pytest.raises(NotAllowed) as refused:
            await finished(reader, refused_change)
        assert refused.value.path == ("notes",)


async def test_who_may_change_a_record_may_not_therefore_archive_it(work: Work, as_role: AsRole):
    account = await an_account(work, "Acme")
    await work.finish()
    shop = await as_role("integration")
    await accounts.update(shop, account.id, {"name": "Acme Ltd"})
    refused = accounts.archive(shop, account.id)
    with pytest.raises(NotAllowed):
        await finished(shop, refused)


async def test_a_role_that_is_not_there_is_answered_with_those_one_may_give(work: Work, as_role: AsRole):
    rights = {"role": Right(Level.ALL), "token": Right(Level.ALL, create=True), "account": LOOK, "product": LOOK}
    await access.create(work, {"name": "clerk", "rights": rights})
    await access.create(work, {"name": "reads_accounts", "rights": {"account": LOOK}})
    await work.finish()
    clerk = await as_role("admin")
    held = access.capability([], access.Cells(list(rights.items())))
    clerk.viewer = replace(clerk.viewer, capability=held)
    with pytest.raises(Invalid) as refused:
        await access.role_named(clerk, "king")
    assert str(refused.value) == "there is no such role; you may give clerk, reads_accounts"
    assert (await access.role_named(clerk, "admin")).name == "admin"


async def test_who_may_not_see_roles_learns_no_name_of_one(work: Work, as_role: AsRole):
    rep = await as_role("sales_rep", await a_user(work, "Rita"))
    for name in ("admin", "king"):
        with pytest.raises(Invalid) as refused:
            await access.role_named(rep, name)
        assert str(refused.value) == "there is no such role"
