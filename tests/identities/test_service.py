"""Inviting: who is invited, by whom, and what he may do then."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from api.domain import access, identities, tokens, users
from api.domain.identities import Identity, Invitation, InvitationRefused
from api.domain.kernel import ChangeEvent, Invalid, NotAllowed, NotFound, Required, Right, Work
from api.domain.kernel.viewer import Level
from api.domain.users import User
from tests.conftest import AsRole
from tests.factories import a_user
from tests.people import NOW

PEPPER = b"p" * 32
ISSUER = "https://id.example.com"


async def an_invitation(
    work: Work, name: str = "Grace Hopper", email: str = "grace@example.com", roles: tuple[str, ...] = ("sales_rep",)
) -> tuple[User, Invitation, str]:
    made = await identities.invite(work, name, email, roles, pepper=PEPPER)
    await work.flush()
    return made


async def role_names(work: Work, user: UUID) -> list[str]:
    roles = await work.load(access.Role, await access.roles_of(work, user))
    return sorted(role.name for role in roles.values())


async def counted(work: Work) -> tuple[int, ...]:
    """How many users, invitations, identities and changes there are."""
    await work.flush()
    found = []
    for model in (User, Invitation, Identity, ChangeEvent):
        rows = await work.session.execute(select(model.tenant_id).where(model.tenant_id == work.tenant))
        found.append(len(rows.scalars().all()))
    return (*found, len(work.changes))


async def test_somebody_new_becomes_a_user_with_the_role(work: Work):
    user, invitation, code = await an_invitation(work)

    credential = tokens.parse_credential(code)
    assert credential is not None
    assert (credential.kind, credential.key) == (tokens.INVITATION, invitation.key)
    assert tokens.matches(credential, invitation.digest, PEPPER)
    assert (user.name, user.email, user.is_active) == ("Grace Hopper", "grace@example.com", True)
    assert await role_names(work, user.id) == ["sales_rep"]
    assert (invitation.user_id, invitation.expires_at) == (user.id, NOW + timedelta(hours=24))
    assert {change.record.object for change in await work.finish()} == {"user", "invitation"}


async def test_a_known_e_mail_address_is_that_user_who_keeps_name_and_roles(work: Work):
    grace = await a_user(work, email="Grace@Example.com")
    await access.set_roles(work, grace.id, [(await access.role_named(work, "marketer")).id])

    user, _, _ = await an_invitation(work, "Somebody Else")

    assert (user.id, user.name) == (grace.id, "Grace Hopper")
    assert await role_names(work, grace.id) == ["marketer", "sales_rep"]


async def test_who_has_a_role_needs_none(work: Work):
    grace = await a_user(work, email="grace@example.com")
    await access.set_roles(work, grace.id, [(await access.role_named(work, "marketer")).id])
    user, _, _ = await an_invitation(work, roles=())
    assert await role_names(work, user.id) == ["marketer"]


async def test_somebody_new_needs_a_role(work: Work):
    before = await counted(work)
    with pytest.raises(Required, match="needs a role"):
        await an_invitation(work, roles=())
    assert await counted(work) == before


@pytest.mark.parametrize("validity", [timedelta(0), timedelta(seconds=-1), timedelta(hours=24, seconds=1)])
async def test_an_invitation_is_valid_for_at_most_24_hours(work: Work, validity: timedelta):
    before = await counted(work)
    with pytest.raises(Invalid, match="at most 24 hours"):
        await identities.invite(
            work, "Grace Hopper", "grace@example.com", ["admin"], pepper=PEPPER, expires_in=validity
        )
    assert await counted(work) == before


async def test_who_signs_in_already_or_is_not_active_is_not_invited(work: Work):
    linked = await a_user(work, email="grace@example.com")
    work.add(Identity(user_id=linked.id, issuer=ISSUER, subject="grace"))
    await a_user(work, "Hedy Lamarr", email="hedy@example.com", is_active=False)
    before = await counted(work)
    with pytest.raises(Invalid, match="signs in already; unlink the account first"):
        await an_invitation(work)
    with pytest.raises(Invalid, match="not active; activate"):
        await an_invitation(work, "Hedy Lamarr", "hedy@example.com")
    assert await counted(work) == before


@pytest.mark.parametrize("role", ["sales_manager", "sales_rep", "read_only", "integration"])
async def test_only_whose_role_may_invite_invites(as_role: AsRole, role: str):
    work = await as_role(role)
    before = await counted(work)
    with pytest.raises(NotAllowed, match="create this invitation"):
        await an_invitation(work)
    assert await counted(work) == before


FULL = Right(Level.ALL, Level.ALL, create=True)


async def an_inviter(work: Work, as_role: AsRole) -> Work:
    """Somebody who may make users and invitations and what a sales representative may, but no more."""
    rep = access.shipped("sales_rep")
    cells = {**rep.rights, "user": FULL, "invitation": FULL, "role": Right(Level.ALL, Level.NONE)}
    inviting = await as_role("sales_rep", await a_user(work, "Ivy Inviter", email="ivy@example.com"))
    viewer = inviting.viewer
    object.__setattr__(viewer, "capability", type(rep)(("inviter",), cells, rep.fields))
    return inviting


async def test_nobody_invites_with_more_rights_than_he_has(work: Work, as_role: AsRole):
    inviter = await an_inviter(work, as_role)
    before = await counted(inviter)
    with pytest.raises(NotAllowed, match="rights that you have not"):
        await an_invitation(inviter, roles=("admin",))
    assert (await counted(inviter))[1:3] == before[1:3]
    user, _, _ = await an_invitation(inviter, "Hedy Lamarr", "hedy@example.com")
    assert await role_names(inviter, user.id) == ["sales_rep"]


async def test_nobody_makes_himself_somebody_who_may_do_more(work: Work, as_role: AsRole):
    """Whoever gets the code of an administrator's invitation becomes the administrator."""
    boss = await a_user(work, "Boss", email="boss@example.com")
    await access.set_roles(work, boss.id, [(await access.role_named(work, "admin")).id])
    await work.flush()
    inviter = await an_inviter(work, as_role)
    before = await counted(inviter)
    for roles in ((), ("sales_rep",)):
        with pytest.raises(NotAllowed, match="more rights than you have"):
            await an_invitation(inviter, "Boss", "boss@example.com", roles)
    assert (await counted(inviter))[1:3] == before[1:3]


async def test_what_is_wrong_with_a_role_or_an_address_is_told(work: Work):
    with pytest.raises(Invalid, match="there is no such role; you may give admin, channel_manager, finance"):
        await an_invitation(work, roles=("king",))
    with pytest.raises(Invalid, match="not an e-mail address"):
        await an_invitation(work, "Somebody", "somebody")


async def test_whoever_accepts_does_so_in_his_own_name(work: Work, as_role: AsRole):
    grace, invitation, _ = await an_invitation(work)
    await work.finish()
    accepting = await as_role("admin")
    accepting.viewer = identities.invited(work.tenant, grace.id, grace.name)

    assert (await identities.accept(accepting, invitation.id, ISSUER, "grace")).id == grace.id
    await accepting.finish()

    query = select(ChangeEvent).where(ChangeEvent.tenant_id == work.tenant, ChangeEvent.object_type == "identity")
    event = (await work.session.execute(query)).scalars().one()
    assert (event.actor_id, event.actor_name, event.token_id) == (grace.id, "Grace Hopper", None)


async def test_whoever_accepts_may_do_nothing_else(work: Work, as_role: AsRole):
    grace, _, _ = await an_invitation(work)
    accepting = await as_role("admin")
    accepting.viewer = identities.invited(work.tenant, grace.id, grace.name)
    with pytest.raises(NotAllowed):
        await users.update(accepting, grace.id, {"name": "Root"})
    with pytest.raises(NotAllowed):
        await an_invitation(accepting, "Hedy Lamarr", "hedy@example.com")
    with pytest.raises(NotAllowed):
        await tokens.create(accepting, "admin", "Mine", pepper=PEPPER)
    assert (await accepting.load(access.Role, [(await access.role_named(work, "admin")).id])) == {}


async def test_an_invitation_of_another_tenant_is_unknown(work: Work):
    with pytest.raises(InvitationRefused) as caught:
        await identities.accept(work, UUID(int=1), ISSUER, "grace")
    assert caught.value.reason == "unknown"


async def test_who_has_no_account_cannot_be_unlinked(work: Work):
    with pytest.raises(NotFound):
        await identities.unlink(work, (await a_user(work)).id)
