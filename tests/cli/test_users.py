import json

import pytest

from tests.cli.conftest import Asking, Crm

INVITE = ("user", "invite", "Grace Hopper", "--tenant", "maven", "--email", "grace@example.com")


@pytest.fixture(autouse=True)
def maven(crm: Crm, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_OIDC_ISSUER", "https://id.example.com")
    monkeypatch.setenv("CRM_OIDC_AUDIENCE", "headless-crm")
    assert crm("tenant", "create", "maven").code == 0


def test_the_code_is_printed_once_and_alone(crm: Crm, asking: Asking):
    made = crm(*INVITE, "--role", "sales_rep", "--role", "marketer")

    assert (made.code, made.err) == (0, "")
    assert made.out.startswith("crm_inv_")
    assert len(made.out.splitlines()) == 1
    query = """SELECT u.name, u.email, string_agg(r.name, ' ' ORDER BY r.name)
                 FROM invitations i JOIN users u ON u.id = i.user_id
                 JOIN user_roles h ON h.user_id = u.id JOIN roles r ON r.id = h.role_id GROUP BY 1, 2"""
    assert asking.rows(query) == [("Grace Hopper", "grace@example.com", "marketer sales_rep")]
    assert asking.value("SELECT expires_at - created_at = interval '24 hours' FROM invitations")


def test_as_json_it_says_until_when(crm: Crm, asking: Asking):
    told = json.loads(crm(*INVITE, "--role", "admin", "--expires-in", "90m", "--json").out)

    assert told.keys() == {"code", "user", "email", "tenant", "expires"}
    assert asking.value("SELECT expires_at - created_at = interval '90 minutes' FROM invitations")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "REQUIRED: role: somebody new needs a role."),
        (("--role", "king"), "INVALID: role: there is no such role; you may give admin,"),
        (("--role", "admin", "--expires-in", "2d"), "INVALID: expires in: an invitation is valid for more than 0"),
        (("--role", "admin", "--tenant", "globex"), "NOT_FOUND: There is no tenant 'globex'"),
    ],
)
def test_what_cannot_be_done_changes_nothing(crm: Crm, asking: Asking, arguments: tuple[str, ...], said: str):
    done = crm(*INVITE, *arguments)

    assert done.code == 1
    assert done.err.startswith(said)
    assert asking.value("SELECT count(*) FROM invitations") == 0
    assert asking.value("SELECT count(*) FROM users") == 0


def test_without_an_issuer_nobody_is_invited(crm: Crm, asking: Asking, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CRM_OIDC_ISSUER")
    monkeypatch.delenv("CRM_OIDC_AUDIENCE")

    done = crm(*INVITE, "--role", "admin")

    assert (done.code, done.err.partition(":")[0]) == (1, "SETTING")
    assert asking.value("SELECT count(*) FROM users") == 0


def test_who_has_no_account_cannot_be_unlinked(crm: Crm, asking: Asking):
    crm(*INVITE, "--role", "admin")

    done = crm("user", "unlink", "grace@example.com", "--tenant", "maven")

    assert (done.code, done.err) == (1, "NOT_FOUND: There is no such identity.\n")


def test_an_account_is_unlinked(crm: Crm, asking: Asking):
    crm(*INVITE, "--role", "admin")
    asking.execute(
        """INSERT INTO identities (tenant_id, id, user_id, issuer, subject, version, created_at, updated_at)
           SELECT tenant_id, gen_random_uuid(), id, 'https://id.example.com', 'grace', 1, now(), now() FROM users"""
    )

    done = crm("user", "unlink", "grace@example.com", "--tenant", "maven")

    assert (done.code, done.out) == (0, "grace@example.com can no longer sign in.\n")
    assert asking.value("SELECT archived_at IS NOT NULL FROM identities") is True
