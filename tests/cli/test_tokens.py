import json

import pytest

from api.domain import tokens
from tests.cli.conftest import Asking, Crm


@pytest.fixture(autouse=True)
def maven(crm: Crm, asking: Asking) -> None:
    assert crm("tenant", "create", "maven").code == 0


def test_a_token_is_printed_once_and_alone_so_that_a_script_can_take_it(crm: Crm, asking: Asking):
    made = crm("token", "create", "--tenant", "maven", "--role", "admin")

    credential = tokens.parse_credential(made.out.strip())
    assert (made.code, made.err) == (0, "")
    assert credential is not None
    [(digest, role, expires)] = asking.rows(
        "SELECT digest, roles.name, expires_at FROM tokens JOIN roles ON roles.id = tokens.role_id"
    )
    assert tokens.matches(credential, digest, tokens.pepper(b"k" * 32))
    assert (role, expires) == ("admin", None)


def test_as_json_the_token_comes_with_its_id_and_its_end(crm: Crm, asking: Asking):
    made = crm("token", "create", "--tenant", "maven", "--role", "read_only", "--expires-in", "24h", "--json")

    facts = json.loads(made.out)
    assert tokens.parse_credential(facts["token"]) is not None
    assert (facts["role"], facts["tenant"]) == ("read_only", "maven")
    assert asking.value("SELECT extract(epoch FROM expires_at - created_at)::int FROM tokens") == 86_400


def test_a_token_of_a_person_is_made_by_e_mail_address_in_any_case(crm: Crm, asking: Asking):
    asking.execute(
        "INSERT INTO users (tenant_id, id, name, name_sort, email, email_norm, is_active, version, created_at,"
        " updated_at) SELECT id, gen_random_uuid(), 'Ada', 'ada', 'ada@example.com', 'ada@example.com', true, 1, now(),"
        " now() FROM tenants"
    )

    early = crm("token", "create", "--tenant", "maven", "--role", "sales_rep", "--user", "ADA@example.com")
    given = crm("role", "grant", "sales_rep", "--tenant", "maven", "--user", "ada@example.com")
    made = crm("token", "create", "--tenant", "maven", "--role", "sales_rep", "--user", "ADA@example.com")
    nobody = crm("token", "create", "--tenant", "maven", "--role", "sales_rep", "--user", "bob@example.com")
    no_id = crm("token", "create", "--tenant", "maven", "--role", "sales_rep", "--user", "ada")

    assert early.err == (
        "INVALID: role: the person lacks rights of this role; give it first (`userSetRoles`, `crm role grant`).\n"
    )
    assert given.err == ""
    assert given.out == "ada@example.com has now: sales_rep.\n"
    assert made.out.startswith("crm_pat_")
    assert asking.value("SELECT user_id = (SELECT id FROM users) FROM tokens")
    assert nobody.err == "NOT_FOUND: Nobody in this tenant has the e-mail address 'bob@example.com'.\n"
    assert no_id.err.startswith("INVALID: 'ada' is not an id of this type; it looks like usr_")
    assert (nobody.code, no_id.code) == (1, 1)
    assert asking.value("SELECT count(*) FROM tokens") == 1


def test_what_cannot_be_is_refused_and_makes_no_token(crm: Crm, asking: Asking):
    role = crm("token", "create", "--tenant", "maven", "--role", "king")
    tenant = crm("token", "create", "--tenant", "nobody", "--role", "admin")
    validity = crm("token", "create", "--tenant", "maven", "--role", "admin", "--expires-in", "soon")

    assert role.err == (
        "INVALID: role: there is no such role; you may give admin, channel_manager, finance, integration, "
        "marketer, read_only, sales_manager, sales_rep, support_agent.\n"
    )
    assert tenant.err == "NOT_FOUND: There is no tenant 'nobody': make it with `crm tenant create nobody`.\n"
    assert "write 90m, 24h or 30d" in validity.err
    assert [done.code for done in (role, tenant, validity)] == [1, 1, 2]
    assert asking.value("SELECT count(*) FROM tokens") == 0


def test_a_revoked_token_stays_in_the_list(crm: Crm, asking: Asking):
    id = json.loads(crm("token", "create", "--tenant", "maven", "--role", "admin", "--name", "Shop", "--json").out)[
        "id"
    ]

    revoked = crm("token", "revoke", id, "--tenant", "maven")
    [listed] = json.loads(crm("token", "list", "--tenant", "maven", "--json").out)["tokens"]

    assert (revoked.code, revoked.out) == (0, f"Revoked {id}.\n")
    assert (listed["id"], listed["name"], listed["role"]) == (id, "Shop", "admin")
    assert listed["revoked"] is not None
    assert "token" not in listed


def test_a_token_of_another_tenant_cannot_be_revoked(crm: Crm, asking: Asking):
    id = json.loads(crm("token", "create", "--tenant", "maven", "--role", "admin", "--json").out)["id"]
    crm("tenant", "create", "other")

    refused = crm("token", "revoke", id, "--tenant", "other")

    assert (refused.code, refused.err) == (1, "NOT_FOUND: There is no such token.\n")
    assert asking.value("SELECT revoked_at FROM tokens") is None


def test_a_token_for_a_contact_shows_who_it_is_for(crm: Crm, asking: Asking):
    asking.execute(
        "INSERT INTO accounts (tenant_id, id, name, name_sort, type, version, created_at, updated_at)"
        " SELECT id, gen_random_uuid(), 'Brightwater', 'brightwater', 'PARTNER', 1, now(), now() FROM tenants"
    )
    asking.execute(
        "INSERT INTO contacts (tenant_id, id, name, name_sort, last_name, last_name_sort, email, email_sort,"
        " email_norm, account_id, version, created_at, updated_at) SELECT tenant_id, gen_random_uuid(), 'Pat', 'pat',"
        " 'Pat', 'pat', 'pat@example.com', 'pat@example.com', 'pat@example.com', id, 1, now(), now() FROM accounts"
    )

    made = crm("token", "create", "--tenant", "maven", "--contact", "PAT@example.com")
    customer = crm("token", "create", "--tenant", "maven", "--contact", "pat@example.com", "--as", "customer")
    nobody = crm("token", "create", "--tenant", "maven", "--contact", "bob@example.com")
    both = crm("token", "create", "--tenant", "maven", "--contact", "pat@example.com", "--role", "admin")

    assert made.out.startswith("crm_ptr_")
    assert customer.out.startswith("crm_cus_")
    assert nobody.err == "NOT_FOUND: No contact of this tenant has the primary e-mail address 'bob@example.com'.\n"
    assert both.code == 2
    assert "a contact's token has neither a role nor a user" in both.err
    listed = json.loads(crm("token", "list", "--tenant", "maven", "--json").out)["tokens"]
    assert [row["contact"] for row in listed] == ["Pat", "Pat"]
    assert asking.value("SELECT count(*) FROM tokens") == 2
